import { describe, expect, test } from 'vitest';
import { pivotedQr } from '../../../src/backends/js/qr.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product } from '../../support/algebra.js';
import { normals } from '../../support/normals.js';
import { EPS, expectOrthonormalRows, rounding } from '../invariants.js';

const permuted = (a: Matrix, order: number[]) =>
  Matrix.from(a.toArray().map((row) => order.map((j) => row[j] as number)));

describe('pivotedQr', () => {
  test.each([
    ['tall', normals(1, 12, 5)],
    ['square', normals(2, 6, 6)],
    ['a column', normals(3, 4, 1)],
    ['rank 2 of 5', product(normals(4, 9, 2), normals(5, 2, 5))],
    ['zero', Matrix.zeros(4, 3)],
  ])('reproduces the matrix with orthonormal columns: %s', (_, a) => {
    const { qt, r, order } = pivotedQr(a, EPS ** 2);
    expectOrthonormalRows(qt);
    expect(product(qt.transpose(), r)).toBeCloseToArray(permuted(a, order), rounding(a.rows) * 10);
    r.toArray().forEach((row, i) => {
      expect(row.slice(0, i).every((x) => x === 0)).toBe(true);
    });
  });

  test('takes the longest remaining column first', () => {
    const { r, order } = pivotedQr(Matrix.diagonal([1, 3, 2]), 0);
    expect(order).toEqual([1, 2, 0]);
    expect(r.toArray().map((row, i) => Math.abs(row[i] as number))).toBeCloseToArray([3, 2, 1], EPS * 10);
  });

  test('leaves exact zeros below the cut', () => {
    const { r } = pivotedQr(Matrix.diagonal([1, 1e-20, 1e-30]), 1e-25);
    expect(r.toArray().map((row) => row.filter((x) => x !== 0).length)).toEqual([1, 1, 0]);
  });
});
