import { describe, expect, test } from 'vitest';
import { eigh, eighSync, Matrix } from '../../src/index.js';
import { maxAbs } from '../../src/matrix/check.js';
import { checkEigh, norm, rounding } from '../backends/invariants.js';
import { plus, product, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import { spectra } from './spectra.js';

const symmetric = (seed: number, n: number) => {
  const x = normals(seed, n, n);
  return plus(x, x.transpose());
};

/** With eigenvalues between 1 and 2. */
const definite = (seed: number, n: number) => {
  const q = orthogonal(seed, n);
  const a = product(q.transpose(), Matrix.diagonal(Float64Array.from({ length: n }, (_, i) => 1 + i / n)), q);
  return times(plus(a, a.transpose()), 0.5);
};

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(spectra('eigh'))('the eigenvalues of %s', async (_, { a, b, values, conditionOfB = 1 }) => {
    const matrix = Matrix.from(a);
    const { values: found } = await eigh(matrix, { backend, ...(b && { b: Matrix.from(b) }) });
    // Weyl, and for a pencil the rounding of B's factor, which its condition number multiplies.
    expect(found).toBeCloseToArray(values, rounding(matrix.rows) * maxAbs(values) * conditionOfB);
  });

  test('the documented example', async () => {
    const { values, vectors } = await eigh(
      Matrix.from([
        [2, 1],
        [1, 2],
      ]),
      { backend },
    );
    expect(values).toBeCloseToArray([3, 1], 4e-15);
    const h = Math.SQRT1_2;
    expect(vectors).toBeCloseToArray([h, h, h, -h], 4e-15);
  });
});

const size = fc.integer({ min: 1, max: 24 });

test('vectors, order, signs and residual of any symmetric matrix, all values or a few', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat(1e6), fc.nat(23), async (n, seed, few) => {
      const a = symmetric(seed, n);
      const k = few === 0 ? undefined : 1 + (few % n);
      const options = k === undefined ? {} : { k };
      const result = await eigh(a, options);
      checkEigh(a, undefined, k, result);
      expect(eighSync(a, options)).toEqual(result);
    }),
  );
});

test('the same of a pencil', async () => {
  await fc.assert(
    fc.asyncProperty(size, fc.nat(1e6), fc.nat(23), async (n, seed, few) => {
      const [a, b] = [symmetric(seed, n), definite(seed, n)];
      const k = few === 0 ? undefined : 1 + (few % n);
      const options = k === undefined ? { b } : { b, k };
      const result = await eigh(a, options);
      checkEigh(a, b, k, result);
      expect(eighSync(a, options)).toEqual(result);
    }),
  );
});

test('all vectors rebuild the matrix, and the values its trace', () => {
  fc.assert(
    fc.property(size, fc.nat(1e6), (n, seed) => {
      const a = symmetric(seed, n);
      const { values, vectors } = eighSync(a);
      const tolerance = rounding(n) * norm(a);
      expect(product(vectors, Matrix.diagonal(values), vectors.transpose())).toBeCloseToArray(a, tolerance);
      expect([values.reduce((sum, x) => sum + x, 0)]).toBeCloseToArray([trace(a)], tolerance);
    }),
  );
});

test('a shift moves every eigenvalue by itself', () => {
  fc.assert(
    fc.property(size, fc.nat(1e6), fc.double({ min: -50, max: 50, noNaN: true }), (n, seed, by) => {
      const a = symmetric(seed, n);
      const shifted = eighSync(plus(a, Matrix.identity(n), by)).values;
      expect(shifted.map((x) => x - by)).toBeCloseToArray(
        eighSync(a).values,
        rounding(n) * (norm(a) + Math.abs(by) * n),
      );
    }),
  );
});

test('few of many are the first of all', async () => {
  const a = symmetric(1, 150);
  const all = await eigh(a);
  for (const k of [1, 7, 75]) {
    const few = await eigh(a, { k });
    checkEigh(a, undefined, k, few);
    expect(few.values).toBeCloseToArray(all.values.subarray(0, k), rounding(150) * norm(a));
  }
});

test('a matrix large enough for every thread', async () => {
  const a = symmetric(2, 230);
  checkEigh(a, undefined, undefined, await eigh(a));
  const b = definite(3, 230);
  checkEigh(a, b, 5, await eigh(a, { b, k: 5 }));
});

test('asymmetry within rounding is admitted, and one triangle decides', async () => {
  const a = Matrix.from([
    [1, 0.5],
    [0.5 + 4e-11, 2],
  ]);
  const { values } = await eigh(a);
  expect(values).toBeCloseToArray([1.5 + Math.SQRT1_2, 1.5 - Math.SQRT1_2], 1e-10);
});
