import type { Matrix } from '../matrix/matrix.js';

/** Moments of the inputs alone, all any exact view process needs. */
export interface InputMoments {
  count: number;
  /** XᵀX/n, d×d. */
  second: Matrix;
  /** YᵀX/n, ℓ×d. */
  targetInput?: Matrix;
  mean: Float64Array;
  targetMean?: Float64Array;
}

/** Moments of the views, exactly averaged over the process. */
export interface ViewExpectation {
  /** S = E[τ(x)τ(x)ᵀ]. */
  second: Matrix;
  /** G, the second moment of mean views. */
  meanSecond: Matrix;
  /** Σ = S − G. */
  covariance: Matrix;
  /** C = XᵀX̄/n. */
  inputCross: Matrix;
  /** B = YᵀX̄/n. */
  targetCross?: Matrix;
  mean: Float64Array;
}

/**
 * A distribution over transformations τ of a sample: the data augmentation. Made by {@link gaussianViews}.
 */
export interface ViewProcess {
  /** The process in a few words, for reports. */
  readonly name: string;
  /** The expectation over views, from the moments of the inputs. @throws EigenviewError `SHAPE_MISMATCH` */
  expect(input: InputMoments): ViewExpectation;
}
