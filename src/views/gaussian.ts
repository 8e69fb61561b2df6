import { EigenviewError } from '../errors.js';
import { checkNumber, checkOptions, maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { addCovariance, type Covariance, checkCovariance, checkDimension, covarianceRoot } from './covariance.js';
import type { ViewProcess } from './view-process.js';

export interface GaussianOptions {
  /** Θ, the covariance of the noise that has nothing to do with the data's; default none. */
  theta?: Covariance;
  /** Γ, the covariance of the data's own noise; default none. */
  gamma?: Covariance;
  /** α ≥ 0, how strongly the augmentation is aligned with the data's noise; default 1. */
  alpha?: number;
}

/** A Gaussian process, as {@link gaussianViews} makes it. */
export interface GaussianViews extends ViewProcess {
  /** Σ = Θ + α²Γ in `dim` dimensions. */
  covariance(dim: number): Matrix;
  /** The same process with all of its noise, Θ's too, α times as strong. */
  scaled(alpha: number): GaussianViews;
}

/**
 * The Gaussian alignment process T(α): τ(x) = x + θ + αγ with θ ~ N(0, Θ) and γ ~ N(0, Γ), independent for every view
 * (JE-vs-RC, NeurIPS 2025, section 4). The mean view is x, the augmentation covariance Σ = Θ + α²Γ.
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE` for negative variances or α, `NOT_SYMMETRIC`,
 * `NOT_POSITIVE_DEFINITE` for an indefinite matrix
 * @example
 * ```ts
 * const views = gaussianViews({ theta: 0.1, gamma: new Float64Array([0, 0, 4]), alpha: 2 });
 * ```
 */
export function gaussianViews(options: GaussianOptions = {}): GaussianViews {
  checkOptions('gaussianViews', options, ['theta', 'gamma', 'alpha']);
  const { theta = 0, gamma = 0, alpha = 1 } = options;
  checkCovariance('theta', theta);
  checkCovariance('gamma', gamma);
  checkNumber('alpha', alpha, { min: 0 });
  return gaussian(theta, gamma, alpha, 1);
}

/** With standard deviations `factor` times those of Θ + α²Γ. */
function gaussian(theta: Covariance, gamma: Covariance, alpha: number, factor: number): GaussianViews {
  const covariance = (dim: number) => augmentationCovariance(theta, gamma, alpha, factor, dim);
  return {
    name: `Gaussian views, alpha ${alpha}${factor === 1 ? '' : `, all noise times ${Number(factor.toPrecision(6))}`}`,
    covariance,
    scaled: (times) => gaussian(theta, gamma, alpha, factor * times),
    exact: {
      additive: true,
      mean: async (rows) => rows,
      spread: async (second) => covariance(second.rows - 1),
    },
    async step(dim, linalg) {
      if (theta instanceof Matrix || gamma instanceof Matrix) {
        const root = (await covarianceRoot('theta', covariance(dim), dim, linalg)) as Matrix;
        return { kind: 'correlatedNoise', numbers: Float64Array.from(root.data) };
      }
      // Nothing of size d² where variances are enough.
      const scale = factor * alpha;
      const variances = [
        varianceOf('theta', theta, dim).map((value) => factor * factor * value),
        varianceOf('gamma', gamma, dim).map((value) => scale * scale * value),
      ];
      const numbers = Float64Array.from({ length: dim }, (_, i) =>
        Math.sqrt((variances[0]?.[i] as number) + (variances[1]?.[i] as number)),
      );
      if (!Number.isFinite(maxAbs(numbers))) throw overflow(scale);
      return { kind: 'noise', numbers };
    },
  };
}

/** The diagonal of a diagonal covariance. */
function varianceOf(argument: string, covariance: number | Float64Array, dim: number): Float64Array {
  checkDimension(argument, covariance, dim);
  return typeof covariance === 'number' ? new Float64Array(dim).fill(covariance) : covariance;
}

/** factor² (Θ + α²Γ). */
function augmentationCovariance(
  theta: Covariance,
  gamma: Covariance,
  alpha: number,
  factor: number,
  dim: number,
): Matrix {
  const sum = Matrix.zeros(dim, dim);
  addCovariance(sum, 'theta', theta, factor * factor);
  addCovariance(sum, 'gamma', gamma, factor * factor * alpha * alpha);
  if (Number.isFinite(maxAbs(sum.data))) return sum;
  throw overflow(factor * alpha);
}

function overflow(alpha: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'The augmentation covariance Θ + α²Γ overflows.', {
    argument: 'alpha',
    expected: 'such that α²Γ is finite',
    received: String(alpha),
  });
}
