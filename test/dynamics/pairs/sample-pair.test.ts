import { describe, expect, it } from 'vitest';
import { cca } from '../../../src/closed-form/cca.js';
import { canonicalFunctions } from '../../../src/dynamics/canonical-functions.js';
import type { Dictionary } from '../../../src/dynamics/dictionaries/dictionary.js';
import { nystromFeatures } from '../../../src/dynamics/dictionaries/nystrom-features.js';
import { randomFeatures } from '../../../src/dynamics/dictionaries/random-features.js';
import { type SamplePairOptions, samplePair } from '../../../src/dynamics/pairs/sample-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import {
  energy,
  meanProduct,
  plus,
  product,
  rowsBetween,
  solved,
  symmetrised,
  times,
  trace,
} from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import { column, dictionaryAt } from './expectations.js';
import { correlated, hermiteDictionary } from './hermite.js';

/** Two views of two shared latents, 400 rows, 4 and 3 wide, with means. */
const latents = normals(1, 400, 2);
const shifted = (a: Matrix, by: number) => new Matrix(a.rows, a.cols, a.data.map((v) => v + by) as Float64Array);
const viewX = shifted(plus(product(latents, normals(2, 2, 4)), normals(3, 400, 4)), 0.5);
const viewY = shifted(plus(product(latents, normals(4, 2, 3)), normals(5, 400, 3)), -1);

const pairMoments = (x: Matrix, y: Matrix) => ({
  xx: symmetrised(meanProduct(x, x)),
  yy: symmetrised(meanProduct(y, y)),
  xy: meanProduct(x, y),
});

function centred(a: Matrix): Matrix {
  const ones = new Matrix(a.rows, 1, new Float64Array(a.rows).fill(1));
  return plus(a, product(ones, meanProduct(ones, a)), -1);
}

const stacked = (a: Matrix, b: Matrix) => Matrix.from([...a.toArray(), ...b.toArray()]);
const beside = (a: Matrix, b: Matrix) => Matrix.from(a.toArray().map((row, i) => [...row, ...b.row(i)]));

