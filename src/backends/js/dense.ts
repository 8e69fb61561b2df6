/** What the decompositions share: float64 copies on a scale where squares neither overflow nor underflow, and norms. */
import type { Matrix as MlMatrix } from 'ml-matrix';
import { maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { loadMlMatrix } from './ml-matrix.js';

/**
 * A power of two near the largest magnitude of a matrix (1 for a zero matrix): dividing by it is exact, short of underflow
 * to nothing, for subnormal numbers too. Its exponent is even, so that its square root is exact.
 */
export function binaryScale(a: Matrix): number {
  const largest = maxAbs(a.data);
  // The logarithm of the largest numbers rounds to 1024.
  return largest === 0 ? 1 : 2 ** Math.min(1022, 2 * Math.floor(Math.log2(largest) / 2));
}

/** A float64 copy, each element over `divisor`, whose reciprocal may overflow. */
export function dividedBy(a: Matrix, divisor: number): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    Float64Array.from(a.data, (value) => value / divisor),
  );
}

/** A float64 copy, each element times `factor`. */
export function scaledBy(a: Matrix, factor: number): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    Float64Array.from(a.data, (value) => value * factor),
  );
}

/** values · (numerator / denominator), powers of two with even exponents whose quotient alone might overflow. */
export function rescaled(values: ArrayLike<number>, numerator: number, denominator: number): Float64Array {
  const half = Math.sqrt(numerator) / Math.sqrt(denominator);
  return Float64Array.from(values, (value) => value * half * half);
}

/** Copies the upper triangle onto the lower one, in place: symmetric operations read the upper triangle alone. */
export function mirrorUpper(a: Matrix): Matrix {
  const { data, rows: n } = a;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i] as number;
  }
  return a;
}

/** The first `count` rows, as a view. */
export function firstRows(a: Matrix, count: number): Matrix {
  return new Matrix(count, a.cols, a.data.subarray(0, count * a.cols));
}

/** Each row i times factor(i), in place. */
export function scaleRows(a: Matrix, factor: (i: number) => number): Matrix {
  for (let i = 0; i < a.rows; i++) {
    const row = a.row(i);
    const by = factor(i);
    for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) * by;
  }
  return a;
}

/** a − b, into a. */
export function subtract(a: Matrix, b: Matrix): Matrix {
  for (let i = 0; i < a.data.length; i++) a.data[i] = (a.data[i] as number) - (b.data[i] as number);
  return a;
}

/** Frobenius norm; its caller has scaled the matrix. */
export function frobenius({ data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  return Math.sqrt(sum);
}

/** part / whole, and 0 of nothing. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** A decomposition whose residual is not even half right (√eps), or is NaN, did not converge. */
export function checkConverged(operation: string, residual: number, at?: number): void {
  if (!(residual <= Math.sqrt(Number.EPSILON))) throw kernelError({ code: 'NO_CONVERGENCE', operation, at });
}

export function toMl(a: Matrix): MlMatrix {
  return loadMlMatrix().Matrix.from1DArray(a.rows, a.cols, a.data);
}

/** The columns of an ml-matrix as rows of a float64 one. */
export function columnsOf(a: MlMatrix): Matrix {
  const result = new Matrix(a.columns, a.rows);
  for (let j = 0; j < a.columns; j++) {
    for (let i = 0; i < a.rows; i++) result.data[j * a.rows + i] = a.get(i, j);
  }
  return result;
}
