import { Matrix } from '../../../matrix/matrix.js';
import { shifted } from './matrices.js';

/**
 * The inverse of H = N + λI, N k×k and positive semi-definite, by Cholesky. Every pivot is at least λ in exact arithmetic, as
 * Schur complements of H are no smaller than those of λI; where rounding of a large N says otherwise, it is set to λ. With
 * λ = 0 a singular N yields numbers that are not finite.
 */
export class Ridge {
  /** H itself. */
  readonly matrix: Matrix;
  /** Lower triangle L with H = L Lᵀ, row-major; of the upper one no meaning. */
  readonly #factor: Float64Array;

  constructor(n: Matrix, lambda: number) {
    this.matrix = shifted(n, lambda);
    this.#factor = factor(this.matrix, lambda);
  }

  /** H⁻¹ B. */
  left(b: Matrix): Matrix {
    const { rows: k, cols } = b;
    const l = this.#factor;
    const x = Float64Array.from(b.data);
    for (let i = 0; i < k; i++) {
      for (let t = 0; t < i; t++) addRow(x, cols, i, t, -(l[i * k + t] as number));
      divideRow(x, cols, i, l[i * k + i] as number);
    }
    for (let i = k - 1; i >= 0; i--) {
      for (let t = i + 1; t < k; t++) addRow(x, cols, i, t, -(l[t * k + i] as number));
      divideRow(x, cols, i, l[i * k + i] as number);
    }
    return new Matrix(k, cols, x);
  }

  /** C H⁻¹. */
  right(c: Matrix): Matrix {
    return this.left(c.transpose()).transpose();
  }
}

function factor({ data, rows: k }: Matrix, smallest: number): Float64Array {
  const l = Float64Array.from(data);
  for (let j = 0; j < k; j++) {
    for (let i = j; i < k; i++) {
      let sum = l[i * k + j] as number;
      for (let t = 0; t < j; t++) sum -= (l[i * k + t] as number) * (l[j * k + t] as number);
      l[i * k + j] = i === j ? Math.sqrt(Math.max(sum, smallest)) : sum / (l[j * k + j] as number);
    }
  }
  return l;
}

/** Row i plus `weight` times row t. */
function addRow(x: Float64Array, cols: number, i: number, t: number, weight: number): void {
  for (let c = 0; c < cols; c++) x[i * cols + c] = (x[i * cols + c] as number) + weight * (x[t * cols + c] as number);
}

function divideRow(x: Float64Array, cols: number, i: number, divisor: number): void {
  for (let c = 0; c < cols; c++) x[i * cols + c] = (x[i * cols + c] as number) / divisor;
}
