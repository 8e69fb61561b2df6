import { EigenviewError } from '../errors.js';
import { checkNumber, checkOptions, maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { addCovariance, type Covariance, checkCovariance } from './covariance.js';
import type { InputMoments, ViewExpectation, ViewProcess } from './view-process.js';

export interface GaussianOptions {
  /** Θ, the covariance of the noise that has nothing to do with the data's; default none. */
  theta?: Covariance;
  /** Γ, the covariance of the data's own noise; default none. */
  gamma?: Covariance;
  /** α ≥ 0, how strongly the augmentation is aligned with the data's noise; default 1. */
  alpha?: number;
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
export function gaussianViews(options: GaussianOptions = {}): ViewProcess {
  checkOptions('gaussianViews', options, ['theta', 'gamma', 'alpha']);
  const { theta = 0, gamma = 0, alpha = 1 } = options;
  checkCovariance('theta', theta);
  checkCovariance('gamma', gamma);
  checkNumber('alpha', alpha, { min: 0 });
  return {
    name: `Gaussian views, alpha ${alpha}`,
    expect: (input) => additive(input, augmentationCovariance(theta, gamma, alpha, input.second.rows)),
  };
}

/** Zero-mean additive noise: x̄ = x, so G = C = XᵀX/n and B = YᵀX/n. */
function additive(input: InputMoments, covariance: Matrix): ViewExpectation {
  const { second, mean, targetInput } = input;
  return {
    second: add(second, covariance),
    meanSecond: second,
    covariance,
    inputCross: second,
    mean,
    ...(targetInput === undefined ? {} : { targetCross: targetInput }),
  };
}

/** Σ = Θ + α²Γ. */
function augmentationCovariance(theta: Covariance, gamma: Covariance, alpha: number, dim: number): Matrix {
  const sum = Matrix.zeros(dim, dim);
  addCovariance(sum, 'theta', theta, 1);
  addCovariance(sum, 'gamma', gamma, alpha * alpha);
  if (Number.isFinite(maxAbs(sum.data))) return sum;
  throw new EigenviewError('OUT_OF_RANGE', 'The augmentation covariance Θ + α²Γ overflows.', {
    argument: 'alpha',
    expected: 'such that α²Γ is finite',
    received: String(alpha),
  });
}

function add(a: Matrix, b: Matrix): Matrix {
  const sum = new Float64Array(a.data);
  for (let i = 0; i < sum.length; i++) (sum[i] as number) += b.data[i] as number;
  return new Matrix(a.rows, a.cols, sum);
}
