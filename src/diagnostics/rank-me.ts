/** RankMe (Garrido, Balestriero, Najman, LeCun, ICML 2023, equation 3). */
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkDense } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { EPSILON, entropyRank } from './entropy-rank.js';
import { inUnits } from './units.js';

/**
 * The smooth rank of embeddings: exp of the entropy of their singular values' shares, pᵢ = σᵢ/Σσ + 1e-7. Between 1 and
 * min(n, d), to about 1e-5 relative, which the 1e-7 costs. The rows are not centred, as in the paper; {@link spectrum} is of
 * centred ones.
 *
 * @param z n×d, an embedding a row; the paper takes 25 600 rows
 * @throws EigenviewError `NOT_FINITE`, `EMPTY`, `INVALID_ARGUMENT`, `TOO_LARGE`
 * @example
 * ```ts
 * console.log(await rankMe(Matrix.identity(8))); // 8, to five digits
 * ```
 */
export async function rankMe(z: Matrix, options?: CallOptions): Promise<number> {
  const { backend, control } = beginCall('rankMe', options);
  checkDense('z', z);
  const { s } = await backend.linalg.async.svd(control, (await inUnits(z)).matrix, undefined);
  return entropyRank(s, EPSILON);
}
