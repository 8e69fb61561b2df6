import { Matrix } from '../matrix/matrix.js';
import type { Scaling } from './scaling.js';

/** What is predicted, row by row. */
export interface Outputs {
  width: number;
  /** Those of rows [from, to). */
  rows(from: number, to: number): Matrix;
}

/** The problem in the eigenbasis of Ĉ. */
export interface Rotated {
  count: number;
  scaling: Scaling;
  /** Eigenvalues of Ĉ, descending, those of rounding 0. */
  values: Float64Array;
  /** Eigenvectors of Ĉ, one a column. */
  vectors: Matrix;
  /** B̂ times the eigenvectors, outputs×d. */
  cross: Matrix;
  targetMean: Float64Array;
  /** E‖y − ȳ‖². */
  targetVariance: number;
}

/** What the inverse makes of an eigenvalue; directions that do not vary are left out at λ = 0. */
export function inverseOf(value: number, lambda: number): number {
  return value + lambda > 0 ? 1 / (value + lambda) : 0;
}

/** Weights on x̂ in the eigenbasis, outputs×d. */
export function rotatedWeights({ values, cross }: Rotated, lambda: number): Matrix {
  const weights = new Matrix(cross.rows, cross.cols);
  for (let at = 0, j = 0; at < cross.data.length; at++, j = j + 1 === values.length ? 0 : j + 1) {
    weights.data[at] = (cross.data[at] as number) * inverseOf(values[j] as number, lambda);
  }
  return weights;
}
