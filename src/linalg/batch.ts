import type { Eigh, Svd } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkSameShape, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

export interface BatchOptions {
  /** How many of the largest singular values or eigenvalues of each matrix; default all. */
  k?: number;
}

/**
 * The singular value decomposition of many small matrices of one shape, dealt out to all threads.
 *
 * @returns one decomposition a matrix, as {@link svd} gives it
 * @throws EigenviewError as `svd`; a message about one matrix names its place in the stack
 * @example
 * ```ts
 * const [first] = await svdBatch([Matrix.identity(2), Matrix.diagonal([2, 1])]);
 * ```
 */
export async function svdBatch(stack: readonly Matrix[], options?: BatchOptions & CallOptions): Promise<Svd[]> {
  const { backend, control } = beginCall('svdBatch', options, ['k']);
  const first = checkStack(stack, checkDense);
  if (first === undefined) return [];
  const k = options?.k;
  if (k !== undefined) checkInteger('k', k, { min: 1, max: Math.min(first.rows, first.cols) });
  return backend.linalg.async.svdBatch(control, stack, k);
}

/**
 * The eigendecomposition of many small symmetric matrices of one size, dealt out to all threads.
 *
 * @returns one decomposition a matrix, as {@link eigh} gives it
 * @throws EigenviewError as `eigh`; a message about one matrix names its place in the stack
 * @example
 * ```ts
 * const [first] = await eighBatch([Matrix.identity(2), Matrix.diagonal([2, 1])]);
 * ```
 */
export async function eighBatch(stack: readonly Matrix[], options?: BatchOptions & CallOptions): Promise<Eigh[]> {
  const { backend, control } = beginCall('eighBatch', options, ['k']);
  const first = checkStack(stack, checkSymmetric);
  if (first === undefined) return [];
  const k = options?.k;
  if (k !== undefined) checkInteger('k', k, { min: 1, max: first.rows });
  return backend.linalg.async.eighBatch(control, stack, k);
}

/** The first matrix of the stack, after checking that all are alike; undefined for an empty stack. */
function checkStack(stack: readonly Matrix[], check: (argument: string, value: unknown) => void): Matrix | undefined {
  if (!Array.isArray(stack)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A stack is an array of matrices.', {
      argument: 'stack',
      expected: 'an array of Matrix',
      received: describe(stack),
    });
  }
  // Not forEach, which skips the holes of a sparse array.
  for (const [i, matrix] of stack.entries()) {
    check(`stack[${i}]`, matrix);
    checkSameShape(`stack[${i}]`, matrix, (stack[0] as Matrix).rows, (stack[0] as Matrix).cols);
  }
  return stack[0];
}
