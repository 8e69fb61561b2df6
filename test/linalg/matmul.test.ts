import { describe, expect, test } from 'vitest';
import { Matrix, matmul, matmulSync } from '../../src/index.js';
import { norm, rounding } from '../backends/invariants.js';
import { plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

test.each(BACKENDS)('the documented example on %s', async (backend) => {
  const c = await matmul(Matrix.from([[1, 2]]), Matrix.from([[3], [4]]), { backend });
  expect(c.toArray()).toEqual([[11]]);
});

const size = fc.integer({ min: 1, max: 20 });

describe.each(BACKENDS)('on %s', (backend) => {
  test('any shapes, either factor transposed', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.nat(1e6),
        async (m, inner, n, transposeA, transposeB, single, seed) => {
          const a = normals(seed, ...(transposeA ? ([inner, m] as const) : ([m, inner] as const)));
          const right = normals(seed + 1, ...(transposeB ? ([n, inner] as const) : ([inner, n] as const)));
          const b = single ? new Matrix(right.rows, right.cols, Float32Array.from(right.data)) : right;
          const expected = product(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b);
          const c = await matmul(a, b, { transposeA, transposeB, backend });
          expect([c.rows, c.cols]).toEqual([m, n]);
          expect(c).toBeCloseToArray(expected, rounding(inner) * norm(a) * norm(b));
          expect(matmulSync(a, b, { transposeA, transposeB, backend })).toEqual(c);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('whole numbers multiply exactly', () => {
  const whole = (rows: number, cols: number) =>
    fc
      .array(fc.integer({ min: -1000, max: 1000 }), { minLength: rows * cols, maxLength: rows * cols })
      .map((values) => new Matrix(rows, cols, Float64Array.from(values)));
  fc.assert(
    fc.property(whole(4, 5), whole(5, 3), whole(5, 3), (a, b, c) => {
      expect(matmulSync(a, b).data.map((x) => x + 0)).toEqual(product(a, b).data.map((x) => x + 0));
      const sum = plus(matmulSync(a, b), matmulSync(a, c));
      expect(matmulSync(a, plus(b, c)).data.map((x) => x + 0)).toEqual(sum.data.map((x) => x + 0));
    }),
  );
});

test('matrices large enough for every thread', async () => {
  const [a, b] = [normals(1, 400, 380), normals(2, 380, 420)];
  const c = await matmul(a, b);
  const firstRow = product(new Matrix(1, 380, a.row(0)), b);
  const lastRow = product(new Matrix(1, 380, a.row(399)), b);
  expect(c.row(0)).toBeCloseToArray(firstRow, rounding(380) * 30);
  expect(c.row(399)).toBeCloseToArray(lastRow, rounding(380) * 30);
});
