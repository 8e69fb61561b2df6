import { expect, test } from 'vitest';
import { cholesky, choleskySync, Matrix } from '../../src/index.js';
import { checkCholesky } from '../backends/invariants.js';
import { product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

test.each(BACKENDS)('the documented example on %s', async (backend) => {
  const l = await cholesky(
    Matrix.from([
      [4, 2],
      [2, 2],
    ]),
    { backend },
  );
  expect(l.toArray()).toEqual([
    [2, 0],
    [1, 1],
  ]);
});

test('the factor of any definite matrix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), async (n, seed) => {
      const x = normals(seed, n, n + 3);
      const a = product(x, x.transpose());
      const l = await cholesky(a);
      checkCholesky(a, l);
      expect(choleskySync(a)).toEqual(l);
    }),
  );
});

test('a lower triangle with a positive diagonal is the factor of its square', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(1e6), (n, seed) => {
      const l = normals(seed, n, n);
      for (let i = 0; i < n; i++) l.row(i).fill(0, i + 1);
      for (let i = 0; i < n; i++) l.row(i)[i] = n + Math.abs(l.get(i, i));
      // Diagonally dominant, so of small condition.
      expect(choleskySync(product(l, l.transpose()))).toBeCloseToArray(l, 1e-12 * n);
    }),
  );
});

test('a matrix large enough for every thread', async () => {
  const x = normals(1, 700, 720);
  const a = new Matrix(700, 700);
  for (let i = 0; i < 700; i++) {
    a.row(i)[i] = 1000;
    for (let j = 0; j < 700; j++) (a.row(i)[j] as number) += Math.min(x.get(i, 0), x.get(j, 0));
  }
  const l = await cholesky(a);
  for (const [i, j] of [
    [0, 0],
    [699, 0],
    [699, 699],
    [350, 200],
  ] as const) {
    let sum = 0;
    for (let c = 0; c < 700; c++) sum += l.get(i, c) * l.get(j, c);
    expect(sum).toBeCloseTo(a.get(i, j), 8);
  }
});
