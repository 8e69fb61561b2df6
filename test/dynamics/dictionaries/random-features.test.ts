import { describe, expect, it } from 'vitest';
import { type RandomFeaturesOptions, randomFeatures } from '../../../src/dynamics/dictionaries/random-features.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product } from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';

const points = normals(1, 12, 3);

function kernel(a: Matrix, bandwidth: number): Matrix {
  return Matrix.from(
    a
      .toArray()
      .map((u) =>
        a
          .toArray()
          .map((v) => Math.exp(-u.reduce((sum, x, j) => sum + (x - (v[j] as number)) ** 2, 0) / (2 * bandwidth ** 2))),
      ),
  );
}

describe.each(BACKENDS)('randomFeatures on %s', (backend) => {
  it('approximates the kernel, as count^{-1/2}', () => {
    const exact = kernel(points, 1.5);
    const errorOf = (count: number) => {
      let square = 0;
      for (let seed = 0; seed < 10; seed++) {
        const f = randomFeatures({ dimension: 3, count, bandwidth: 1.5, seed }).featuresSync(points, { backend });
        product(f, f.transpose()).data.forEach((value, i) => {
          square += (value - (exact.data[i] as number)) ** 2;
        });
      }
      return Math.sqrt(square / (10 * exact.data.length));
    };
    const [few, many] = [errorOf(50), errorOf(3200)];
    // A feature's product is bounded by 2 and has a standard deviation below 1.
    expect(many).toBeLessThan(3200 ** -0.5);
    const slope = Math.log(many / few) / Math.log(64);
    expect(slope).toBeGreaterThan(-0.6);
    expect(slope).toBeLessThan(-0.4);
  });

  it('is the same on this thread and off it, in stretches, with a constant last', async () => {
    const many = normals(2, 3000, 3);
    const dictionary = randomFeatures({ dimension: 3, count: 100, bandwidth: 1, seed: 4, constant: true });
    expect(dictionary.count).toBe(101);
    const f = await dictionary.features(many, { backend });
    expect(dictionary.featuresSync(many, { backend })).toBeCloseToArray(f, 1e-13);
    expect(f.toArray().every((row) => row[100] === 1)).toBe(true);
    const last = dictionary.featuresSync(new Matrix(1, 3, many.row(2999)), { backend });
    expect(f.row(2999)).toBeCloseToArray(last, 1e-13);
  });
});

describe('randomFeatures', () => {
  const of = (patch: object) => randomFeatures({ dimension: 3, count: 8, bandwidth: 1, seed: 1, ...patch });

  it('are a function of the seed and the index', () => {
    const f = of({}).featuresSync(points);
    expect(of({}).featuresSync(points)).toEqual(f);
    expect(of({ seed: 2 }).featuresSync(points)).not.toEqual(f);
    const more = of({ count: 16 }).featuresSync(points);
    const first = more.toArray().map((row) => row.slice(0, 8).map((v) => v * Math.SQRT2));
    expect(Matrix.from(first)).toBeCloseToArray(f, 1e-13);
    expect(of({}).featuresSync(points, { backend: 'js' })).toBeCloseToArray(f, 1e-13);
  });

  it('scale with the bandwidth', () => {
    const doubled = new Matrix(12, 3, points.data.map((v) => 2 * v) as Float64Array);
    expect(of({ bandwidth: 2 }).featuresSync(doubled)).toBeCloseToArray(of({}).featuresSync(points), 1e-13);
  });

  it.each([
    ['OUT_OF_RANGE', { bandwidth: 0 }],
    ['OUT_OF_RANGE', { count: 0 }],
    ['OUT_OF_RANGE', { dimension: 0 }],
    ['OUT_OF_RANGE', { seed: -1 }],
    ['INVALID_ARGUMENT', { constant: 1 }],
    ['INVALID_ARGUMENT', { bandwidth: undefined }],
    ['UNKNOWN_OPTION', { sigma: 1 }],
  ])('refuses: %s %j', async (code, patch) => {
    expect((await failure(() => of(patch))).code).toBe(code);
    expect((await failure(() => randomFeatures(undefined as unknown as RandomFeaturesOptions))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  it.each([
    ['SHAPE_MISMATCH', new Matrix(2, 2)],
    ['NOT_FINITE', Matrix.from([[0, 0, Number.NaN]])],
    ['OUT_OF_RANGE', Matrix.from([[1e308, 1e308, 1e308]])],
    ['EMPTY', new Matrix(0, 3)],
    ['INVALID_ARGUMENT', [[1, 2, 3]]],
  ])('refuses points: %s', async (code, bad) => {
    const dictionary = of({ bandwidth: 1e-5 });
    expect((await failure(() => dictionary.featuresSync(bad as Matrix))).code).toBe(code);
    expect((await failure(() => dictionary.features(bad as Matrix))).code).toBe(code);
  });

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(of({}).features(points, { signal })).rejects.toThrow('enough');
  });
});
