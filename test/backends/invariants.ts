/** What must hold of every result by itself, whoever computed it. */
import { expect } from 'vitest';
import type { Eig, Eigh, Svd, Whitening } from '../../src/backends/linalg.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { energy, plus, product, times } from '../support/algebra.js';

export const EPS = Number.EPSILON;

/** Backward-stable algorithms leave a modest multiple of n·eps. */
export const rounding = (n: number) => 20 * n * EPS;

export const norm = (a: Matrix) => Math.sqrt(energy(a));

/** The largest magnitude, 1 for a zero matrix: what results are measured in, so that no square overflows. */
export const unit = (a: Matrix) => maxAbs(a.data) || 1;

export const over = (a: Matrix, by: number) =>
  new Matrix(
    a.rows,
    a.cols,
    Float64Array.from(a.data, (x) => x / by),
  );

export function expectFinite(values: ArrayLike<number>): void {
  expect(Array.from(values).filter((x) => !Number.isFinite(x))).toEqual([]);
}

export function expectDescending(values: Float64Array): void {
  values.forEach((x, i) => {
    if (i > 0) expect(x).toBeLessThanOrEqual(values[i - 1] as number);
  });
}

export function expectOrthonormalRows(rows: Matrix): void {
  const gram = product(rows, rows.transpose());
  expect(gram).toBeCloseToArray(Matrix.identity(rows.rows), rounding(rows.cols));
}

/** The sign rule, as src/backends/linalg.ts states it. */
export function expectSigns(rows: Matrix): void {
  for (const row of rows.toArray()) {
    const largest = maxAbs(row);
    const leading = row.find((x) => Math.abs(x) >= (1 - 1e-8) * largest) as number;
    expect(leading).toBeGreaterThan(0);
  }
}

/**
 * Small, and what the definition gives on the results returned. Evaluating it in another order moves a residual, itself
 * made of rounding, by part of its size.
 */
