import type { EigenviewError } from '../../errors.js';
import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { binaryScale, dividedBy, scaledBy } from './dense.js';
import { dot } from './matmul.js';
import { spectrum } from './spectrum.js';

/** `operation`: on whose behalf, for the error. */
export function cholesky(a: Matrix, operation = 'cholesky'): Matrix {
  const unit = binaryScale(a);
  const l = factor(dividedBy(a, unit));
  if (l === undefined) throw indefinite(operation, a);
  return scaledBy(l, Math.sqrt(unit));
}

/** The lowest eigenvector says where a matrix without a Cholesky factor is indefinite. */
function indefinite(operation: string, a: Matrix): EigenviewError {
  const { values, vectors } = spectrum(a);
  const direction = Float64Array.from(vectors.row(a.rows - 1));
  return kernelError({ code: 'NOT_POSITIVE_DEFINITE', operation, value: values[a.rows - 1], direction });
}

/** L with A = L Lᵀ, from the upper triangle of A; nothing where a pivot is not positive. O(n³/3). */
function factor(a: Matrix): Matrix | undefined {
  const n = a.rows;
  const l = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const rest = (a.data[j * n + i] as number) - dot(l.data, i * n, l.data, j * n, j);
      l.data[i * n + j] = rest / (l.data[j * n + j] as number);
    }
    const pivot = (a.data[i * n + i] as number) - dot(l.data, i * n, l.data, i * n, i);
    if (!(pivot > 0)) return undefined;
    l.data[i * n + i] = Math.sqrt(pivot);
  }
  return l;
}

/** L⁻¹ B for a lower triangular L, into B. */
export function solveLower(l: Matrix, b: Matrix): Matrix {
  for (let i = 0; i < l.rows; i++) eliminate(l, b, i, 0, i, (j) => i * l.rows + j);
  return b;
}

/** L⁻ᵀ B for a lower triangular L, into B. */
export function solveLowerTransposed(l: Matrix, b: Matrix): Matrix {
  for (let i = l.rows - 1; i >= 0; i--) eliminate(l, b, i, i + 1, l.rows, (j) => j * l.rows + i);
  return b;
}

/** Row i of B minus Σ l[at(j)] · row j over from ≤ j < to, divided by the diagonal. */
function eliminate(l: Matrix, b: Matrix, i: number, from: number, to: number, at: (j: number) => number): void {
  const row = b.row(i);
  for (let j = from; j < to; j++) {
    const weight = l.data[at(j)] as number;
    const other = b.row(j);
    for (let c = 0; c < row.length; c++) row[c] = (row[c] as number) - weight * (other[c] as number);
  }
  const diagonal = l.data[i * l.rows + i] as number;
  for (let c = 0; c < row.length; c++) row[c] = (row[c] as number) / diagonal;
}
