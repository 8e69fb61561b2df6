import { checkBoolean, checkDense, checkNumber, checkOptions } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import type { Dictionary } from './dictionary.js';
import { GaussianKernel } from './gaussian-kernel.js';
import { projected } from './projected.js';

export interface NystromFeaturesOptions {
  /** h of the Gaussian kernel, in the units of the points; see {@link bandwidthOf}. */
  bandwidth: number;
  /** Appends the function 1 to the dictionary, the last of then one more; default false. */
  constant?: boolean;
}

/**
 * The Gaussian kernel's values exp(−‖x − c‖²/(2h²)) at landmarks c (Williams and Seeger, NIPS 2000). Whitened, they
 * span what the Nyström approximation of the kernel spans. With all samples as landmarks, {@link samplePair} is kernel
 * CCA, regularised by its rank tolerance or ridge.
 *
 * @param landmarks points, one a row; copied
 * @throws EigenviewError `OUT_OF_RANGE`, `NOT_FINITE`, `EMPTY`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const dictionary = nystromFeatures(Matrix.from([[0], [1], [2]]), { bandwidth: 1 });
 * const values = dictionary.featuresSync(Matrix.from([[1]])); // e^{-1/2}, 1, e^{-1/2}
 * ```
 */
export function nystromFeatures(landmarks: Matrix, options: NystromFeaturesOptions): Dictionary {
  checkOptions('nystromFeatures', options, ['bandwidth', 'constant']);
  const { bandwidth, constant = false } = options ?? {};
  checkDense('landmarks', landmarks);
  checkNumber('bandwidth', bandwidth, { min: 0, above: true });
  checkBoolean('constant', constant);
  const kernel = new GaussianKernel('landmarks', landmarks, bandwidth);
  return projected({
    name: `Gaussian kernel at ${landmarks.rows} landmark${landmarks.rows === 1 ? '' : 's'}`,
    weights: kernel.centres,
    constant,
    prepare: (points) => kernel.scaled(points),
    activate(products, scaled) {
      kernel.exponents(products, scaled);
      const { data } = products;
      for (let at = 0; at < data.length; at++) data[at] = Math.exp(data[at] as number);
    },
  });
}
