import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkDense, checkSameShape, checkSquare } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/**
 * The solution X of A X = B for a square n×n matrix A and n×m B, by LU with partial pivoting.
 *
 * @throws EigenviewError `SINGULAR` when the reciprocal condition number is below the unit roundoff 2.2e-16,
 * `SHAPE_MISMATCH`, `NOT_FINITE`, …
 * @example
 * ```ts
 * const x = await solve(Matrix.from([[2, 0], [0, 4]]), Matrix.from([[1], [1]])); // [[0.5], [0.25]]
 * ```
 */
export async function solve(a: Matrix, b: Matrix, options?: CallOptions): Promise<Matrix> {
  const { backend, control } = beginCall('solve', options);
  checkSystem(a, b);
  return backend.linalg.async.solve(control, a, b);
}

/** {@link solve} on this thread. */
export function solveSync(a: Matrix, b: Matrix, options?: SyncOptions): Matrix {
  const backend = beginSync('solveSync', options);
  checkSystem(a, b);
  return backend.linalg.sync.solve(a, b);
}

function checkSystem(a: Matrix, b: Matrix): void {
  checkSquare('a', a);
  checkDense('b', b);
  checkSameShape('b', b, a.rows, b.cols);
}
