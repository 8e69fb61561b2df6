import type { Svd } from '../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkDense, checkInteger } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

export interface SvdOptions {
  /** How many singular triplets, the largest; default min(m, n). A small k uses a faster solver. */
  k?: number;
}

/**
 * The thin singular value decomposition A = U diag(s) Vᵀ of an m×n matrix.
 *
 * Signs: in each row of `vt` the first component within 1e-8 of the largest is positive.
 *
 * @returns `u` m×k, `s` of length k descending, `vt` k×n, and the relative `residual` of the computed factors
 * @throws EigenviewError `NOT_FINITE`, `EMPTY`, `OUT_OF_RANGE`, `TOO_LARGE`, `NO_CONVERGENCE`, …
 * @example
 * ```ts
 * const { s } = await svd(Matrix.from([[3, 0], [0, 4]])); // s = [4, 3]
 * ```
 */
export async function svd(a: Matrix, options?: SvdOptions & CallOptions): Promise<Svd> {
  const { backend, control } = beginCall('svd', options, ['k']);
  return backend.linalg.async.svd(control, a, checkRank(a, options?.k));
}

/** {@link svd} on this thread. */
export function svdSync(a: Matrix, options?: SvdOptions & SyncOptions): Svd {
  return beginSync('svdSync', options, ['k']).linalg.sync.svd(a, checkRank(a, options?.k));
}

function checkRank(a: Matrix, k: number | undefined): number | undefined {
  checkDense('a', a);
  if (k !== undefined) checkInteger('k', k, { min: 1, max: Math.min(a.rows, a.cols) });
  return k;
}
