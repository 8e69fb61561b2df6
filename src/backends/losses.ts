/**
 * The objectives on embeddings whose cost is that of matrix products: they answer their terms, unweighted, and write the
 * gradients of their weighted sums. Formulas and sources: src/losses. Batches are already validated but for what only their numbers can tell:
 * backends throw `NOT_FINITE` for NaN and infinities, and the errors below.
 */
import { EigenviewError } from '../errors.js';
import { checkFinite } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/** One batch of embeddings, B×k, and what the caller's argument is called. */
export interface Batch {
  argument: string;
  matrix: Matrix;
}

/** Who calls, for messages. */
export interface LossControl extends Control {
  operation: string;
}

/** A batch and where its gradient goes: float64, of its shape, of any content at first, nobody else's during the call. */
export interface DifferentiatedBatch extends Batch {
  gradient: Matrix;
}

/** Factors of the terms in the loss that is differentiated, and the hinge's γ and ε. */
export interface VicregRequest {
  invariance: number;
  variance: number;
  covariance: number;
  gamma: number;
  epsilon: number;
}

export interface VicregTerms {
  /** mean (Z − Z′)²; 0 of one batch. */
  invariance: number;
  /** Of each batch: mean_j max(0, γ − √(var_j + ε)), unbiased variance. */
  variance: number[];
  /** Of each batch: Σ_{i≠j} Covᵢⱼ²/k, unbiased. */
  covariance: number[];
}

export interface BarlowTwinsRequest {
  onDiagonal: number;
  offDiagonal: number;
  /** Columns are divided by √(Σ(z − mean)²/(B − ddof) + ε). */
  epsilon: number;
  ddof: 0 | 1;
}

export interface BarlowTwinsTerms {
  /** Σ (Cᵢᵢ − 1)². */
  onDiagonal: number;
  /** Σ_{i≠j} Cᵢⱼ². */
  offDiagonal: number;
}

export interface SimclrTerms {
  /** −mean cos(z, z′)/τ. */
  alignment: number;
  /** mean_i log Σ_{j≠i} e^{cos(zᵢ, zⱼ)/τ} over the 2B rows. */
  uniformity: number;
}

export interface SigregRequest {
  /** m×k, rows of unit length; or how many to draw, row i from sample i of the stream. */
  directions: Matrix | { count: number; seed: number };
  /** At least 2, equally spaced from 0 to tMax. */
  knots: number;
  tMax: number;
  /** Factors of the terms in the loss that is differentiated. */
  sigreg: number;
  invariance: number;
}

export interface SigregTerms {
  /** Mean over batches and directions of the statistic. */
  sigreg: number;
  /** Mean over batches and elements of (z̄ − z)²; 0 of one batch. */
  invariance: number;
}

export interface LossesBackend {
  /** One batch or two of at least two rows. */
  vicreg(control: LossControl, batches: readonly DifferentiatedBatch[], request: VicregRequest): Promise<VicregTerms>;
  /** Two batches of at least two rows. */
  barlowTwins(
    control: LossControl,
    batches: readonly DifferentiatedBatch[],
    request: BarlowTwinsRequest,
  ): Promise<BarlowTwinsTerms>;
  /** Two batches. */
  simclr(control: LossControl, batches: readonly DifferentiatedBatch[], temperature: number): Promise<SimclrTerms>;
  /** Any number of batches. */
  sigreg(control: LossControl, batches: readonly DifferentiatedBatch[], request: SigregRequest): Promise<SigregTerms>;
}

export function checkFiniteBatches(batches: readonly Batch[]): void {
  for (const { argument, matrix } of batches) checkFinite(argument, matrix);
}

/** For objectives of cosines, which a row of zeros does not have. */
export function zeroRowError(operation: string, argument: string, row: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `${operation}: row ${row} of ${argument} is zero, it has no direction.`, {
    argument,
    expected: 'made of rows of a length above 0',
    received: `a length of 0 in row ${row}`,
    fix: 'Leave such samples out; rows that are all zero often come of units that have died.',
  });
}

/** For objectives that divide by standard deviations. */
export function constantColumnError(operation: string, argument: string, column: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `${operation}: column ${column} of ${argument} does not vary.`, {
    argument,
    expected: 'made of columns of a standard deviation above 0',
    received: `a standard deviation of 0 in column ${column}`,
    fix: "Use the convention 'official', which adds 1e-5 to variances, or leave the column out.",
  });
}

export function lossOverflowError(operation: string): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `${operation}: the loss, or its gradient, overflows.`, {
    expected: 'embeddings and weights of moderate size',
    fix: 'Rescale the embeddings, or lower the weights.',
  });
}

/** Terms and gradients that came of finite numbers and are not finite themselves have overflown. */
export function checkOverflow(operation: string, numbers: ArrayLike<number>): void {
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) throw lossOverflowError(operation);
  }
}
