/** The matrices that every backend must handle: shapes, ranks, repeated values and scales. */
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { normals, orthogonal } from '../support/normals.js';

const float32 = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));

const ones = (rows: number, cols: number) => new Matrix(rows, cols, new Float64Array(rows * cols).fill(1));

/** Q diag(values) Qᵀ, symmetric to the last bit. */
export function symmetric(seed: number, values: readonly number[]): Matrix {
  const q = orthogonal(seed, values.length);
  const a = product(q, Matrix.diagonal(values), q.transpose());
  return times(plus(a, a.transpose()), 0.5);
}

/** 1e-8 … 1e8. */
const mixed = Array.from({ length: 9 }, (_, i) => 10 ** (2 * i - 8));

const rotated = (m: number, n: number, values: readonly number[]) => {
  const u = orthogonal(1, m).data.slice(0, values.length * m);
  const v = orthogonal(2, n).data.slice(0, values.length * n);
  const left = new Matrix(values.length, m, u).transpose();
  return product(left, Matrix.diagonal(values), new Matrix(values.length, n, v));
};

export const general: Record<string, Matrix> = {
  square: normals(1, 12, 12),
  'square, 60×60': normals(36, 60, 60),
  tall: normals(2, 40, 7),
  wide: normals(3, 6, 31),
  '1×1': Matrix.from([[-3]]),
  '1×n': normals(4, 1, 9),
  'n×1': normals(5, 9, 1),
  zero: Matrix.zeros(5, 3),
  'rank 3 of 12': rotated(20, 12, [4, 2, 1]),
  'rank 2, wide': rotated(7, 15, [4, 2]),
  // Elimination leaves rounding of rounding here, down to underflow.
  'ones, 100×100': ones(100, 100),
  'repeated singular values': rotated(11, 9, [3, 3, 3, 1, 1, 1, 1, 0.5, 0.5]),
  'an orthogonal matrix': orthogonal(6, 8),
  'times 1e150': times(normals(7, 9, 6), 1e150),
  'times 1e-150': times(normals(8, 6, 9), 1e-150),
  'times 1e-300': times(normals(9, 5, 5), 1e-300),
  'diagonal from 1e-8 to 1e8': Matrix.diagonal(mixed),
  'singular values from 1e-8 to 1e8': rotated(12, 10, mixed),
  float32: float32(normals(10, 15, 10)),
};

export const symmetricMatrices: Record<string, Matrix> = {
  random: symmetric(1, [5, 3, 2, 1, 0.5, -0.25, -1, -4]),
  'random, 60×60': plus(normals(37, 60, 60), normals(37, 60, 60).transpose()),
  '1×1': Matrix.from([[-3]]),
  'an exchange': Matrix.from([
    [0, 1],
    [1, 0],
  ]),
  zero: Matrix.zeros(4, 4),
  identity: Matrix.identity(5),
  'ones, 100×100': ones(100, 100),
  'minus ones, 70×70': times(ones(70, 70), -1),
  'rank 2 of 9': symmetric(2, [3, 1, 0, 0, 0, 0, 0, 0, 0]),
  'repeated eigenvalues': symmetric(3, [2, 2, 2, 1, 1, -1, -1]),
  'blocks of ones': product(
    new Matrix(
      40,
      5,
      Float64Array.from({ length: 200 }, (_, i) => (Math.floor(i / 40) === i % 5 ? 1 : 0)),
    ),
    new Matrix(
      5,
      40,
      Float64Array.from({ length: 200 }, (_, i) => (Math.floor((i % 40) / 8) === Math.floor(i / 40) ? 1 : 0)),
    ),
  ),
  'times 1e150': times(symmetric(4, [3, 2, 1, -2]), 1e150),
  'times 1e-150': times(symmetric(5, [3, 2, 1, -2]), 1e-150),
  'diagonal from 1e-8 to 1e8': Matrix.diagonal(mixed),
  'eigenvalues from 1e-8 to 1e8': symmetric(6, mixed),
  float32: float32(symmetric(7, [4, 3, 2, 1])),
};

export const definite: Record<string, Matrix> = {
  '1×1': Matrix.from([[4]]),
  random: symmetric(11, [5, 4, 3, 2.5, 2, 1, 0.5]),
  'a sample covariance': times(product(normals(12, 60, 10).transpose(), normals(12, 60, 10)), 1 / 60),
  'repeated eigenvalues': symmetric(13, [2, 2, 2, 1, 1]),
  'condition number 1e6': symmetric(14, [1e6, 1e4, 1e2, 1]),
  'times 1e150': times(symmetric(15, [3, 2, 1]), 1e150),
  'times 1e-150': times(symmetric(16, [3, 2, 1]), 1e-150),
  diagonal: Matrix.diagonal([1, 9, 4]),
  float32: float32(symmetric(17, [4, 3, 2, 1])),
};

/** Positive semi-definite to rounding, with clear gaps above the tolerance used with them. */
export const semidefinite: Record<string, Matrix> = {
  'rank 2 of 6': symmetric(21, [4, 1, 0, 0, 0, 0]),
  'ones, 30×30': ones(30, 30),
  'a clean cut': symmetric(22, [4, 1, 0.5, 1e-9, 1e-10]),
  'full rank': symmetric(23, [4, 3, 2]),
  'times 1e-150': times(symmetric(24, [4, 1, 0]), 1e-150),
};

/** Square matrices for the general eigenproblem. */
export const square: Record<string, Matrix> = {
  random: normals(31, 10, 10),
  'random, 40×40': normals(38, 40, 40),
  '1×1': Matrix.from([[-2]]),
  zero: Matrix.zeros(3, 3),
  identity: Matrix.identity(4),
  'a rotation': Matrix.from([
    [0, -1],
    [1, 0],
  ]),
  // A double-shift step maps it to itself.
  'a step without progress': Matrix.from([
    [0, -1, 0],
    [1, 0, 1],
    [0, -1, 0],
  ]),
  'a cycle of six': Matrix.from(
    Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => (j === (i + 1) % 6 ? 1 : 0))),
  ),
  symmetric: symmetric(32, [3, 2, 1, -1, -2]),
  triangular: Matrix.from([
    [1, 5, -2],
    [0, 3, 4],
    [0, 0, -2],
  ]),
  'rank 2 of 6': rotated(6, 6, [2, 1]),
  'two equal pairs': Matrix.from([
    [0, -2, 0, 0],
    [2, 0, 0, 0],
    [0, 0, 0, -2],
    [0, 0, 2, 0],
  ]),
  'times 1e150': times(normals(33, 5, 5), 1e150),
  'times 1e-150': times(normals(34, 5, 5), 1e-150),
  float32: float32(normals(35, 6, 6)),
};

/** Eigenvalues that move by a root of the rounding. */
export const defective: Record<string, Matrix> = {
  'a Jordan block': Matrix.from([
    [2, 1, 0],
    [0, 2, 1],
    [0, 0, 2],
  ]),
  nilpotent: Matrix.from([
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ]),
  'a defective pair': Matrix.from([
    [0, -1, 1, 0],
    [1, 0, 0, 1],
    [0, 0, 0, -1],
    [0, 0, 1, 0],
  ]),
};
