import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { binaryScale, dividedBy, rescaled } from './dense.js';

/** Gaussian elimination with partial pivoting; the condition number comes from the explicit inverse. O(n³). */
export function solve(a: Matrix, b: Matrix): Matrix {
  const unitA = binaryScale(a);
  const unitB = binaryScale(b);
  const scaled = dividedBy(a, unitA);
  const inverse = eliminate(scaled, Matrix.identity(a.rows));
  const rcond = inverse === undefined ? 0 : 1 / (columnSumNorm(scaled) * columnSumNorm(inverse));
  const x = rcond >= Number.EPSILON ? eliminate(scaled, dividedBy(b, unitB)) : undefined;
  if (x === undefined) throw kernelError({ code: 'SINGULAR', operation: 'solve', value: rcond });
  return new Matrix(x.rows, x.cols, rescaled(x.data, unitB, unitA));
}

/** A⁻¹ B, or nothing where a pivot is zero. */
function eliminate(a: Matrix, b: Matrix): Matrix | undefined {
  const n = a.rows;
  const left = Array.from({ length: n }, (_, i) => Float64Array.from(a.row(i)));
  const right = Array.from({ length: n }, (_, i) => Float64Array.from(b.row(i)));
  for (let p = 0; p < n; p++) {
    const pivotRow = largestBelow(left, p);
    swap(left, p, pivotRow);
    swap(right, p, pivotRow);
    const pivot = element(left, p, p);
    if (pivot === 0) return undefined;
    for (let i = p + 1; i < n; i++) {
      const weight = element(left, i, p) / pivot;
      if (weight === 0) continue;
      addMultiple(left, i, p, -weight, p);
      addMultiple(right, i, p, -weight, 0);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) addMultiple(right, i, j, -element(left, i, j), 0);
    const pivot = element(left, i, i);
    right[i] = (right[i] as Float64Array).map((x) => x / pivot);
  }
  const x = new Matrix(n, b.cols);
  right.forEach((row, i) => {
    x.row(i).set(row);
  });
  return x;
}

function element(rows: Float64Array[], i: number, j: number): number {
  return (rows[i] as Float64Array)[j] as number;
}

/** The row at or below p with the largest element in column p. */
function largestBelow(rows: Float64Array[], p: number): number {
  let best = p;
  for (let i = p + 1; i < rows.length; i++) {
    if (Math.abs(element(rows, i, p)) > Math.abs(element(rows, best, p))) best = i;
  }
  return best;
}

function swap(rows: Float64Array[], i: number, j: number): void {
  const kept = rows[i] as Float64Array;
  rows[i] = rows[j] as Float64Array;
  rows[j] = kept;
}

/** Row i plus `weight` times row j, from column `from` on. */
function addMultiple(rows: Float64Array[], i: number, j: number, weight: number, from: number): void {
  const target = rows[i] as Float64Array;
  const source = rows[j] as Float64Array;
  for (let c = from; c < target.length; c++) target[c] = (target[c] as number) + weight * (source[c] as number);
}

/** ‖A‖₁, the largest absolute column sum. */
function columnSumNorm(a: Matrix): number {
  const sums = new Float64Array(a.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) sums[j] = (sums[j] as number) + Math.abs(a.data[i * a.cols + j] as number);
  }
  return sums.reduce((largest, sum) => Math.max(largest, sum), 0);
}
