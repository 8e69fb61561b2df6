import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkRankTolerance, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

export interface InverseSqrtOptions {
  /**
   * Drops the eigenvalues at or below `rankTolerance · λmax`, giving the root of the pseudo-inverse. Without it a matrix
   * whose smallest eigenvalue is at or below n · eps · λmax is an error.
   */
  rankTolerance?: number;
}

/**
 * The symmetric inverse square root A^{-1/2} of a symmetric positive definite matrix.
 *
 * @throws EigenviewError `SINGULAR` or `NOT_POSITIVE_DEFINITE` with the offending `direction`, `NOT_SYMMETRIC`, …
 * @example
 * ```ts
 * const root = await inverseSqrt(Matrix.diagonal([4, 9])); // diagonal 1/2, 1/3
 * ```
 */
export async function inverseSqrt(a: Matrix, options?: InverseSqrtOptions & CallOptions): Promise<Matrix> {
  const { backend, control } = beginCall('inverseSqrt', options, ['rankTolerance']);
  checkSymmetric('a', a);
  const rankTolerance = options?.rankTolerance;
  checkRankTolerance(rankTolerance);
  return backend.linalg.async.inverseSqrt(control, a, rankTolerance);
}

/** {@link inverseSqrt} on this thread. */
export function inverseSqrtSync(a: Matrix, options?: InverseSqrtOptions & SyncOptions): Matrix {
  const backend = beginSync('inverseSqrtSync', options, ['rankTolerance']);
  checkSymmetric('a', a);
  const rankTolerance = options?.rankTolerance;
  checkRankTolerance(rankTolerance);
  return backend.linalg.sync.inverseSqrt(a, rankTolerance);
}
