/**
 * Supervised learning under augmentation, at any weights V (JE-vs-RC: Van Assel et al., "Joint-Embedding vs Reconstruction",
 * NeurIPS 2025, arXiv 2505.12477, section 3):
 *
 *     risk    = (1/n) Σ E‖yᵢ − V τ(xᵢ)‖² = tr(YᵀY)/n − 2 tr(V Bᵀ) + tr(V S Vᵀ)
 *     penalty = ‖V‖²
 *     loss    = risk + ridge · penalty
 *
 * `supervised` answers its minimiser.
 */
import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkRidge } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { finished } from './elementwise.js';
import { checkMap, checkMoments, squaredError, takeMoment } from './linear-map.js';
import type { Loss } from './loss.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss } from './site.js';

export interface SupervisedObjectiveOptions extends CallOptions {
  /** V, ℓ×d. */
  weights: Matrix;
  /** In the squared units of the views; default 0. */
  ridge?: number;
}

export type SupervisedObjectivePart = 'risk' | 'penalty';

/**
 * The supervised risk at given weights, and its gradient by them.
 *
 * The risk is a difference of energies: rounding is relative to tr(YᵀY)/n.
 *
 * @param moments taken with a `target`
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`; `INVALID_ARGUMENT` when the moments have no target; `OUT_OF_RANGE` for a
 * negative ridge, or a loss that overflows
 * @example
 * ```ts
 * const { weights, risk } = await supervised(moments);
 * const { loss, gradients } = await supervisedObjective(moments, { weights }); // risk, and zeros
 * ```
 */
export async function supervisedObjective(
  moments: ViewMoments,
  options: SupervisedObjectiveOptions,
): Promise<Loss<SupervisedObjectivePart>> {
  const site = beginLoss('supervisedObjective', options, ['weights', 'ridge']);
  checkMoments(moments);
  const { weights: given, ridge = 0 } = options ?? {};
  checkRidge(ridge);
  const { targetCross, targetEnergy: energy } = moments;
  if (targetCross === undefined || energy === undefined) throw noTarget();
  const weights = checkMap('weights', given, { rows: targetCross.rows, cols: moments.dim });
  const second = takeMoment('the second moment S of the views', moments.second);
  const cross = takeMoment('the cross-moment B of targets and views', targetCross);
  return tellOverflow(
    'supervisedObjective',
    () => largestOf({ weights, moments: second }),
    async () => {
      const { risk, penalty, gradient } = await squaredError(site, weights, { cross, second, energy }, ridge);
      return finished(site.control, { risk, penalty }, { risk: 1, penalty: ridge }, [gradient]);
    },
  );
}

function noTarget(): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'supervisedObjective needs the moments of targets.', {
    argument: 'moments',
    expected: 'taken with a target',
    received: 'moments without one',
    fix: 'Pass `target` to viewMoments.',
  });
}