function expectResidual(reported: number, recomputed: number, n: number): void {
  expect(reported).toBeLessThanOrEqual(rounding(n));
  expect(Math.abs(reported - recomputed)).toBeLessThanOrEqual(0.3 * recomputed + EPS);
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

export function checkSvd(a: Matrix, k: number | undefined, { u, s, vt, residual }: Svd): void {
  const full = Math.min(a.rows, a.cols);
  const count = k ?? full;
  expect([u.rows, u.cols, s.length, vt.rows, vt.cols]).toEqual([a.rows, count, count, count, a.cols]);
  expectFinite(s);
  expectDescending(s);
  expect(s[count - 1]).toBeGreaterThanOrEqual(0);
  expectOrthonormalRows(u.transpose());
  expectOrthonormalRows(vt);
  expectSigns(vt);

  const scaled = over(a, unit(a));
  const us = product(u, Matrix.diagonal(s.map((x) => x / unit(a))));
  const sv = product(Matrix.diagonal(s.map((x) => x / unit(a))), vt);
  const parts =
    count === full
      ? [plus(scaled, product(us, vt), -1)]
      : [plus(product(scaled, vt.transpose()), us, -1), plus(product(u.transpose(), scaled), sv, -1)];
  expectResidual(residual, share(Math.max(...parts.map(norm)), norm(scaled)), Math.max(a.rows, a.cols));
}

export function checkEigh(a: Matrix, b: Matrix | undefined, k: number | undefined, result: Eigh): void {
  const { values, vectors, residual } = result;
  const n = a.rows;
  expect([values.length, vectors.rows, vectors.cols]).toEqual([k ?? n, n, k ?? n]);
  expectFinite(values);
  expectDescending(values);
  expectSigns(vectors.transpose());
  if (b === undefined) expectOrthonormalRows(vectors.transpose());
  else {
    // The pencils here have cond(B) ≤ 10, which multiplies the rounding.
    const gram = product(vectors.transpose(), b, vectors);
    expect(gram).toBeCloseToArray(Matrix.identity(vectors.cols), 10 * rounding(n));
  }

  const size = unit(a);
  const sizeB = b === undefined ? 1 : unit(b);
  const [scaled, scaledB] = [over(a, size), b && over(b, sizeB)];
  const relative = values.map((x) => (x / size) * sizeB);
  const v = times(vectors, Math.sqrt(sizeB));
  const bv = scaledB === undefined ? v : product(scaledB, v);
  const rest = plus(product(scaled, v), product(bv, Matrix.diagonal(relative)), -1);
  const whole = norm(scaled) + (scaledB === undefined ? 0 : maxAbs(relative) * norm(scaledB));
  expectResidual(residual, share(norm(rest), whole * norm(v)), n);
}

export function checkEig(a: Matrix, { values, vectors, residual }: Eig): void {
  const n = a.rows;
  expect([values.re.length, values.im.length]).toEqual([n, n]);
  for (const part of [values.re, values.im, vectors.re.data, vectors.im.data]) expectFinite(part);
  expectDescending(values.re);
  const re = vectors.re.transpose();
  const im = vectors.im.transpose();
  for (let j = 0; j < n; j++) {
    const [x, y] = [re.row(j), im.row(j)];
    const magnitudes = Array.from(x, (value, i) => Math.hypot(value, y[i] as number));
    expect(Math.hypot(...magnitudes)).toBeCloseTo(1, 12);
    const leading = magnitudes.findIndex((m) => m >= (1 - 1e-8) * Math.max(...magnitudes));
    expect(x[leading]).toBeGreaterThan(0);
    expect(Math.abs(y[leading] as number)).toBeLessThanOrEqual(EPS);
    if ((values.im[j] as number) > 0) expectConjugate({ values, vectors: { re, im } }, j);
  }

  const size = unit(a);
  const scaled = over(a, size);
  const [lre, lim] = [values.re, values.im].map((part) => Matrix.diagonal(part.map((x) => x / size))) as [
    Matrix,
    Matrix,
  ];
  const restRe = plus(plus(product(scaled, vectors.re), product(vectors.re, lre), -1), product(vectors.im, lim));
  const restIm = plus(plus(product(scaled, vectors.im), product(vectors.im, lre), -1), product(vectors.re, lim), -1);
  expectResidual(residual, share(Math.hypot(norm(restRe), norm(restIm)), norm(scaled) * Math.sqrt(n)), n);
}

/** Some later pair is the conjugate of pair j, exactly. Vectors in rows. */
function expectConjugate({ values, vectors }: Pick<Eig, 'values' | 'vectors'>, j: number): void {
  const found = Array.from(values.re.keys()).some(
    (i) =>
      i > j &&
      values.re[i] === values.re[j] &&
      values.im[i] === -(values.im[j] as number) &&
      vectors.re.row(i).every((x, c) => x === vectors.re.row(j)[c]) &&
      vectors.im.row(i).every((x, c) => x === -(vectors.im.row(j)[c] as number)),
  );
  expect(found).toBe(true);
}

export function checkCholesky(a: Matrix, l: Matrix): void {
  l.toArray().forEach((row, i) => {
    expect(row.slice(i + 1).every((x) => x === 0)).toBe(true);
    expect(row[i]).toBeGreaterThan(0);
  });
  const scaled = over(l, Math.sqrt(unit(a)));
  expect(product(scaled, scaled.transpose())).toBeCloseToArray(over(a, unit(a)), rounding(a.rows));
}

/** Backward error ‖AX − B‖ / (‖A‖ ‖X‖). */
export function checkSolve(a: Matrix, b: Matrix, x: Matrix): void {
  const scaled = over(a, unit(a));
  const y = over(times(over(x, unit(b)), Math.sqrt(unit(a))), 1 / Math.sqrt(unit(a)));
  const rest = plus(product(scaled, y), over(b, unit(b)), -1);
  expect(norm(rest)).toBeLessThanOrEqual(rounding(a.rows) * norm(scaled) * norm(y));
}

/** R symmetric, and R A R the identity, or the projector onto what is kept. */
export function checkInverseSqrt(a: Matrix, rankTolerance: number | undefined, root: Matrix): void {
  expect(root.data).toEqual(root.transpose().data);
  const scaled = times(root, Math.sqrt(unit(a)));
  const kept = product(scaled, over(a, unit(a)), scaled);
  if (rankTolerance === undefined) {
    expect(kept).toBeCloseToArray(Matrix.identity(a.rows), rounding(a.rows) * conditionOf(scaled));
  } else {
    expect(product(kept, kept)).toBeCloseToArray(kept, rounding(a.rows) * conditionOf(scaled));
  }
}

export function checkWhitening(s: Matrix, { whitener, rank }: Whitening): void {
  expect([whitener.rows, whitener.cols]).toEqual([rank, s.rows]);
  const scaled = times(whitener, Math.sqrt(unit(s)));
  const gram = product(scaled, over(s, unit(s)), scaled.transpose());
  expect(gram).toBeCloseToArray(Matrix.identity(rank), rounding(s.rows) * conditionOf(scaled));
}

/** ‖A^{-1/2}‖² of a matrix of unit size: what its condition number may multiply rounding by. */
function conditionOf(root: Matrix): number {
  return Math.max(1, energy(root));
}
