/**
 * SimSiam (Chen, He, "Exploring Simple Siamese Representation Learning", CVPR 2021, arXiv 2011.10566, equation 2), of
 * predictions p and embeddings z of two views, the embeddings constant:
 *
 *     first  = −mean cos(p₁, z₂),  second = −mean cos(p₂, z₁)        over rows
 *     loss   = ½ first + ½ second
 */
import type { CallOptions } from '../backends/select.js';
import { finished } from './elementwise.js';
import type { Loss } from './loss.js';
import { type PredictedViews, predictedCosines } from './predicted-views.js';
import { beginLoss } from './site.js';

export type SimsiamPart = 'first' | 'second';

/**
 * SimSiam's loss of two views, and its gradients by p1 and p2: the embeddings are behind the stop-gradient. Rows count by
 * their direction alone.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a row of zeros, or a gradient that
 * overflows
 * @example
 * ```ts
 * const [x, y] = [Matrix.from([[1, 0]]), Matrix.from([[0, 2]])];
 * const { loss, gradients } = await simsiam({ p1: x, p2: y, z1: x, z2: x });
 * console.log(loss); // −½: p1 points to z2, p2 is orthogonal to z1
 * ```
 */
export async function simsiam(views: PredictedViews, options?: CallOptions): Promise<Loss<SimsiamPart>> {
  const { control } = beginLoss('simsiam', options);
  const { first, second, gradients } = await predictedCosines(control, views, -0.5);
  const parts = { first: -first.cosine, second: -second.cosine };
  return finished(control, parts, { first: 0.5, second: 0.5 }, gradients);
}