describe.each(BACKENDS)('samplePair on %s', (backend) => {
  it.each([[{}], [{ centered: true }], [{ ridge: 0.3, centered: true }]])(
    'has the correlations of linear CCA: %j',
    async (options: SamplePairOptions) => {
      const pair = await samplePair(viewX, viewY, { ...options, backend });
      const moments = options.centered ? pairMoments(centred(viewX), centred(viewY)) : pairMoments(viewX, viewY);
      const expected = await cca(moments, { k: 3, ...(options.ridge && { ridge: options.ridge }) });
      const { correlations, functions, partners } = await canonicalFunctions(pair, { k: 3, backend });
      expect(correlations).toBeCloseToArray(expected.correlations, 1e-12);
      const encoders = [pair.encoder?.(functions), pair.encoder?.(partners, 'y')] as [Matrix, Matrix];
      // Pairs are known up to a common sign.
      const signs = Matrix.diagonal([0, 1, 2].map((i) => Math.sign(encoders[0].get(i, 0) * expected.x.get(i, 0))));
      expect(product(signs, encoders[0])).toBeCloseToArray(expected.x, 1e-10);
      expect(product(signs, encoders[1])).toBeCloseToArray(expected.y, 1e-10);
    },
  );

  it('has functions orthonormal over the samples, with the gram as their cross moment', async () => {
    const dictionary = randomFeatures({ dimension: 4, count: 12, bandwidth: 3, seed: 1, constant: true });
    const dictionaryY = hermiteDictionary(3);
    const y = new Matrix(
      400,
      1,
      Float64Array.from({ length: 400 }, (_, i) => viewY.get(i, 0)),
    );
    for (const centered of [false, true]) {
      const pair = await samplePair(viewX, y, { dictionary, dictionaryY, centered, backend });
      expect(pair.encoder).toBeUndefined();
      expect(pair.dimensions).toEqual({ x: 4, y: 1 });
      // The constant is in both dictionaries; centred, it has no second moment.
      expect([pair.gram.rows, pair.gram.cols]).toEqual(centered ? [12, 3] : [13, 4]);
      const f = dictionaryAt(pair, viewX);
      const g = dictionaryAt(pair, y, 'y');
      expect(meanProduct(f, f)).toBeCloseToArray(Matrix.identity(f.cols), 1e-9);
      expect(meanProduct(g, g)).toBeCloseToArray(Matrix.identity(g.cols), 1e-9);
      expect(meanProduct(f, g)).toBeCloseToArray(pair.gram, 1e-9);
      const { correlations } = await canonicalFunctions(pair, { k: 2, backend });
      if (centered)
        expect(meanProduct(f, column(new Float64Array(400).fill(1)))).toBeCloseToArray(new Float64Array(12), 1e-9);
      else expect(correlations[0]).toBeCloseTo(1, 9);
    }
  });

  it('pools both views where they are exchangeable', async () => {
    const y = new Matrix(400, 4, plus(viewX, normals(9, 400, 4), 0.5).data);
    for (const centered of [false, true]) {
      const pair = await samplePair(viewX, y, { exchangeable: true, centered, backend });
      const both = await samplePair(stacked(viewX, y), stacked(y, viewX), { centered, backend });
      expect(pair.exchangeable).toBe(true);
      expect(pair.gram.transpose()).toEqual(pair.gram);
      const { correlations } = await canonicalFunctions(pair, { k: 4, backend });
      const expected = await canonicalFunctions(both, { k: 4, backend });
      expect(correlations).toBeCloseToArray(expected.correlations, 1e-12);
      const f = dictionaryAt(pair, stacked(viewX, y));
      expect(meanProduct(f, f)).toBeCloseToArray(Matrix.identity(4), 1e-12);
    }
  });

  it('keeps negative correlations of exchangeable views', async () => {
    const { x, y } = correlated(3, 500, -0.6);
    const pair = await samplePair(x, y, { exchangeable: true, backend });
    expect(pair.gram.get(0, 0)).toBeLessThan(-0.5);
  });

  it('drops directions that are not there', async () => {
    const doubled = beside(viewX, times(viewX, 2));
    const pair = await samplePair(doubled, viewY, { backend });
    const plain = await samplePair(viewX, viewY, { backend });
    expect([pair.gram.rows, pair.gram.cols]).toEqual([4, 3]);
    const { correlations } = await canonicalFunctions(pair, { k: 3, backend });
    expect(correlations).toBeCloseToArray((await canonicalFunctions(plain, { k: 3, backend })).correlations, 1e-9);
    // Fewer samples than features.
    const few = await samplePair(rowsBetween(viewX, 0, 3), rowsBetween(viewY, 0, 3), { centered: true, backend });
    expect([few.gram.rows, few.gram.cols]).toEqual([2, 2]);
  });

  it('centred, keeps its digits far from the origin', async () => {
    const far = (a: Matrix) => shifted(a, 1e6);
    const pair = await samplePair(far(viewX), far(viewY), { centered: true, backend });
    const plain = await samplePair(viewX, viewY, { centered: true, backend });
    const { correlations } = await canonicalFunctions(pair, { k: 3, backend });
    const near = await canonicalFunctions(plain, { k: 3, backend });
    // The data themselves are rounded to 1e6 eps.
    expect(correlations).toBeCloseToArray(near.correlations, 1e-8);
    const f = dictionaryAt(pair, far(viewX));
    expect(meanProduct(f, f)).toBeCloseToArray(Matrix.identity(4), 1e-8);
  });

  it('reads streams cut anywhere', async () => {
    const cut = function* (a: Matrix, ...at: number[]) {
      const ends = [0, ...at, a.rows];
      for (let i = 1; i < ends.length; i++) yield rowsBetween(a, ends[i - 1] as number, ends[i] as number);
    };
    const options = { centered: true, backend };
    const pair = await samplePair(cut(viewX, 7, 300), cut(viewY, 299), options);
    const whole = await samplePair(viewX, viewY, options);
    // The point about which moments are summed is another.
    const { correlations } = await canonicalFunctions(pair, { k: 3, backend });
    expect(correlations).toBeCloseToArray((await canonicalFunctions(whole, { k: 3, backend })).correlations, 1e-12);
    expect(pair.name).toBe('400 samples, centred');
  });

  it('is kernel CCA with all samples as landmarks', async () => {
    const { x, y } = correlated(5, 40, 0.8);
    const ridge = 0.01;
    const features = (points: Matrix) => nystromFeatures(points, { bandwidth: 1 });
    const pair = await samplePair(x, y, {
      dictionary: features(x),
      dictionaryY: features(y),
      ridge,
      centered: true,
      rankTolerance: 0,
      backend,
    });
    // Σ s² = tr(Sx⁻¹ C Sy⁻¹ Cᵀ) with regularised second moments of the kernels' columns.
    const kernel = (a: Matrix) =>
      Matrix.from(
        a.toArray().map(([u]) => a.toArray().map(([v]) => Math.exp(-(((u as number) - (v as number)) ** 2) / 2))),
      );
    const [kx, ky] = [centred(kernel(x)), centred(kernel(y))] as const;
    const regular = (k: Matrix) => plus(meanProduct(k, k), Matrix.identity(40), ridge);
    const cross = meanProduct(kx, ky);
    const expected = trace(product(solved(regular(kx), cross), solved(regular(ky), cross.transpose())));
    expect(energy(pair.gram)).toBeCloseTo(expected, 9);
  });
});

