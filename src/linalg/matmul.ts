import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkBoolean, checkDense, checkInt32, shape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

export interface MatmulOptions {
  /** Multiplies with Aᵀ instead of A. */
  transposeA?: boolean;
  /** Multiplies with Bᵀ instead of B. */
  transposeB?: boolean;
}

const KEYS = ['transposeA', 'transposeB'] as const;

/**
 * The product A B, either factor transposed if wanted.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, `TOO_LARGE`, …
 * @example
 * ```ts
 * const c = await matmul(Matrix.from([[1, 2]]), Matrix.from([[3], [4]])); // [[11]]
 * ```
 */
export async function matmul(a: Matrix, b: Matrix, options?: MatmulOptions & CallOptions): Promise<Matrix> {
  const { backend, control } = beginCall('matmul', options, KEYS);
  return backend.linalg.async.matmul(control, a, b, ...checkFactors(a, b, options));
}

/** {@link matmul} on this thread. */
export function matmulSync(a: Matrix, b: Matrix, options?: MatmulOptions & SyncOptions): Matrix {
  const backend = beginSync('matmulSync', options, KEYS);
  return backend.linalg.sync.matmul(a, b, ...checkFactors(a, b, options));
}

/** Which factors are transposed; each option is read once, so that what was checked is what is used. */
function checkFactors(
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): [boolean, boolean] {
  checkDense('a', a);
  checkDense('b', b);
  checkBoolean('transposeA', transposeA);
  checkBoolean('transposeB', transposeB);
  const [rows, inner] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [other, cols] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
  if (inner !== other) {
    throw new EigenviewError('SHAPE_MISMATCH', `A ${shape(a)} and a ${shape(b)} matrix do not multiply.`, {
      argument: 'b',
      expected: `${transposeB ? 'of' : 'with'} ${inner} ${transposeB ? 'columns' : 'rows'}`,
      received: String(other),
    });
  }
  checkInt32('the product', rows * cols);
  return [transposeA, transposeB];
}
