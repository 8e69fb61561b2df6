/** How far two backends may differ: spectra by rounding, vectors by rounding over the gap, bases of equal values freely. */
import { expect } from 'vitest';
import type { Eig, Eigh, Svd } from '../../src/backends/linalg.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product } from '../support/algebra.js';
import { unit } from './invariants.js';

const SPECTRUM = 1e-10;
const SUBSPACE = 1e-8;
/** Values closer than this share of the largest are one cluster. */
const CLUSTER = 1e-6;

/** Rows of two bases, one vector per value, cluster by cluster; `values` may run on beyond the rows. */
function expectSameRows(values: Float64Array, one: Matrix, other: Matrix, skipZeros: boolean): void {
  const largest = maxAbs(values) || 1;
  const gap = (i: number) => Math.abs((values[i - 1] as number) - (values[i] as number)) / largest;
  for (let from = 0; from < one.rows; ) {
    let to = from + 1;
    while (to < values.length && gap(to) <= CLUSTER) to++;
    const apart = Math.min(from > 0 ? gap(from) : 1, to < values.length ? gap(to) : 1);
    const zero = skipZeros && (values[to - 1] as number) <= CLUSTER * largest;
    if (to <= one.rows && !zero) expectSameSpan(one, other, from, to, SUBSPACE / apart);
    from = to;
  }
}

function expectSameSpan(one: Matrix, other: Matrix, from: number, to: number, tolerance: number): void {
  const [a, b] = [one, other].map((m) => {
    return new Matrix(to - from, m.cols, m.data.slice(from * m.cols, to * m.cols));
  }) as [Matrix, Matrix];
  if (to - from === 1) expect(a).toBeCloseToArray(b, tolerance);
  else expect(product(a.transpose(), a)).toBeCloseToArray(product(b.transpose(), b), tolerance);
}

/** `all`: the singular values of the full decomposition. */
export function agreeSvd(all: Float64Array, one: Svd, other: Svd): void {
  expect(one.s).toBeCloseToArray(other.s, SPECTRUM * (all[0] as number));
  expectSameRows(all, one.vt, other.vt, true);
  expectSameRows(all, one.u.transpose(), other.u.transpose(), true);
}

/** `all`: the eigenvalues of the full decomposition. */
export function agreeEigh(all: Float64Array, one: Eigh, other: Eigh): void {
  expect(one.values).toBeCloseToArray(other.values, SPECTRUM * maxAbs(all));
  // Generalised vectors have the length that VᵀBV = I gives them; compared in units of their largest component.
  const size = unit(other.vectors);
  const rows = ({ vectors }: Eigh) => vectors.transpose().data.map((x) => x / size);
  const shaped = (result: Eigh) => new Matrix(result.vectors.cols, result.vectors.rows, rows(result));
  expectSameRows(all, shaped(one), shaped(other), false);
}

/** `tolerance`: relative to the largest eigenvalue or the matrix, whichever is larger; vectors only where it is tight. */
export function agreeEig(a: Matrix, one: Eig, other: Eig, tolerance = SPECTRUM): void {
  const size = unit(a) * a.rows;
  const free = new Set(other.values.re.keys());
  for (let i = 0; i < a.rows; i++) {
    const distance = (result: Eig, j: number) =>
      Math.hypot(
        ((one.values.re[i] as number) - (result.values.re[j] as number)) / size,
        ((one.values.im[i] as number) - (result.values.im[j] as number)) / size,
      );
    const nearest = [...free].reduce((best, j) => (distance(other, j) < distance(other, best) ? j : best));
    expect(distance(other, nearest)).toBeLessThanOrEqual(tolerance);
    free.delete(nearest);
    const apart = Math.min(...Array.from(one.values.re.keys(), (j) => (j === i ? 1 : distance(one, j))));
    if (tolerance > SPECTRUM || apart < CLUSTER) continue;
    for (const part of ['re', 'im'] as const) {
      const column = (result: Eig, j: number) => result.vectors[part].transpose().row(j);
      expect(column(one, i)).toBeCloseToArray(column(other, nearest), SUBSPACE / apart);
    }
  }
}

/** Element by element, relative to the largest, with the condition number's share of rounding. */
export function agreeMatrix(one: Matrix, other: Matrix, condition = 1): void {
  expect([one.rows, one.cols]).toEqual([other.rows, other.cols]);
  expect(one).toBeCloseToArray(other, SPECTRUM * condition * unit(other));
}
