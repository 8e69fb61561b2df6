import { describe, expect, test } from 'vitest';
import { eig } from '../../../src/backends/js/eig.js';
import { schur } from '../../../src/backends/js/schur.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { plus, product } from '../../support/algebra.js';
import { normals } from '../../support/normals.js';
import fc from '../../support/properties.js';
import { checkEig, expectOrthonormalRows, norm, rounding } from '../invariants.js';
import { defective, square } from '../matrices.js';

const moderate = Object.entries({ ...square, ...defective }).filter(([name]) => !name.startsWith('times'));

describe('schur', () => {
  test.each([...moderate, ['30×30', normals(1, 30, 30)] as const])('A = Q T Qᵀ: %s', (_, a) => {
    const { t, q } = schur(a);
    expectOrthonormalRows(q);
    const rest = plus(product(q, t, q.transpose()), a, -1);
    expect(norm(rest)).toBeLessThanOrEqual(rounding(a.rows) * norm(a));
  });

  test.each([...moderate, ['30×30', normals(1, 30, 30)] as const])('T has blocks of one and two: %s', (_, a) => {
    const { t } = schur(a);
    for (let i = 0; i < t.rows; i++) {
      for (let j = 0; j + 1 < i; j++) expect(t.get(i, j)).toBe(0);
      if (i === 0 || t.get(i, i - 1) === 0) continue;
      if (i > 1) expect(t.get(i - 1, i - 2)).toBe(0);
      // The eigenvalues of a block are not real.
      const half = (t.get(i, i) - t.get(i - 1, i - 1)) / 2;
      expect(half ** 2 + t.get(i, i - 1) * t.get(i - 1, i)).toBeLessThan(0);
    }
  });
});

describe('eig', () => {
  test('of a known matrix', () => {
    const { values, vectors } = eig(
      Matrix.from([
        [1, -2],
        [2, 1],
      ]),
    );
    const root = Math.SQRT1_2;
    expect(values.re).toBeCloseToArray([1, 1], 1e-15);
    expect(values.im).toBeCloseToArray([2, -2], 1e-15);
    expect(vectors.re).toBeCloseToArray([root, root, 0, 0], 1e-15);
    expect(vectors.im).toBeCloseToArray([0, 0, -root, root], 1e-15);
  });

  test('of a long Jordan block, whose back substitution passes the largest number', () => {
    const n = 40;
    const rows = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j - i === 1 ? 1 : 0)));
    const a = Matrix.from(rows);
    checkEig(a, eig(a));
  });

  test('of small integers: many repeated, defective and zero eigenvalues', () => {
    const elements = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), elements, (n, all) => {
        const a = new Matrix(n, n, Float64Array.from(all.slice(0, n * n)));
        checkEig(a, eig(a));
      }),
      { numRuns: 500 },
    );
  });

  test('of elements of any size', () => {
    const element = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e307, max: 1e307 });
    fc.assert(
      fc.property(fc.array(element, { minLength: 25, maxLength: 25 }), (all) => {
        const a = new Matrix(5, 5, Float64Array.from(all));
        checkEig(a, eig(a));
      }),
      { numRuns: 300 },
    );
  });

  test('of a companion matrix finds the roots of its polynomial', () => {
    // (x − 1)(x − 2)(x² + 4) = x⁴ − 3x³ + 6x² − 12x + 8
    const { values } = eig(
      Matrix.from([
        [3, -6, 12, -8],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ]),
    );
    expect(values.re).toBeCloseToArray([2, 1, 0, 0], 1e-13);
    expect(values.im).toBeCloseToArray([0, 0, 2, -2], 1e-13);
  });
});
