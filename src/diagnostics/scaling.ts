/** Features as a probe learns on them: centred, and brought to a mean variance of 1 of those that vary. */
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import type { LinearMap } from './linear-map.js';
import type { Origin } from './origin.js';
import type { TrainMoments } from './train-moments.js';

/** x̂ = (x − origin − mean) · scale, a scale for each feature; 0 for a feature that does not vary. */
export interface Scaling {
  origin: Origin;
  /** Of the features less the origin. */
  mean: Float64Array;
  scale: Float64Array;
  /** The covariance of x̂, d×d. */
  covariance: Matrix;
}

/**
 * A variance at or below this share of the feature's mean square is what rounding leaves of a constant: sums of products have
 * an error of some eps · mean square.
 */
const CONSTANT = 1e-13;

/** One scale for all features, or with `standardise` the inverse standard deviation of each. */
export async function scalingOf({ origin, moments }: TrainMoments, standardise: boolean): Promise<Scaling> {
  const { inputSecond: second, inputMean: mean } = moments;
  const d = second.cols;
  const variances = Float64Array.from({ length: d }, (_, j) => {
    const square = second.data[j * (d + 1)] as number;
    const variance = square - (mean[j] as number) ** 2;
    return variance > CONSTANT * square ? variance : 0;
  });
  const live = variances.filter((variance) => variance > 0);
  const meanVariance = live.reduce((sum, variance) => sum + variance / live.length, 0);
  const scale = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(standardise ? variance : meanVariance) : 0));
  const covariance = new Matrix(d, d);
  await inStretches(d, rowsAtOnce(d), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = 0, at = i * d; j < d; j++, at++) {
        const centred = (second.data[at] as number) - (mean[i] as number) * (mean[j] as number);
        covariance.data[at] = centred * (scale[i] as number) * (scale[j] as number);
      }
    }
  });
  return { origin, mean, scale, covariance };
}

/** Ŵ x̂ + b̂ as W x + b. */
export function unscale(weights: Matrix, bias: Float64Array, { origin, mean, scale }: Scaling): LinearMap {
  const raw = new Matrix(weights.rows, weights.cols);
  const offset = bias.slice();
  for (let c = 0, at = 0; c < raw.rows; c++) {
    for (let j = 0; j < raw.cols; j++, at++) {
      const weight = (weights.data[at] as number) * (scale[j] as number);
      raw.data[at] = weight;
      offset[c] = (offset[c] as number) - weight * ((origin?.[j] ?? 0) + (mean[j] as number));
    }
  }
  return { weights: raw, bias: offset };
}
