import { selectBackend } from '../../backends/select.js';
import { EigenviewError } from '../../errors.js';
import { checkBoolean, checkDense, checkOptions } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { tablePair } from './discrete-pair.js';
import { checkNumbers, checkProbabilities } from './distribution.js';
import { rowsOf } from './evaluation.js';
import type { ViewPair } from './view-pair.js';

export interface LatentPairOptions {
  /** p(z) of the L values of the latent, of sum 1 to 1e-9. */
  weights: ArrayLike<number>;
  /** L×mx: row z holds the probabilities p(x | z), of sum 1 to 1e-9. */
  x: Matrix;
  /** L×my, p(y | z); default as x: the views are then exchangeable, and their gram positive semi-definite. */
  y?: Matrix;
  /** Takes the constant function, u₁ = 1 with s₁ = 1, out of the dictionary; default false. */
  centered?: boolean;
}

/**
 * Two views with finitely many states that are independent given a latent z: P = xᵀ diag(p(z)) y. The same pair as the
 * {@link discretePair} of that table; of rank at most L.
 *
 * @throws EigenviewError `OUT_OF_RANGE` for negative probabilities, other sums, and states that no latent shows,
 * `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * const channel = Matrix.from([[0.9, 0.1], [0.1, 0.9]]);
 * const pair = latentPair({ weights: [0.5, 0.5], x: channel }); // correlations 1 and 0.64
 * ```
 */
export function latentPair(options: LatentPairOptions): ViewPair {
  checkOptions('latentPair', options, ['weights', 'x', 'y', 'centered']);
  const { weights, x, y = x, centered = false } = options ?? {};
  checkBoolean('centered', centered);
  const prior = checkProbabilities('weights', checkNumbers('weights', weights));
  const given = checkEmission('x', x, prior.length);
  const other = y === x ? given : checkEmission('y', y, prior.length);
  const weighted = new Matrix(
    other.rows,
    other.cols,
    other.data.map((p, i) => p * (prior[Math.floor(i / other.cols)] as number)),
  );
  const table = selectBackend(undefined).linalg.sync.matmul(given, weighted, true, false);
  return tablePair(`${given.cols}×${other.cols} states of ${prior.length} latents`, table, centered);
}

function checkEmission(argument: string, emission: unknown, latents: number): Matrix {
  checkDense(argument, emission);
  if (emission.rows !== latents) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each value of the latent has a weight and a row of probabilities.', {
      argument,
      expected: `with ${latents} row${latents === 1 ? '' : 's'}, as many as weights`,
      received: String(emission.rows),
    });
  }
  const out = new Matrix(latents, emission.cols);
  for (let z = 0; z < latents; z++) {
    out.data.set(checkProbabilities(`${argument}.row(${z})`, rowsOf(emission, z, z + 1).data), z * emission.cols);
  }
  return out;
}
