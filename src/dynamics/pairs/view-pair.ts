/**
 * A pair of views (x, y), as far as the dynamics see it: the gram M = E[φ(x) ψ(y)ᵀ] of two dictionaries of functions,
 * orthonormal under the views' own distributions. A k×m matrix A of coefficients stands for k functions, A φ.
 */
import type { Matrix } from '../../matrix/matrix.js';

/** Which of the two views. */
export type Side = 'x' | 'y';

/** What is known of the population: the canonical functions themselves. */
export interface PairTruth {
  /** Descending; signed where the pair is exchangeable. */
  correlations: Float64Array;
  /** Row i holds the coefficients of the i-th canonical function of x and of y. */
  x: Matrix;
  y: Matrix;
}

export interface ViewPair {
  /** For messages and figures. */
  readonly name: string;
  /** M, mx×my. */
  readonly gram: Matrix;
  /** (x, y) and (y, x) have the same distribution, and φ = ψ: M is symmetric and may have negative eigenvalues. */
  readonly exchangeable: boolean;
  /** The constant function was removed. */
  readonly centered: boolean;
  /** How many numbers describe a point of x and of y. */
  readonly dimensions: { readonly x: number; readonly y: number };
  readonly truth?: PairTruth;
  /** Names of the dictionary's functions, for tables, where they have any. */
  readonly labels?: readonly string[];
  /**
   * The values of functions at points.
   *
   * @param coefficients k×m
   * @param points n×dimension, a point a row
   * @returns n×k
   */
  evaluate(coefficients: Matrix, points: Matrix, side?: Side): Matrix;
  /** The linear map of which the functions are made, k×dimension, of pairs whose dictionary is linear in the points. */
  encoder?(coefficients: Matrix, side?: Side): Matrix;
}
