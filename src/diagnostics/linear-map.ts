import type { Matrix } from '../matrix/matrix.js';

/** ŷ = W x + b. */
export interface LinearMap {
  /** outputs×d. */
  weights: Matrix;
  bias: Float64Array;
}
