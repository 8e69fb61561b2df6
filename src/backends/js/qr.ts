import { Matrix } from '../../matrix/matrix.js';
import { dot } from './matmul.js';
import { reflect, reflectorOf } from './reflector.js';

/** A with its columns in `order` is Q R. */
export interface PivotedQr {
  /** n×m, the orthonormal columns of Q as rows. */
  qt: Matrix;
  /** n×n, upper triangular, rows from the numerical rank on exactly zero. */
  r: Matrix;
  order: number[];
}

/**
 * Householder QR of a tall m×n matrix, the longest remaining column first (Businger and Golub, 1965). Elements of R up to
 * `cut`, and all that is left when no remaining column is longer, are set to zero.
 */
export function pivotedQr(a: Matrix, cut: number): PivotedQr {
  const n = a.cols;
  const order = Array.from({ length: n }, (_, j) => j);
  const columns = a.transpose();
  const reflectors: Float64Array[] = [];
  for (let p = 0; p < n; p++) {
    const pivot = longest(columns, p);
    if (!(lengthFrom(columns, pivot, p) > cut)) break;
    swap(columns, order, p, pivot);
    const reflector = reflectorOf(columns.row(p).subarray(p)) as Float64Array;
    for (let j = p; j < n; j++) reflect(columns.data, j * columns.cols + p, 1, reflector);
    reflectors.push(reflector);
  }
  return { qt: accumulate(reflectors, n, a.rows), r: upper(columns, reflectors.length, cut), order };
}

function lengthFrom(columns: Matrix, j: number, from: number): number {
  const start = j * columns.cols + from;
  return Math.sqrt(dot(columns.data, start, columns.data, start, columns.cols - from));
}

/** The column at or after p whose elements from p on are longest. */
function longest(columns: Matrix, p: number): number {
  let best = p;
  let length = 0;
  for (let j = p; j < columns.rows; j++) {
    const candidate = lengthFrom(columns, j, p);
    if (candidate > length) [best, length] = [j, candidate];
  }
  return best;
}

function swap(columns: Matrix, order: number[], i: number, j: number): void {
  const kept = columns.row(i).slice();
  columns.row(i).set(columns.row(j));
  columns.row(j).set(kept);
  [order[i], order[j]] = [order[j] as number, order[i] as number];
}

/** The first n columns, as rows, of the product of the reflections. */
function accumulate(reflectors: Float64Array[], n: number, m: number): Matrix {
  const qt = new Matrix(n, m);
  for (let j = 0; j < n; j++) qt.data[j * m + j] = 1;
  for (let p = reflectors.length - 1; p >= 0; p--) {
    for (let j = 0; j < n; j++) reflect(qt.data, j * m + p, 1, reflectors[p] as Float64Array);
  }
  return qt;
}

/** Rows 0 … rank − 1 of the transposed triangle, without what is too small to matter. */
function upper(columns: Matrix, rank: number, cut: number): Matrix {
  const n = columns.rows;
  const r = new Matrix(n, n);
  for (let i = 0; i < rank; i++) {
    for (let j = i; j < n; j++) {
      const value = columns.data[j * columns.cols + i] as number;
      r.data[i * n + j] = Math.abs(value) > cut ? value : 0;
    }
  }
  return r;
}
