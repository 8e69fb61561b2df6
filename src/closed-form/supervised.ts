/**
 * Supervised learning under augmentation: min_V (1/n) Σ E‖yᵢ − V τ(xᵢ)‖² = ‖V‖²_Σ + (1/n) Σ‖yᵢ − V x̄ᵢ‖².
 * V* = B S⁻¹, risk tr(YᵀY)/n − tr(V* Bᵀ). JE-vs-RC, NeurIPS 2025, section 3; Balestriero & LeCun 2022.
 */
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { checkMoments } from './moments.js';
import {
  checkRegularisation,
  REGULARISATION,
  type Regularisation,
  type Site,
  sumOfSquares,
  whitening,
} from './whitening.js';

export interface Supervised {
  /** V*, ℓ×d. */
  weights: Matrix;
  /** E‖y − V τ(x)‖² at these weights (the ridge penalty not included). */
  risk: number;
}

/**
 * The linear predictor of the targets from augmented views, in closed form.
 *
 * @param moments taken with a `target`
 * @throws EigenviewError `SINGULAR` when S has no inverse and neither ridge nor rankTolerance is given (with the
 * `direction`),
 * `INVALID_ARGUMENT` when the moments have no target
 * @example
 * ```ts
 * const moments = await viewMoments(x, gaussianViews({ theta: 1 }), { target: y });
 * const { weights, risk } = await supervised(moments);
 * ```
 */
export async function supervised(moments: ViewMoments, options?: Regularisation & CallOptions): Promise<Supervised> {
  const site: Site = { ...beginCall('supervised', options, REGULARISATION), operation: 'supervised' };
  checkMoments(moments);
  checkRegularisation(options);
  const whitener = await whitening(site, 'the second moment S of the views', moments.second, options ?? {});
  return solveSupervised(site, moments, whitener, options?.ridge);
}

/** The solution for a given whitener W of S + ridge·I: V = (B Wᵀ) W. */
export async function solveSupervised(
  { backend, control }: Site,
  moments: ViewMoments,
  whitener: Matrix,
  ridge = 0,
): Promise<Supervised> {
  const { targetCross, targetEnergy } = moments;
  if (targetCross === undefined || targetEnergy === undefined) throw noTarget('supervised');
  const { matmul } = backend.linalg.async;
  const scores = await matmul(control, targetCross, whitener, false, true);
  const weights = await matmul(control, scores, whitener, false, false);
  const penalty = ridge === 0 ? 0 : ridge * sumOfSquares(weights.data);
  return { weights, risk: targetEnergy - sumOfSquares(scores.data) - penalty };
}

export function noTarget(operation: string): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', `${operation} needs the moments of targets.`, {
    argument: 'moments',
    expected: 'taken with a target',
    received: 'moments without one',
    fix: 'Pass `target` to viewMoments.',
  });
}
