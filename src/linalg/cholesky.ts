import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/**
 * The lower triangular Cholesky factor L of a symmetric positive definite matrix, A = L Lᵀ.
 *
 * @throws EigenviewError `NOT_POSITIVE_DEFINITE` with the offending `direction`, `NOT_SYMMETRIC`, …
 * @example
 * ```ts
 * const l = await cholesky(Matrix.from([[4, 2], [2, 2]])); // [[2, 0], [1, 1]]
 * ```
 */
export async function cholesky(a: Matrix, options?: CallOptions): Promise<Matrix> {
  const { backend, control } = beginCall('cholesky', options);
  checkSymmetric('a', a);
  return backend.linalg.async.cholesky(control, a);
}

/** {@link cholesky} on this thread. */
export function choleskySync(a: Matrix, options?: SyncOptions): Matrix {
  const backend = beginSync('choleskySync', options);
  checkSymmetric('a', a);
  return backend.linalg.sync.cholesky(a);
}
