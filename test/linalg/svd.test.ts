import { describe, expect, test } from 'vitest';
import { Matrix, svd, svdSync } from '../../src/index.js';
import { checkSvd, rounding } from '../backends/invariants.js';
import { product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import { spectra } from './spectra.js';

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(spectra('svd'))('the singular values of %s', async (_, { a, values }) => {
    const matrix = Matrix.from(a);
    const { s } = await svd(matrix, { backend });
    // Weyl: no value moves further than the matrix was changed, some n·eps of its norm.
    expect(s).toBeCloseToArray(values, rounding(matrix.rows) * (values[0] as number));
  });

  test('the documented example', async () => {
    const { s } = await svd(
      Matrix.from([
        [3, 0],
        [0, 4],
      ]),
      { backend },
    );
    expect(s).toBeCloseToArray([4, 3], 1e-15 * 4);
  });

  test('signs: in each row of vt the first of the largest components is positive', async () => {
    const { u, vt } = await svd(
      Matrix.from([
        [-2, 0, 0],
        [0, 1, -1],
      ]),
      { backend },
    );
    expect(vt).toBeCloseToArray([1, 0, 0, 0, Math.SQRT1_2, -Math.SQRT1_2], 1e-15);
    expect(u).toBeCloseToArray([-1, 0, 0, 1], 1e-15);
  });
});

test('factors, order, signs and residual of any matrix, all values or a few', async () => {
  const size = fc.integer({ min: 1, max: 24 });
  await fc.assert(
    fc.asyncProperty(size, size, fc.nat(1e6), fc.nat(23), fc.boolean(), async (rows, cols, seed, few, single) => {
      const data = normals(seed, rows, cols).data;
      const a = new Matrix(rows, cols, single ? Float32Array.from(data) : data);
      const k = few === 0 ? undefined : 1 + (few % Math.min(rows, cols));
      const options = k === undefined ? {} : { k };
      const result = await svd(a, options);
      checkSvd(a, k, result);
      expect(svdSync(a, options)).toEqual(result);
    }),
  );
});

test('singular values scale with the matrix and do not see rotations', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 15 }), fc.integer({ min: -280, max: 280 }), (seed, n, power) => {
      const a = normals(seed, n, n + 2);
      const { s } = svdSync(a);
      const tolerance = 2 * rounding(n) * (s[0] as number);
      expect(svdSync(product(orthogonal(seed + 1, n), a)).s).toBeCloseToArray(s, tolerance);
      expect(svdSync(a.transpose()).s).toBeCloseToArray(s, tolerance);
      const scaled = svdSync(times(a, 2 ** power)).s.map((x) => x / 2 ** power);
      expect(scaled).toBeCloseToArray(s, tolerance);
    }),
  );
});

/** U diag(s) Vᵀ with the first columns of orthogonal matrices. */
function withSingularValues(rows: number, cols: number, s: number[]): Matrix {
  const u = new Matrix(s.length, rows, orthogonal(1, rows).data.slice(0, s.length * rows));
  const v = new Matrix(s.length, cols, orthogonal(2, cols).data.slice(0, s.length * cols));
  return product(u.transpose(), Matrix.diagonal(s), v);
}

describe('a few of many, which takes another way', () => {
  const decaying = Array.from({ length: 80 }, (_, i) => 0.8 ** i);

  test.each([
    ['a decaying spectrum', decaying],
    // Squares lose what lies below √eps of the largest: this must be noticed and done again.
    ['values below √eps of the largest', decaying.map((x, i) => (i < 3 ? x : x * 1e-10))],
    ['rank 4', decaying.map((x, i) => (i < 4 ? x : 0))],
    ['equal values', Array(80).fill(1) as number[]],
  ])('%s', async (_, values) => {
    for (const [rows, cols] of [
      [90, 80],
      [80, 100],
    ] as const) {
      const a = withSingularValues(rows, cols, values);
      const result = await svd(a, { k: 6 });
      expect(result.s).toBeCloseToArray(values.slice(0, 6), rounding(cols));
      checkSvd(a, 6, result);
    }
  });
});

test('a matrix large enough for every thread', async () => {
  const a = normals(3, 230, 210);
  checkSvd(a, undefined, await svd(a));
});
