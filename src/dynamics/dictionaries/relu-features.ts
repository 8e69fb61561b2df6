import { checkBoolean, checkInteger, checkOptions, checkSeed } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { normal, STREAMS } from '../../runtime/random.js';
import type { Dictionary } from './dictionary.js';
import { projected } from './projected.js';

export interface ReluFeaturesOptions {
  /** How many numbers describe a point. */
  dimension: number;
  /** How many random functions. */
  count: number;
  /** A non-negative integer. */
  seed: number;
  /** Appends the function 1 to the dictionary, the last of then count + 1; default false. */
  constant?: boolean;
}

/**
 * A random layer of rectified units: √(2/count) max(0, ω·x + b), ω and b standard normal. Their inner products tend to
 * the arc-cosine kernel ‖z‖‖z′‖(sin θ + (π − θ) cos θ)/π of z = [x | 1] (Cho and Saul, NIPS 2009). Standardise the
 * points first: the bias b is of unit size.
 *
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const values = reluFeatures({ dimension: 1, count: 64, seed: 1 }).featuresSync(Matrix.from([[0.5]])); // 1×64
 * ```
 */
export function reluFeatures(options: ReluFeaturesOptions): Dictionary {
  checkOptions('reluFeatures', options, ['dimension', 'count', 'seed', 'constant']);
  const { dimension, count, seed, constant = false } = options ?? {};
  checkInteger('dimension', dimension, { min: 1 });
  checkInteger('count', count, { min: 1 });
  checkSeed('seed', seed);
  checkBoolean('constant', constant);
  const weights = new Matrix(count, dimension);
  const biases = new Float64Array(count);
  const drawn = new Float64Array(dimension + 1);
  for (let j = 0; j < count; j++) {
    normal(seed, j, STREAMS.features, drawn);
    weights.data.set(drawn.subarray(0, dimension), j * dimension);
    biases[j] = drawn[dimension] as number;
  }
  const scale = Math.sqrt(2 / count);
  return projected({
    name: `${count} random rectified features`,
    weights,
    constant,
    activate({ data }) {
      for (let at = 0; at < data.length; at++) {
        data[at] = scale * Math.max(0, (data[at] as number) + (biases[at % count] as number));
      }
    },
  });
}
