import { describe, expect, test } from 'vitest';
import { inverseSqrt, inverseSqrtSync, Matrix } from '../../src/index.js';
import { checkInverseSqrt, rounding } from '../backends/invariants.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';

/** Qᵀ diag(values) Q, symmetric to the last bit. */
function withEigenvalues(seed: number, values: ArrayLike<number>): Matrix {
  const q = orthogonal(seed, values.length);
  const a = product(q.transpose(), Matrix.diagonal(values), q);
  return times(plus(a, a.transpose()), 0.5);
}

test.each(BACKENDS)('the documented example on %s', async (backend) => {
  const root = await inverseSqrt(Matrix.diagonal([4, 9]), { backend });
  expect(root).toBeCloseToArray([1 / 2, 0, 0, 1 / 3], 1e-15);
});

test('the root of any definite matrix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), async (n, seed) => {
      const x = normals(seed, n, 2 * n + 2);
      const a = product(x, x.transpose());
      const root = await inverseSqrt(a);
      checkInverseSqrt(a, undefined, root);
      expect(inverseSqrtSync(a)).toEqual(root);
    }),
  );
});

test('it is the root of the eigenvalues in the same basis', () => {
  const eigenvalues = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(eigenvalues, fc.nat(1e6), (values, seed) => {
      const expected = withEigenvalues(
        seed,
        values.map((x) => 1 / Math.sqrt(x)),
      );
      // The derivative of λ^{-1/2} at 0.01 is 500, and A is known to n·eps·100.
      const tolerance = 500 * 100 * rounding(values.length);
      expect(inverseSqrtSync(withEigenvalues(seed, values))).toBeCloseToArray(expected, tolerance);
    }),
  );
});

describe('a rank tolerance', () => {
  const values = [4, 1, 1e-3, 1e-9, 0];
  const a = withEigenvalues(1, values);

  test.each([
    [1e-4, [0.5, 1, 1 / Math.sqrt(1e-3), 0, 0]],
    [0.01, [0.5, 1, 0, 0, 0]],
    // At or below: 0.25 · 4 is dropped with the rest.
    [0.2500000001, [0.5, 0, 0, 0, 0]],
  ])('%d drops what is at or below its share of the largest', async (rankTolerance, expected) => {
    for (const backend of BACKENDS) {
      const root = await inverseSqrt(a, { rankTolerance, backend });
      expect(root).toBeCloseToArray(withEigenvalues(1, expected), 1e-9);
    }
  });

  test('changes nothing where nothing is dropped', async () => {
    const b = withEigenvalues(2, [3, 2, 1]);
    expect(await inverseSqrt(b, { rankTolerance: 1e-8 })).toBeCloseToArray(await inverseSqrt(b), 1e-15);
  });
});
