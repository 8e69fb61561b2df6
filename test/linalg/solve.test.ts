import { expect, test } from 'vitest';
import { Matrix, solve, solveSync } from '../../src/index.js';
import { checkSolve } from '../backends/invariants.js';
import { plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

test.each(BACKENDS)('the documented example on %s', async (backend) => {
  const x = await solve(
    Matrix.from([
      [2, 0],
      [0, 4],
    ]),
    Matrix.from([[1], [1]]),
    { backend },
  );
  expect(x.toArray()).toEqual([[0.5], [0.25]]);
});

test('any system, any number of right sides', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(1e6),
      async (n, m, seed) => {
        const [a, b] = [normals(seed, n, n), normals(seed + 1, n, m)];
        const x = await solve(a, b);
        checkSolve(a, b, x);
        expect(solveSync(a, b)).toEqual(x);
      },
    ),
  );
});

test('what was multiplied is found again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(1e6), (n, seed) => {
      // Of condition below about 10, whatever the seed.
      const a = plus(normals(seed, n, n), Matrix.identity(n), 10 * Math.sqrt(n));
      const x = normals(seed + 1, n, 2);
      expect(solveSync(a, product(a, x))).toBeCloseToArray(x, 1e-12);
    }),
  );
});

test('a zero on the diagonal needs a pivot and gets one', async () => {
  const x = await solve(
    Matrix.from([
      [0, 1],
      [1, 0],
    ]),
    Matrix.from([[2], [3]]),
  );
  expect(x.toArray()).toEqual([[3], [2]]);
});

test('a matrix large enough for every thread', async () => {
  const [a, b] = [normals(1, 400, 400), normals(2, 400, 100)];
  checkSolve(a, b, await solve(a, b));
});
