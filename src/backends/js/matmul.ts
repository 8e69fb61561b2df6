import { Matrix } from '../../matrix/matrix.js';
import { scaledBy } from './dense.js';

export function matmul(a: Matrix, b: Matrix, transposeA = false, transposeB = false): Matrix {
  // Rows against rows: both factors of each inner product then lie contiguous, and both are float64.
  const left = scaledBy(transposeA ? a.transpose() : a, 1);
  const right = scaledBy(transposeB ? b : b.transpose(), 1);
  const length = left.cols;
  const result = new Matrix(left.rows, right.rows);
  for (let i = 0; i < left.rows; i++) {
    for (let j = 0; j < right.rows; j++) {
      result.data[i * right.rows + j] = dot(left.data, i * length, right.data, j * length, length);
    }
  }
  return result;
}

/** Inner product of `length` numbers of x from index i and of y from index j. */
export function dot(x: ArrayLike<number>, i: number, y: ArrayLike<number>, j: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += (x[i + t] as number) * (y[j + t] as number);
  return sum;
}
