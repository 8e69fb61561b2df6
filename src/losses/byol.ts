/**
 * BYOL (Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020, arXiv 2006.07733, equation 2), of predictions p of the
 * online network and embeddings z of the target network, constant:
 *
 *     first  = mean ‖p̂₁ − ẑ₂‖² = 2 − 2 mean cos(p₁, z₂),  second = 2 − 2 mean cos(p₂, z₁)        over rows
 *     loss   = first + second
 */
import type { CallOptions } from '../backends/select.js';
import { finished } from './elementwise.js';
import type { Loss } from './loss.js';
import { type PredictedViews, predictedCosines } from './predicted-views.js';
import { beginLoss } from './site.js';

export type ByolPart = 'first' | 'second';

/**
 * BYOL's loss of two views, and its gradients by p1 and p2. Rows count by their direction alone. The loss is four times
 * SimSiam's, plus 4.
 *
 * @param views the online network's predictions p, the target network's embeddings z
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a row of zeros, or a gradient that
 * overflows
 * @example
 * ```ts
 * const [x, y] = [Matrix.from([[1, 0]]), Matrix.from([[0, 2]])];
 * const { parts } = await byol({ p1: x, p2: y, z1: x, z2: x });
 * console.log(parts); // { first: 0, second: 2 }
 * ```
 */
export async function byol(views: PredictedViews, options?: CallOptions): Promise<Loss<ByolPart>> {
  const { control } = beginLoss('byol', options);
  const { first, second, gradients } = await predictedCosines(control, views, -2);
  const parts = { first: first.distance, second: second.distance };
  return finished(control, parts, { first: 1, second: 1 }, gradients);
}
