import { describe, expect, test } from 'vitest';
import { svd } from '../../../src/backends/js/svd.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product, times } from '../../support/algebra.js';
import { normals } from '../../support/normals.js';
import fc from '../../support/properties.js';
import { checkSvd, EPS } from '../invariants.js';

describe('svd', () => {
  test('of a known matrix', () => {
    const { u, s, vt } = svd(
      Matrix.from([
        [3, 0],
        [4, 5],
      ]),
    );
    const root = Math.SQRT1_2;
    expect(s).toBeCloseToArray([Math.sqrt(45), Math.sqrt(5)], 20 * EPS);
    expect(vt).toBeCloseToArray([root, root, root, -root], 20 * EPS);
    expect(u).toBeCloseToArray(
      [1, 3, 3, -1].map((x) => x / Math.sqrt(10)),
      20 * EPS,
    );
  });

  // ml-matrix by itself never ends on the first of these, and loses orthogonality on the others.
  test.each([
    ['ones', () => 1],
    ['thirds', () => 1 / 3],
    ['two patterns', (i: number, j: number) => (i % 2) * 0.3 + (j % 3) * 0.7],
    ['one row repeated', (_: number, j: number) => Math.sin(j)],
    ['one column fading', (i: number, j: number) => Math.sin(i) * 2 ** -j],
  ])('of a rank-deficient 100×100 matrix: %s', (_, element) => {
    const a = Matrix.from(Array.from({ length: 100 }, (_, i) => Array.from({ length: 100 }, (_, j) => element(i, j))));
    checkSvd(a, undefined, svd(a));
  });

  test('of small integers, of every shape', () => {
    const shape = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(
        shape,
        shape,
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 49, maxLength: 49 }),
        (m, n, all) => {
          const a = new Matrix(m, n, Float64Array.from(all.slice(0, m * n)));
          checkSvd(a, undefined, svd(a));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of elements of any size', () => {
    const element = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e307, max: 1e307 });
    fc.assert(
      fc.property(fc.array(element, { minLength: 12, maxLength: 12 }), (all) => {
        for (const [m, n] of [
          [4, 3],
          [2, 6],
        ] as const) {
          const a = new Matrix(m, n, Float64Array.from(all));
          checkSvd(a, undefined, svd(a));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a subnormal matrix', () => {
    const { s, u } = svd(times(Matrix.identity(2), 5e-324));
    expect([...s]).toEqual([5e-324, 5e-324]);
    expect(product(u, u.transpose())).toBeCloseToArray(Matrix.identity(2), 10 * EPS);
  });

  test('of a transpose has the factors exchanged', () => {
    const a = normals(1, 7, 4);
    const one = svd(a);
    const other = svd(a.transpose());
    expect(one.s).toBeCloseToArray(other.s, 1e-14 * (one.s[0] as number));
    for (let i = 0; i < 4; i++) {
      const overlap = product(new Matrix(1, 7, one.u.transpose().row(i)), new Matrix(7, 1, other.vt.row(i)));
      expect(Math.abs(overlap.get(0, 0))).toBeCloseTo(1, 12);
    }
  });
});
