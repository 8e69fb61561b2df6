/**
 * Barlow Twins (Zbontar, Jing, Misra, LeCun, Deny, "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", ICML
 * 2021, arXiv 2103.03230, equations 1 and 2), of batches Z, Z′ of B embeddings of k dimensions with columns standardised
 * each on its own:
 *
 *     C            = Z̃ᵀ Z̃′ / B
 *     onDiagonal   = Σᵢ (Cᵢᵢ − 1)²
 *     offDiagonal  = Σ_{i≠j} Cᵢⱼ²
 *     loss         = onDiagonal + 0.0051 offDiagonal
 */
import type { BarlowTwinsRequest } from '../backends/losses.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkOneOf } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkPair, checkWeight } from './batch.js';
import { type Loss, weigh } from './loss.js';
import { gradientsOf, type RecycleOptions, withGradients } from './recycle.js';

export type BarlowTwinsConvention = 'official' | 'solo-learn' | 'lightly';

export interface BarlowTwinsOptions extends CallOptions, RecycleOptions {
  /** Weight of the squared correlations off the diagonal; its default depends on the convention. */
  offDiagonal?: number;
  /**
   * Whose code is followed; C is divided by B in all of them.
   * - `official`, the default (facebookresearch/barlowtwins): columns over √(biased variance + 1e-5), as batch
   *   normalisation without affine map does; weight 0.0051.
   * - `solo-learn`: the same, weight 5e-3, and the whole loss times 0.025.
   * - `lightly`: as in its first releases, the paper's algorithm 1: columns over the unbiased standard deviation (B − 1)
   *   without any ε; weight 5e-3.
   */
  convention?: BarlowTwinsConvention;
}

export type BarlowTwinsPart = 'onDiagonal' | 'offDiagonal';

/** How columns are standardised, the default weight, and what the whole loss is multiplied with. */
const CONVENTIONS: Record<
  BarlowTwinsConvention,
  Pick<BarlowTwinsRequest, 'epsilon' | 'ddof'> & { weight: number; scale: number }
> = {
  official: { epsilon: 1e-5, ddof: 0, weight: 0.0051, scale: 1 },
  'solo-learn': { epsilon: 1e-5, ddof: 0, weight: 5e-3, scale: 0.025 },
  lightly: { epsilon: 0, ddof: 1, weight: 5e-3, scale: 1 },
};

/**
 * The Barlow Twins loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2.
 *
 * A column that does not vary is standardised to zeros; under the convention `lightly` it is an error.
 *
 * @param z1 B×k, B ≥ 2
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a single row, a negative weight, a loss
 * that overflows or, under `lightly`, a column that does not vary
 * @example
 * ```ts
 * const z = Matrix.from([[1, 1], [1, -1], [-1, 1], [-1, -1]]);
 * const { parts } = await barlowTwins(z, z, { convention: 'lightly' });
 * console.log(parts); // onDiagonal 0.125 and offDiagonal 0, to rounding: C = ¾ I
 * ```
 */
export async function barlowTwins(
  z1: Matrix,
  z2: Matrix,
  options?: BarlowTwinsOptions,
): Promise<Loss<BarlowTwinsPart>> {
  const { backend, control } = beginCall('barlowTwins', options, ['offDiagonal', 'convention', 'recycle']);
  const { convention = 'official', offDiagonal: given } = options ?? {};
  checkOneOf('convention', convention, ['official', 'solo-learn', 'lightly']);
  const { epsilon, ddof, weight, scale } = CONVENTIONS[convention];
  const offDiagonal = given ?? weight;
  checkWeight('offDiagonal', offDiagonal);
  const batches = withGradients(checkPair(z1, z2, 2), options?.recycle);
  const request = { onDiagonal: scale, offDiagonal: scale * offDiagonal, epsilon, ddof };
  const site = { ...control, operation: 'barlowTwins' };
  const parts = await backend.losses.barlowTwins(site, batches, request);
  return weigh('barlowTwins', parts, { onDiagonal: 1, offDiagonal }, gradientsOf(batches), scale);
}
