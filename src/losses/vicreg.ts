/**
 * VICReg (Bardes, Ponce, LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", ICLR
 * 2022, arXiv 2105.04906, section 4.1), of batches Z, Z′ of B embeddings of k dimensions:
 *
 *     invariance = mean (Z − Z′)²                                          over elements
 *     variance   = ½ Σ_views mean_j max(0, γ − √(var_j + ε))               unbiased (B − 1)
 *     covariance = Σ_views Σ_{i≠j} Covᵢⱼ² / k                              unbiased, about the batch's mean
 *     loss       = 25 invariance + 25 variance + 1 covariance,  γ = 1, ε = 1e-4
 */

import type { Backend } from '../backends/backend.js';
import type { Batch, LossControl } from '../backends/losses.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkNumber, checkOneOf } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkPair, checkWeight } from './batch.js';
import { type Loss, weigh } from './loss.js';
import { gradientsOf, type RecycleOptions, withGradients } from './recycle.js';

export interface VicregOptions extends CallOptions, RecycleOptions {
  /** Weight of the mean squared difference of the views. Default 25. */
  invariance?: number;
  /** Weight of the hinge on standard deviations. Default 25. */
  variance?: number;
  /** Weight of the squared covariances. Default 1. */
  covariance?: number;
  /** The standard deviation that the hinge asks for, in units of the embeddings. Default 1. */
  gamma?: number;
  /** What is added to variances before the root, in squared units of the embeddings. Default 1e-4. */
  epsilon?: number;
  /**
   * How the variance term adds up over the views. `official`, the default: halved, as in facebookresearch/vicreg and
   * lightly. `solo-learn`: not halved, so that its weight counts twice.
   */
  convention?: 'official' | 'solo-learn';
}

export type VicregPart = 'invariance' | 'variance' | 'covariance';

const KEYS = ['invariance', 'variance', 'covariance', 'gamma', 'epsilon', 'convention', 'recycle'] as const;

/**
 * VICReg's loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2.
 *
 * A column that does not vary has the hinge γ − √ε, and a gradient of 0 by that term: the limit as its rows draw together
 * (without ε there is no limit; 0 is taken). The same where the hinge is just not active.
 *
 * @param z1 B×k, B ≥ 2
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a single row, a negative weight, γ or
 * ε, or a loss that overflows
 * @example
 * ```ts
 * const z = Matrix.from([[1, 0], [0, 1], [-1, -1]]);
 * const { loss, parts, gradients } = await vicreg(z, z);
 * console.log(parts); // { invariance: 0, variance: 0, covariance: 0.5 }
 * ```
 */
export async function vicreg(z1: Matrix, z2: Matrix, options?: VicregOptions): Promise<Loss<VicregPart>> {
  const { backend, control } = beginCall('vicreg', options, KEYS);
  const { invariance = 25, variance = 25, covariance = 1, ...rest } = options ?? {};
  const { gamma = 1, epsilon = 1e-4, convention = 'official' } = rest;
  const weights = { invariance, variance, covariance };
  for (const [name, weight] of Object.entries(weights)) checkWeight(name, weight);
  checkHinge(gamma, epsilon);
  checkOneOf('convention', convention, ['official', 'solo-learn']);
  const batches = withGradients(checkPair(z1, z2, 2), options?.recycle);
  const share = convention === 'official' ? 0.5 : 1;
  const request = { invariance, variance: share * variance, covariance, gamma, epsilon };
  const terms = await backend.losses.vicreg({ ...control, operation: 'vicreg' }, batches, request);
  const parts = {
    invariance: terms.invariance,
    variance: share * sum(terms.variance),
    covariance: sum(terms.covariance),
  };
  return weigh('vicreg', parts, weights, gradientsOf(batches));
}

/** γ and ε of the hinge. */
export function checkHinge(gamma: unknown, epsilon: unknown): void {
  checkNumber('gamma', gamma, { min: 0 });
  checkNumber('epsilon', epsilon, { min: 0 });
}

/** How far one batch spreads, for objectives that ask for it beside other terms. */
export interface Spread {
  /** mean_j max(0, γ − √(var_j + ε)). */
  variance: number;
  /** Σ_{i≠j} Covᵢⱼ²/k. */
  covariance: number;
  /** Of variance · weight + covariance · weight by the batch. */
  gradient: Matrix;
}

/** VICReg's variance and covariance terms of one batch of at least two rows, with the gradient of their weighted sum. */
export async function spreadOf(
  { losses }: Backend,
  control: LossControl,
  batch: Batch,
  weights: { variance: number; covariance: number; gamma: number; epsilon: number },
): Promise<Spread> {
  const batches = withGradients([batch]);
  const { variance, covariance } = await losses.vicreg(control, batches, { invariance: 0, ...weights });
  return { variance: sum(variance), covariance: sum(covariance), gradient: gradientsOf(batches)[0] as Matrix };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
