import type { Eigh } from '../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { checkInteger, checkSameShape, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

export interface EighOptions {
  /** Symmetric positive definite: solves A v = λ B v, with vᵀBv = 1. */
  b?: Matrix;
  /** How many eigenpairs, the largest; default all. Few of many use a faster solver. */
  k?: number;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, or of a symmetric-definite pair.
 *
 * Symmetric means |aᵢⱼ − aⱼᵢ| ≤ 1e-10 · max|a|. Signs: in each eigenvector the first component within 1e-8 of the
 * largest is positive.
 *
 * @returns `values` descending, `vectors` n×k with one eigenvector a column, and the relative `residual`
 * @throws EigenviewError `NOT_SYMMETRIC`, `NOT_POSITIVE_DEFINITE` or `SINGULAR` (of b), `OUT_OF_RANGE`, …
 * @example
 * ```ts
 * const { values } = await eigh(Matrix.from([[2, 1], [1, 2]])); // [3, 1]
 * ```
 */
export async function eigh(a: Matrix, options?: EighOptions & CallOptions): Promise<Eigh> {
  const { backend, control } = beginCall('eigh', options, ['b', 'k']);
  const { b, k } = checkProblem(a, options);
  return backend.linalg.async.eigh(control, a, b, k);
}

/** {@link eigh} on this thread. */
export function eighSync(a: Matrix, options?: EighOptions & SyncOptions): Eigh {
  const backend = beginSync('eighSync', options, ['b', 'k']);
  const { b, k } = checkProblem(a, options);
  return backend.linalg.sync.eigh(a, b, k);
}

/** Each option is read once: what was checked is what is used. */
function checkProblem(a: Matrix, { b, k }: EighOptions = {}): { b: Matrix | undefined; k: number | undefined } {
  checkSymmetric('a', a);
  if (b !== undefined) {
    checkSymmetric('b', b);
    checkSameShape('b', b, a.rows, a.cols);
  }
  if (k !== undefined) checkInteger('k', k, { min: 1, max: a.rows });
  return { b, k };
}
