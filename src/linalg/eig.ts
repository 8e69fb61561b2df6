import type { Eig } from '../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkSquare } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/**
 * Eigenvalues and right eigenvectors of a general real square matrix, complex numbers as pairs of real arrays.
 *
 * @returns `values.re` and `values.im` by descending real part (of a conjugate pair the positive imaginary part first),
 * `vectors.re` and `vectors.im` n×n with one unit eigenvector a column, and the relative `residual`
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, `NO_CONVERGENCE`, …
 * @example
 * ```ts
 * const { values } = await eig(Matrix.from([[0, -1], [1, 0]])); // re = [0, 0], im = [1, -1]
 * ```
 */
export async function eig(a: Matrix, options?: CallOptions): Promise<Eig> {
  const { backend, control } = beginCall('eig', options);
  checkSquare('a', a);
  return backend.linalg.async.eig(control, a);
}

/** {@link eig} on this thread. */
export function eigSync(a: Matrix, options?: SyncOptions): Eig {
  const backend = beginSync('eigSync', options);
  checkSquare('a', a);
  return backend.linalg.sync.eig(a);
}
