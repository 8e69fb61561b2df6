import { checkBoolean, checkInteger, checkNumber, checkOptions, checkSeed } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { normal, STREAMS, uniform } from '../../runtime/random.js';
import type { Dictionary } from './dictionary.js';
import { projected } from './projected.js';

export interface RandomFeaturesOptions {
  /** How many numbers describe a point. */
  dimension: number;
  /** How many random functions. */
  count: number;
  /** h of the Gaussian kernel, in the units of the points; see {@link bandwidthOf}. */
  bandwidth: number;
  /** A non-negative integer. */
  seed: number;
  /** Appends the function 1 to the dictionary, the last of then count + 1; default false. */
  constant?: boolean;
}

/**
 * Random Fourier features: √(2/count) cos(ω·x + b), ω ~ N(0, I/h²), b uniform in [0, 2π). On average over ω and b,
 * their inner products are the Gaussian kernel exp(−‖x − x′‖²/(2h²)); the error falls as count^{-1/2} (Rahimi and
 * Recht, NIPS 2007).
 *
 * Feature j is a function of (seed, j): a larger count only adds to them, up to the factor.
 *
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const dictionary = randomFeatures({ dimension: 2, count: 500, bandwidth: 1.5, seed: 1, constant: true });
 * const values = await dictionary.features(Matrix.from([[0, 1], [2, 3]])); // 2×501
 * ```
 */
export function randomFeatures(options: RandomFeaturesOptions): Dictionary {
  checkOptions('randomFeatures', options, ['dimension', 'count', 'bandwidth', 'seed', 'constant']);
  const { dimension, count, bandwidth, seed, constant = false } = options ?? {};
  checkInteger('dimension', dimension, { min: 1 });
  checkInteger('count', count, { min: 1 });
  checkNumber('bandwidth', bandwidth, { min: 0, above: true });
  checkSeed('seed', seed);
  checkBoolean('constant', constant);
  const { weights, phases } = draw(dimension, count, bandwidth, seed);
  const scale = Math.sqrt(2 / count);
  return projected({
    name: `${count} random Fourier features`,
    weights,
    constant,
    activate({ data }) {
      for (let at = 0; at < data.length; at++) {
        data[at] = scale * Math.cos((data[at] as number) + (phases[at % count] as number));
      }
    },
  });
}

/**
 * Sample 2j of the stream holds the normals of feature j, sample 2j + 1 its phase: normals and uniforms share words.
 */
function draw(dimension: number, count: number, bandwidth: number, seed: number) {
  const weights = new Matrix(count, dimension);
  const phases = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    const row = normal(seed, 2 * j, STREAMS.features, weights.row(j) as Float64Array);
    for (let i = 0; i < dimension; i++) row[i] = (row[i] as number) / bandwidth;
    uniform(seed, 2 * j + 1, STREAMS.features, phases.subarray(j, j + 1));
    phases[j] = 2 * Math.PI * (phases[j] as number);
  }
  return { weights, phases };
}
