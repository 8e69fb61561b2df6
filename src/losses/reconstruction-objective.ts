/**
 * Reconstruction of inputs from augmented views, at any encoder E and decoder D (JE-vs-RC: Van Assel et al., "Joint-Embedding
 * vs Reconstruction", NeurIPS 2025, arXiv 2505.12477, section 3):
 *
 *     risk    = (1/n) Σ E‖xᵢ − D E τ(xᵢ)‖² = tr(XᵀX)/n − 2 tr(D E Cᵀ) + tr(D E S (D E)ᵀ)
 *     penalty = ‖D E‖²
 *     loss    = risk + ridge · penalty
 *
 * `reconstruction` answers its minimisers, (T E, D T⁻¹) for any invertible T.
 */
import type { CallOptions } from '../backends/select.js';
import { checkRidge } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { finished } from './elementwise.js';
import { checkMap, checkMoments, squaredError, takeMoment } from './linear-map.js';
import type { Loss } from './loss.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss } from './site.js';

export interface ReconstructionObjectiveOptions extends CallOptions {
  /** E, k×d, of views of dimension d. */
  encoder: Matrix;
  /** D, of inputs' dimension × k. */
  decoder: Matrix;
  /** In the squared units of the views; default 0. */
  ridge?: number;
}

export type ReconstructionObjectivePart = 'risk' | 'penalty';

/**
 * The reconstruction risk at a given encoder and decoder, and its gradients by both, in this order.
 *
 * The risk is a difference of energies: rounding is relative to tr(XᵀX)/n.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`; `OUT_OF_RANGE` for a negative ridge, or a loss that overflows
 * @example
 * ```ts
 * const { encoder, decoder, risk } = await reconstruction(moments, { k: 2 });
 * const { loss, gradients } = await reconstructionObjective(moments, { encoder, decoder }); // risk, and zeros
 * ```
 */
export async function reconstructionObjective(
  moments: ViewMoments,
  options: ReconstructionObjectiveOptions,
): Promise<Loss<ReconstructionObjectivePart>> {
  const site = beginLoss('reconstructionObjective', options, ['encoder', 'decoder', 'ridge']);
  checkMoments(moments);
  const { encoder: givenEncoder, decoder: givenDecoder, ridge = 0 } = options ?? {};
  checkRidge(ridge);
  const encoder = checkMap('encoder', givenEncoder, { cols: moments.dim });
  const decoder = checkMap('decoder', givenDecoder, { rows: moments.inputCross.rows, cols: encoder.rows });
  const second = takeMoment('the second moment S of the views', moments.second);
  const cross = takeMoment('the cross-moment C of inputs and views', moments.inputCross);
  const { inputEnergy: energy } = moments;
  return tellOverflow(
    'reconstructionObjective',
    () => largestOf({ encoder, decoder, moments: second }),
    async () => {
      const { control, backend } = site;
      const { matmul } = backend.linalg.async;
      const map = await matmul(control, decoder, encoder, false, false);
      const { risk, penalty, gradient } = await squaredError(site, map, { cross, second, energy }, ridge);
      const byEncoder = await matmul(control, decoder, gradient, true, false);
      const byDecoder = await matmul(control, gradient, encoder, false, true);
      return finished(control, { risk, penalty }, { risk: 1, penalty: ridge }, [byEncoder, byDecoder]);
    },
  );
}
