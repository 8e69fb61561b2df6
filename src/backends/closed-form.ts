/**
 * The linear problems of the alignment study, learned and judged in one call. A study asks for thousands of them, each of a
 * few milliseconds: called one by one, more time would go into going from thread to thread than into computing.
 */
import type { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/** The moments of one sample, d coordinates and ℓ targets. */
export interface JudgedSample {
  /** XᵀX/n, d×d. */
  inputSecond: Matrix;
  /** YᵀX/n, ℓ×d. */
  targetInput: Matrix;
  /** tr(YᵀY)/n. */
  targetEnergy: number;
}

export interface Judgement {
  /** Linear-probe loss of the encoding; for the supervised problem the mean squared error of the weights themselves. */
  loss: number;
  /** Sine of the largest principal angle between the row space and the span of the signal coordinates. */
  sine: number;
  /** The k-th score: singular value φ of reconstruction, eigenvalue ω of joint embedding; 0 for supervised learning. */
  score: number;
}

export interface Questions {
  /** Dimensions of the encoders, each at most d. */
  ks: readonly number[];
  /** The first coordinates are signal, this many. */
  dims: number;
  /** Which of supervised learning, joint embedding and reconstruction, in this order, are wanted. */
  problems: readonly [boolean, boolean, boolean];
}

/** At [i][p] that of ks[i] and problem p; of no meaning where not wanted. Or why there is none. */
export type Judged = readonly (readonly Judgement[])[] | EigenviewError;

export interface ClosedFormBackend {
  /** Every sample with every augmentation, additive noise of diagonal covariance: sample s, covariance c at [s][c]. */
  judge(
    control: Control,
    samples: readonly JudgedSample[],
    covariances: readonly Float64Array[],
    questions: Questions,
  ): Promise<Judged[][]>;
}
