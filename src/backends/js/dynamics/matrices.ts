/** Small float64 matrices in formulas. A product of m×p and p×n costs 2 m p n operations. */
import { Matrix } from '../../../matrix/matrix.js';

/** A B. */
export function times(a: Matrix, b: Matrix): Matrix {
  const { rows: m, cols: p } = a;
  const n = b.cols;
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let t = 0; t < p; t++) {
      const x = a.data[i * p + t] as number;
      for (let j = 0; j < n; j++) out[i * n + j] = (out[i * n + j] as number) + x * (b.data[t * n + j] as number);
    }
  }
  return new Matrix(m, n, out);
}

/** A Bᵀ. */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const { rows: m, cols: p } = a;
  const n = b.rows;
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let t = 0; t < p; t++) sum += (a.data[i * p + t] as number) * (b.data[j * p + t] as number);
      out[i * n + j] = sum;
    }
  }
  return new Matrix(m, n, out);
}

/** Aᵀ B. */
export function transposedTimes(a: Matrix, b: Matrix): Matrix {
  const { rows: p, cols: m } = a;
  const n = b.cols;
  const out = new Float64Array(m * n);
  for (let t = 0; t < p; t++) {
    for (let i = 0; i < m; i++) {
      const x = a.data[t * m + i] as number;
      for (let j = 0; j < n; j++) out[i * n + j] = (out[i * n + j] as number) + x * (b.data[t * n + j] as number);
    }
  }
  return new Matrix(m, n, out);
}

/** A + weight · B. */
export function plus(a: Matrix, b: Matrix, weight = 1): Matrix {
  const out = new Float64Array(a.data.length);
  for (let i = 0; i < out.length; i++) out[i] = (a.data[i] as number) + weight * (b.data[i] as number);
  return new Matrix(a.rows, a.cols, out);
}

/** weight · A. */
export function scaled(a: Matrix, weight: number): Matrix {
  const out = new Float64Array(a.data.length);
  for (let i = 0; i < out.length; i++) out[i] = weight * (a.data[i] as number);
  return new Matrix(a.rows, a.cols, out);
}

/** A + Aᵀ, A square. */
export function plusTransposed(a: Matrix): Matrix {
  const { rows: n, data } = a;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * n + j] = (data[i * n + j] as number) + (data[j * n + i] as number);
  }
  return new Matrix(n, n, out);
}

/** A + λ I, A square. */
export function shifted(a: Matrix, lambda: number): Matrix {
  const out = Float64Array.from(a.data);
  for (let i = 0; i < a.rows; i++) out[i * a.cols + i] = (out[i * a.cols + i] as number) + lambda;
  return new Matrix(a.rows, a.cols, out);
}

/** Tr A, A square. */
export function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += a.data[i * a.cols + i] as number;
  return sum;
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

/** Tr(A Bᵀ) = Σ aᵢⱼ bᵢⱼ. */
export function inner(a: Matrix, b: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] as number) * (b.data[i] as number);
  return sum;
}

/** Columns [from, to) as a copy. */
export function columns(a: Matrix, from: number, to: number): Matrix {
  const width = to - from;
  const out = new Float64Array(a.rows * width);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < width; j++) out[i * width + j] = a.data[i * a.cols + from + j] as number;
  }
  return new Matrix(a.rows, width, out);
}

/** [A B …], of equally many rows. */
export function beside(...parts: readonly Matrix[]): Matrix {
  const rows = parts[0]?.rows ?? 0;
  const width = parts.reduce((sum, part) => sum + part.cols, 0);
  const out = new Float64Array(rows * width);
  let from = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < part.cols; j++) out[i * width + from + j] = part.data[i * part.cols + j] as number;
    }
    from += part.cols;
  }
  return new Matrix(rows, width, out);
}
