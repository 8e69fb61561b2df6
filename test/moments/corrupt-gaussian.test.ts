import { afterEach, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { corruptGaussian } from '../../src/moments/corrupt-gaussian.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import type { Covariance } from '../../src/views/covariance.js';
import { energy, meanProduct, plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { chunksOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { cut, digest, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

const x = normals(1, 600, 4);
const mixing = normals(2, 4, 4);
/** One covariance of each kind; the last of rank 2, with a coordinate that does not vary. */
const gammas: Record<string, Covariance> = {
  number: 2.5,
  diagonal: Float64Array.of(4, 0, 0.25, 9),
  full: product(mixing, mixing.transpose()),
  'equal eigenvalues': Matrix.from([0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 2 : 0.5)))),
  singular: Matrix.from([
    [4, 0, 2, 1],
    [0, 0, 0, 0],
    [2, 0, 1, 0.5],
    [1, 0, 0.5, 7],
  ]),
};
const kinds = Object.entries(gammas);

function dense(gamma: Covariance): Matrix {
  if (gamma instanceof Matrix) return gamma;
  return Matrix.diagonal(typeof gamma === 'number' ? [gamma, gamma, gamma, gamma] : gamma);
}

/** The rows of a stream as one matrix. */
async function joined(stream: AsyncIterable<Matrix>): Promise<Matrix> {
  const data = (await chunksOf(stream)).flatMap((chunk) => [...chunk.data]);
  return new Matrix(data.length / 4, 4, Float64Array.from(data));
}

describe.each(BACKENDS)('corruptGaussian on %s', (backend) => {
  it.each(kinds)('draws the same noise however the rows are cut, covariance %s', async (_, gamma) => {
    const options = { gamma, seed: 5, backend };
    const whole = await corruptGaussian(x, options);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 600 }), { maxLength: 4 }), async (at) => {
        expect(await joined(corruptGaussian(cut(x, at), options))).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  it.each(kinds)('continues the stream of random numbers from firstSample, covariance %s', async (_, gamma) => {
    const whole = await corruptGaussian(x, { gamma, seed: 5, backend });
    const [head, tail] = cut(x, [237]) as [Matrix, Matrix];
    const first = await corruptGaussian(head, { gamma, seed: 5, backend });
    const second = await corruptGaussian(tail, { gamma, seed: 5, backend, firstSample: 237 });
    expect([...first.data, ...second.data]).toEqual([...whole.data]);
  });

  it.each(kinds)('draws noise of covariance %s around the data', async (_, gamma) => {
    const n = 20_000;
    const noise = await corruptGaussian(Matrix.zeros(n, 4), { gamma, seed: 11, backend });
    const expected = dense(gamma);
    const actual = meanProduct(noise, noise);
    const mean = meanProduct(new Matrix(n, 1, new Float64Array(n).fill(1)), noise);
    for (let i = 0; i < 4; i++) {
      const variance = expected.get(i, i);
      expect(Math.abs(mean.get(0, i))).toBeLessThanOrEqual(5 * Math.sqrt(variance / n));
      for (let j = 0; j < 4; j++) {
        // Var(gᵢgⱼ) = γᵢᵢγⱼⱼ + γᵢⱼ² for a Gaussian: five standard errors.
        const spread = Math.sqrt((variance * expected.get(j, j) + expected.get(i, j) ** 2) / n);
        expect(Math.abs(actual.get(i, j) - expected.get(i, j)), `${i}, ${j}`).toBeLessThanOrEqual(5 * spread);
      }
    }
    const fourth =
      energy(
        new Matrix(
          n,
          4,
          noise.data.map((g) => g * g),
        ),
      ) / n;
    const normal = [0, 1, 2, 3].reduce((sum, i) => sum + 3 * expected.get(i, i) ** 2, 0);
    // g⁴ has mean 3σ⁴ and variance 96σ⁸: five standard errors, relative, of one coordinate; fewer of several.
    expect(Math.abs(fourth / normal - 1)).toBeLessThan(0.12);
  });

  it.each(kinds)('adds it to the data, covariance %s', async (_, gamma) => {
    const noise = await corruptGaussian(Matrix.zeros(600, 4), { gamma, seed: 5, backend });
    const noisy = await corruptGaussian(x, { gamma, seed: 5, backend });
    expect(noisy).toBeCloseToArray(plus(x, noise), 8 * Number.EPSILON * 16);
  });

  it('keeps the bits of coordinates without variance, and of everything when there is none', async () => {
    const second = (a: Matrix) => Array.from({ length: a.rows }, (_, i) => a.get(i, 1));
    for (const kind of ['diagonal', 'singular']) {
      const noisy = await corruptGaussian(x, { gamma: gammas[kind] as Covariance, seed: 3, backend });
      expect(second(noisy), kind).toEqual(second(x));
    }
    for (const gamma of [0, new Float64Array(4), Matrix.zeros(4, 4)]) {
      expect((await corruptGaussian(x, { gamma, seed: 3, backend })).data).toEqual(x.data);
    }
  });

  it('puts no noise where a singular covariance has none', async () => {
    const noise = await corruptGaussian(Matrix.zeros(200, 4), { gamma: gammas.singular as Matrix, seed: 3, backend });
    // e₀ − 2e₂ is in the null space. An eigenvalue of rounding size, 1e-15, would show as noise of 3e-8.
    for (let i = 0; i < 200; i++) expect(noise.get(i, 0) - 2 * noise.get(i, 2)).toBeCloseTo(0, 12);
  });

  it('draws the same for a number, its diagonal and its matrix', async () => {
    const expected = await corruptGaussian(x, { gamma: 2.25, seed: 8, backend });
    expect(await corruptGaussian(x, { gamma: new Float64Array(4).fill(2.25), seed: 8, backend })).toEqual(expected);
    const matrix = Matrix.diagonal([2.25, 2.25, 2.25, 2.25]);
    expect(await corruptGaussian(x, { gamma: matrix, seed: 8, backend })).toBeCloseToArray(expected, 1e-13);
  });

  it('draws independently for other seeds and other rows', async () => {
    const zeros = Matrix.zeros(5000, 4);
    const draw = (seed: number, firstSample = 0) => corruptGaussian(zeros, { gamma: 1, seed, firstSample, backend });
    const [a, b, c] = [await draw(1), await draw(2), await draw(1, 1)];
    // Correlations of 5000 pairs: five standard errors of 1/√5000.
    expect(meanProduct(a, b)).toBeCloseToArray(Matrix.zeros(4, 4), 5 / Math.sqrt(5000));
    expect(meanProduct(a, c)).toBeCloseToArray(Matrix.zeros(4, 4), 5 / Math.sqrt(5000));
  });

  it('takes float32 data and gives float64', async () => {
    const single = new Matrix(600, 4, Float32Array.from(x.data));
    const double = new Matrix(600, 4, Float64Array.from(single.data));
    const options = { gamma: 2, seed: 5, backend };
    const noisy = await corruptGaussian(single, options);
    expect(noisy.data).toBeInstanceOf(Float64Array);
    expect(noisy).toEqual(await corruptGaussian(double, options));
  });

  it('leaves the data alone', async () => {
    const copy = x.data.slice();
    await corruptGaussian(x, { gamma: 1, seed: 1, backend });
    expect(x.data).toEqual(copy);
  });

  it('names an element that is not finite by its row in the whole source', async () => {
    const chunks = cut(x, [100, 200]);
    (chunks[1] as Matrix).data[4 * 7 + 3] = Number.NaN;
    const options = { gamma: Float64Array.of(1, 1, 1, 0), seed: 1, backend, firstSample: 1000 };
    const error = await failure(() => chunksOf(corruptGaussian(chunks, options)));
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'source' });
    expect(error.message).toContain('source has NaN at row 107, column 3.');
  });

  it.each<[string, object, string, string]>([
    ['a negative variance', { gamma: -1 }, 'OUT_OF_RANGE', 'gamma'],
    ['a negative variance among others', { gamma: Float64Array.of(1, -1, 1, 1) }, 'OUT_OF_RANGE', 'gamma[1]'],
    ['a variance that is not finite', { gamma: Float64Array.of(1, Number.NaN, 1, 1) }, 'NOT_FINITE', 'gamma'],
    [
      'an asymmetric matrix',
      {
        gamma: Matrix.from([
          [1, 2],
          [0, 1],
        ]),
      },
      'NOT_SYMMETRIC',
      'gamma',
    ],
    [
      'an indefinite matrix',
      {
        gamma: Matrix.from([
          [1, 2],
          [2, 1],
        ]),
      },
      'NOT_POSITIVE_DEFINITE',
      'gamma',
    ],
    ['variances of another dimension', { gamma: new Float64Array(3) }, 'SHAPE_MISMATCH', 'gamma'],
    ['a matrix of another dimension', { gamma: Matrix.identity(5) }, 'SHAPE_MISMATCH', 'gamma'],
    ['no covariance', { gamma: undefined }, 'INVALID_ARGUMENT', 'gamma'],
    ['a list instead of one', { gamma: [1, 1, 1, 1] }, 'INVALID_ARGUMENT', 'gamma'],
    ['no seed', { seed: undefined }, 'INVALID_ARGUMENT', 'seed'],
    ['a negative seed', { seed: -1 }, 'OUT_OF_RANGE', 'seed'],
    ['a seed between integers', { seed: 0.5 }, 'INVALID_ARGUMENT', 'seed'],
    ['a negative first sample', { firstSample: -1 }, 'OUT_OF_RANGE', 'firstSample'],
    ['an unknown option', { sigma: 1 }, 'UNKNOWN_OPTION', 'sigma'],
  ])('refuses %s', async (_, options, code, argument) => {
    const all = { gamma: 1, seed: 1, backend, ...options };
    expect(await failure(() => corruptGaussian(x, all))).toMatchObject({ code, argument });
    const source = new Watched([x]);
    expect(await failure(() => chunksOf(corruptGaussian(source, all)))).toMatchObject({ code, argument });
    expect(source.closed || source.handedOut === 0).toBe(true);
  });

  it('closes the source when it fails, when it is aborted and when its reader stops', async () => {
    const options = { gamma: 1, seed: 1, backend };
    const ragged = new Watched([x, normals(1, 2, 3), x]);
    expect(await failure(() => chunksOf(corruptGaussian(ragged, options)))).toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(ragged).toMatchObject({ handedOut: 2, closed: true });

    const controller = new AbortController();
    const { signal } = controller;
    const aborted = new Watched([x, x, x], (index) => index === 1 && controller.abort('enough'));
    await expect(chunksOf(corruptGaussian(aborted, { ...options, signal }))).rejects.toBe('enough');
    expect(aborted).toMatchObject({ handedOut: 2, closed: true });

    const left = new Watched([x, x, x]);
    for await (const _ of corruptGaussian(left, options)) break;
    expect(left).toMatchObject({ handedOut: 1, closed: true });
  });

  it('says when there are no rows', async () => {
    const options = { gamma: 1, seed: 1, backend };
    expect(await failure(() => corruptGaussian(Matrix.zeros(0, 4), options))).toMatchObject({ code: 'EMPTY' });
    expect(await failure(() => chunksOf(corruptGaussian([], options)))).toMatchObject({ code: 'EMPTY' });
  });
});

describe('corruptGaussian', () => {
  it.each(kinds)('draws the same on both backends, covariance %s', async (_, gamma) => {
    for (const seed of [0, 2 ** 40 + 3]) {
      const native = await corruptGaussian(x, { gamma, seed, backend: 'native' });
      expect(native).toBeCloseToArray(await corruptGaussian(x, { gamma, seed, backend: 'js' }), 1e-12);
    }
  });

  // The last one is so large that LAPACK would take all threads for its root if it were let.
  const large = product(normals(3, 400, 5), normals(3, 400, 5).transpose());
  const cases = [
    ...kinds.map(([kind, gamma]) => [kind, x, gamma] as const),
    ['large', normals(4, 30, 400), large] as const,
  ];

  it.each(cases)('has the same bits at every number of threads, covariance %s', async (_, data, gamma) => {
    const results = [];
    for (const count of [1, 2, 3]) {
      setThreads(count);
      results.push(digest(await corruptGaussian(data, { gamma, seed: 4, backend: 'native' })));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
