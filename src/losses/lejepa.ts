/**
 * LeJEPA (Balestriero, LeCun, "LeJEPA: Provable and Scalable Self-Supervised Learning Without the Heuristics", 2025, arXiv
 * 2511.08544), of V views' embeddings Z_v, B×k each, z̄ the mean of a sample's V embeddings:
 *
 *     sigreg     = mean over views of SIGReg(Z_v), on the same directions (sigreg.ts)
 *     invariance = mean of (z̄ − z_v)² over views and elements
 *     loss       = λ sigreg + (1 − λ) invariance,  λ = 0.02
 */
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkNumber, checkOneOf } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkViews } from './batch.js';
import { type Loss, weigh } from './loss.js';
import { gradientsOf, type RecycleOptions, withGradients } from './recycle.js';
import { checkSketch, directionsOf, type SigregSketch, SKETCH } from './sigreg.js';

export interface LejepaOptions extends SigregSketch, CallOptions, RecycleOptions {
  /** λ ≥ 0, under the convention `official` at most 1. Default 0.02, under `additive` 0.09. */
  lambda?: number;
  /**
   * How the two terms mix. `official`, the default (rbalestr-lab/lejepa): λ sigreg + (1 − λ) invariance. `additive` (the way
   * LeWorldModel adds 0.09 SIGReg to its prediction error): λ sigreg + invariance.
   */
  convention?: 'official' | 'additive';
}

export type LejepaPart = 'sigreg' | 'invariance';

const LAMBDA = { official: 0.02, additive: 0.09 } as const;

/**
 * LeJEPA's loss of several views' embeddings, row i of all of them of one sample, and its gradients by each.
 *
 * @param views at least two batches, B×k each
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `INVALID_ARGUMENT` for `directions` beside `count` or
 * `seed`; `OUT_OF_RANGE` for a single view, λ, knots, tMax or count out of range, a direction of length 0, or a result that
 * overflows
 * @example
 * ```ts
 * const views = [Matrix.from([[0.3, -1], [1.2, 0.4]]), Matrix.from([[0.1, -0.8], [1, 0.6]])];
 * const { loss, parts, gradients } = await lejepa(views, { count: 64, seed: 7 });
 * console.log(parts.invariance); // 0.01, to rounding
 * ```
 */
export async function lejepa(views: readonly Matrix[], options?: LejepaOptions): Promise<Loss<LejepaPart>> {
  const { backend, control } = beginCall('lejepa', options, ['lambda', 'convention', 'recycle', ...SKETCH]);
  const { convention = 'official', lambda: given } = options ?? {};
  checkOneOf('convention', convention, ['official', 'additive']);
  const lambda = given ?? LAMBDA[convention];
  checkNumber('lambda', lambda, convention === 'official' ? { min: 0, max: 1 } : { min: 0 });
  const checked = checkViews('views', views, 2);
  const sketch = checkSketch(options, checked[0]?.matrix.cols ?? 0);
  const batches = withGradients(checked, options?.recycle, directionsOf(options));
  const weights = { sigreg: lambda, invariance: convention === 'official' ? 1 - lambda : 1 };
  const site = { ...control, operation: 'lejepa' };
  const parts = await backend.losses.sigreg(site, batches, { ...sketch, ...weights });
  return weigh('lejepa', parts, weights, gradientsOf(batches));
}
