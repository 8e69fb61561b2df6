import { describe, expect, it } from 'vitest';
import { nystromFeatures } from '../../../src/dynamics/dictionaries/nystrom-features.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';

const landmarks = normals(1, 7, 3);
const points = normals(2, 9, 3);

const expected = (shift: number) =>
  points
    .toArray()
    .map((p) => [
      ...landmarks
        .toArray()
        .map((c) => Math.exp(-p.reduce((sum, x, j) => sum + (x + shift - (c[j] as number)) ** 2, 0) / (2 * 0.64))),
      1,
    ]);

const moved = (a: Matrix, by: number) => new Matrix(a.rows, a.cols, a.data.map((v) => v + by) as Float64Array);

describe.each(BACKENDS)('nystromFeatures on %s', (backend) => {
  it('are the kernel at landmarks, and a constant', async () => {
    const dictionary = nystromFeatures(landmarks, { bandwidth: 0.8, constant: true });
    expect([dictionary.dimension, dictionary.count]).toEqual([3, 8]);
    expect(dictionary.featuresSync(points, { backend })).toBeCloseToArray(Matrix.from(expected(0)), 1e-13);
    expect(await dictionary.features(points, { backend })).toBeCloseToArray(Matrix.from(expected(0)), 1e-13);
  });

  it('keep their digits far from the origin', () => {
    const dictionary = nystromFeatures(moved(landmarks, 1e6), { bandwidth: 0.8, constant: true });
    const received = dictionary.featuresSync(moved(points, 1e6), { backend });
    // Coordinates of 1e6 are rounded to 1e-10; squared distances would be to 1e-4.
    expect(received).toBeCloseToArray(Matrix.from(expected(0)), 1e-8);
  });
});

describe('nystromFeatures', () => {
  it.each([
    ['OUT_OF_RANGE', landmarks, { bandwidth: 0 }],
    ['OUT_OF_RANGE', landmarks, { bandwidth: 1e-200 }],
    ['INVALID_ARGUMENT', landmarks, undefined],
    ['INVALID_ARGUMENT', 3, { bandwidth: 1 }],
    ['NOT_FINITE', Matrix.from([[Number.NaN]]), { bandwidth: 1 }],
    ['EMPTY', new Matrix(0, 2), { bandwidth: 1 }],
    ['UNKNOWN_OPTION', landmarks, { bandwidth: 1, seed: 2 }],
  ])('refuses: %s %#', async (code, at, options) => {
    expect((await failure(() => nystromFeatures(at as Matrix, options as never))).code).toBe(code);
  });

  it('vanish far away', () => {
    const values = nystromFeatures(landmarks, { bandwidth: 1 }).featuresSync(Matrix.from([[1e9, 0, 0]]));
    expect(values.data).toEqual(new Float64Array(7));
  });
});
