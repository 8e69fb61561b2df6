import { describe, expect, test } from 'vitest';
import { eig, eigSync, Matrix } from '../../src/index.js';
import { checkEig, norm, rounding } from '../backends/invariants.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { spectra } from './spectra.js';

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(spectra('eig'))('the eigenvalues of %s', async (_, { a, values, condition }) => {
    const matrix = Matrix.from(a);
    const found = await eig(matrix, { backend });
    values.re.forEach((re, i) => {
      const error = Math.hypot(
        (found.values.re[i] as number) - re,
        (found.values.im[i] as number) - (values.im[i] as number),
      );
      // First-order perturbation; the factor 10 covers what is of second order where conditions are 1e5.
      const tolerance = 10 * rounding(matrix.rows) * norm(matrix) * (condition[i] as number);
      expect(error, `eigenvalue ${i}`).toBeLessThanOrEqual(tolerance);
    });
  });

  test('the documented example', async () => {
    const { values, vectors } = await eig(
      Matrix.from([
        [0, -1],
        [1, 0],
      ]),
      { backend },
    );
    expect(values.re).toBeCloseToArray([0, 0], 1e-15);
    expect(values.im).toBeCloseToArray([1, -1], 1e-15);
    const h = Math.SQRT1_2;
    expect(vectors.re).toBeCloseToArray([h, h, 0, 0], 4e-15);
    expect(vectors.im).toBeCloseToArray([0, 0, -h, h], 4e-15);
  });

  test('a symmetric matrix is nothing special', async () => {
    const { values } = await eig(
      Matrix.from([
        [2, 1],
        [1, 2],
      ]),
      { backend },
    );
    expect([...values.re, ...values.im]).toBeCloseToArray([3, 1, 0, 0], 1e-14);
  });
});

test('vectors, order, conjugate pairs and residual of any square matrix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), async (n, seed) => {
      const a = normals(seed, n, n);
      const result = await eig(a);
      checkEig(a, result);
      expect(eigSync(a)).toEqual(result);
    }),
  );
});

test('the spectrum of a companion matrix is the roots of its polynomial', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 5 }), (roots) => {
      // Coefficients of Π (x − r), highest first.
      let coefficients = [1];
      for (const r of roots) coefficients = [...coefficients, 0].map((x, i) => x - r * (coefficients[i - 1] ?? 0));
      const n = roots.length;
      const a = Matrix.zeros(n, n);
      for (let j = 0; j < n; j++) a.row(0)[j] = -(coefficients[j + 1] as number);
      for (let i = 1; i < n; i++) a.row(i)[i - 1] = 1;
      const { values } = eigSync(a);
      // Five roots at distance 1 have conditions up to about 1e4.
      const tolerance = rounding(n) * norm(a) * 1e4;
      expect(values.re).toBeCloseToArray(
        [...roots].sort((p, q) => q - p),
        tolerance,
      );
      expect(values.im).toBeCloseToArray(new Float64Array(n), tolerance);
    }),
  );
});

test('a matrix large enough for every thread', async () => {
  const a = normals(3, 150, 150);
  checkEig(a, await eig(a));
});
