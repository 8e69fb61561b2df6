import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { gaussianViews } from '../views/gaussian.js';
import { viewMoments } from './collect.js';
import type { Source } from './source.js';
import { ViewMoments } from './view-moments.js';

export interface PcaOptions extends CallOptions {
  /** Number of components, 1 … d. */
  k: number;
}

export interface Pca {
  /** k×d, orthonormal rows, the direction of largest variance first. */
  components: Matrix;
  /** The mean of the data, d. */
  mean: Float64Array;
  /** Variance along each component, k, descending (population convention: divided by n). */
  variances: Float64Array;
}

/**
 * Principal components of data, or of the inputs whose moments have been taken already.
 *
 * The covariance is XᵀX/n − x̄x̄ᵀ, which loses digits when the mean is much larger than the spread; centre such data
 * first. The eigensolver runs on one thread, so the bits do not depend on how many there are.
 *
 * @throws EigenviewError as {@link viewMoments}, `OUT_OF_RANGE` for k
 * @example
 * ```ts
 * const { components } = await pca(Matrix.from([[1, 1], [2, 2], [3, 3]]), { k: 1 }); // ±(1, 1)/√2
 * ```
 */
export async function pca(source: Source | ViewMoments, options: PcaOptions): Promise<Pca> {
  const { backend, control } = beginCall('pca', options, ['k']);
  checkInteger('k', options?.k, { min: 1 });
  const { k, ...call } = options;
  const moments = source instanceof ViewMoments ? source : await viewMoments(source, gaussianViews(), call);
  const { inputSecond, inputMean: mean } = moments;
  const d = mean.length;
  if (k > d) {
    throw new EigenviewError('OUT_OF_RANGE', 'There are not as many components.', {
      argument: 'k',
      expected: `at most ${d}, the dimension of the data`,
      received: String(k),
    });
  }
  const covariance = Matrix.zeros(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      covariance.data[i * d + j] = (inputSecond.data[i * d + j] as number) - (mean[i] as number) * (mean[j] as number);
    }
  }
  const reproducible = { ...control, reproducible: true };
  const { values, vectors } = await backend.linalg.async.eigh(reproducible, covariance, undefined, k);
  return { components: vectors.transpose(), mean, variances: values };
}