describe('samplePair', () => {
  it('is the same on both backends', async () => {
    const dictionary = randomFeatures({ dimension: 4, count: 10, bandwidth: 3, seed: 1 });
    const of = async (backend: 'native' | 'js') => {
      const pair = await samplePair(viewX, viewX, { dictionary, backend });
      return canonicalFunctions(pair, { k: 10, backend });
    };
    expect((await of('js')).correlations).toBeCloseToArray((await of('native')).correlations, 1e-9);
    const linear = async (backend: 'native' | 'js') => (await samplePair(viewX, viewY, { backend })).gram;
    expect(await linear('js')).toBeCloseToArray(await linear('native'), 1e-12);
  });

  it('takes float32', async () => {
    const single = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));
    const pair = await samplePair(single(viewX), single(viewY), { centered: true });
    expect(pair.gram).toBeCloseToArray((await samplePair(viewX, viewY, { centered: true })).gram, 1e-6);
    expect(dictionaryAt(pair, single(viewX)).rows).toBe(400);
  });

  it('converges to ρ^j as n^{-1/2}', async () => {
    const rho = 0.7;
    const sizes = [500, 2000, 8000, 32_000];
    const errors: number[] = [];
    for (const n of sizes) {
      let square = 0;
      for (let seed = 0; seed < 12; seed++) {
        const { x, y } = correlated(100 + seed, n, rho);
        const pair = await samplePair(x, y, { dictionary: hermiteDictionary(3), exchangeable: true });
        const { correlations } = await canonicalFunctions(pair, { k: 4 });
        correlations.forEach((s, j) => {
          square += (s - rho ** j) ** 2;
        });
      }
      errors.push(Math.sqrt(square / 12));
    }
    const logs = errors.map(Math.log);
    const slope = ((logs[3] as number) - (logs[0] as number)) / Math.log(64);
    // Twelve draws leave the logarithm of a root mean square uncertain by a quarter; over log 64, twice, by 0.08.
    expect(slope).toBeGreaterThan(-0.65);
    expect(slope).toBeLessThan(-0.35);
    expect(errors[3]).toBeLessThan(0.03);
  });

  const dictionary = hermiteDictionary(1);
  const broken = (patch: Partial<Dictionary>): Dictionary => ({ ...dictionary, ...patch });
  const one = column([1, 2, 3]);
  it.each([
    ['SHAPE_MISMATCH', viewX, rowsBetween(viewY, 0, 9), {}, /400 rows/],
    ['SHAPE_MISMATCH', [viewX], [rowsBetween(viewY, 0, 9)], {}, /only 9/],
    ['SHAPE_MISMATCH', [rowsBetween(viewX, 0, 9)], [viewY], {}, /more than 9/],
    ['SHAPE_MISMATCH', viewX, viewY, { exchangeable: true }, /4 columns/],
    ['SHAPE_MISMATCH', viewX, viewY, { dictionary }, /1 column/],
    ['SHAPE_MISMATCH', one, one, { dictionary: broken({ count: 5 }) }, /broke its word/],
    [
      'CUSTOM_FAILED',
      one,
      one,
      { dictionary: broken({ features: () => Promise.reject(new Error('no luck')) }) },
      /no luck/,
    ],
    [
      'NOT_FINITE',
      one,
      one,
      { dictionary: broken({ features: async () => new Matrix(3, 2, new Float64Array(6).fill(Number.NaN)) }) },
      /features of x/,
    ],
    ['INVALID_ARGUMENT', one, one, { dictionary: {} }, /dictionary/],
    [
      'INVALID_ARGUMENT',
      one,
      one,
      { exchangeable: true, dictionary, dictionaryY: hermiteDictionary(1) },
      /one dictionary/,
    ],
    ['NOT_FINITE', one, column([1, Number.NaN, 2]), {}, /y has NaN at row 1/],
    ['NOT_FINITE', [one, column([1, Number.POSITIVE_INFINITY])], [one, column([1, 2])], {}, /x has Infinity at row 4/],
    ['OUT_OF_RANGE', column([1e200, 1]), column([1, 1]), {}, /squares overflow/],
    ['EMPTY', new Matrix(0, 2), new Matrix(0, 2), {}, /x/],
    ['EMPTY', [], [], {}, /x/],
    ['SINGULAR', one, column([0, 0, 0]), {}, /view y/],
    ['SINGULAR', column([2, 2, 2]), one, { centered: true }, /view x/],
    ['OUT_OF_RANGE', one, one, { ridge: -1 }, /ridge/],
    ['OUT_OF_RANGE', one, one, { rankTolerance: 2 }, /rankTolerance/],
    ['INVALID_ARGUMENT', one, one, { centered: 'yes' }, /centered/],
    ['INVALID_ARGUMENT', 5, one, {}, /x/],
    ['UNKNOWN_OPTION', one, one, { k: 3 }, /k/],
  ])('refuses: %s %#', async (code, x, y, options, words) => {
    const error = await failure(() => samplePair(x as Matrix, y as Matrix, options as SamplePairOptions));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('closes its sources and stops when aborted', async () => {
    const controller = new AbortController();
    const closed: string[] = [];
    const endless = async function* (name: string) {
      try {
        for (;;) {
          yield viewX;
          if (name === 'x') setImmediate(() => controller.abort(new Error('enough')));
        }
      } finally {
        closed.push(name);
      }
    };
    const running = samplePair(endless('x'), endless('y'), { signal: controller.signal });
    await expect(running).rejects.toThrow('enough');
    expect(closed.sort()).toEqual(['x', 'y']);
  });

  it('refuses coefficients and points that do not fit', async () => {
    const pair = await samplePair(viewX, viewY);
    const codes = await Promise.all(
      [
        () => pair.evaluate(Matrix.identity(3), viewX),
        () => pair.evaluate(Matrix.identity(4), viewY),
        () => pair.encoder?.(Matrix.identity(4), 'y'),
        () => pair.evaluate(Matrix.identity(4), new Matrix(1, 4, new Float64Array(4).fill(Number.NaN))),
        () => pair.evaluate(times(Matrix.identity(4), 1e200), times(viewX, 1e200)),
      ].map(async (action) => (await failure(action)).code),
    );
    expect(codes).toEqual(['SHAPE_MISMATCH', 'SHAPE_MISMATCH', 'SHAPE_MISMATCH', 'NOT_FINITE', 'OUT_OF_RANGE']);
  });
});
