/**
 * When does self-supervised learning recover the signal? JE-vs-RC, NeurIPS 2025, section 4.
 *
 * With aᵢ = κᵢ²/n the signal's second moments, as n → ∞ the scores of signal and noise directions are
 * - reconstruction: aᵢ/√(aᵢ + θᵢ) and γᵢ/√(θᵢ + (1 + α²)γᵢ),
 * - joint embedding: aᵢ/(aᵢ + θᵢ) and γᵢ/(θᵢ + (1 + α²)γᵢ),
 * and the signal is recovered iff its least score exceeds every noise score. Solving for α²:
 * - η = min aᵢ/√(aᵢ + θᵢ), α²_RC = max (γᵢ/η² − θᵢ/γᵢ − 1),
 * - δ = min aᵢ/(aᵢ + θᵢ), α²_JE = max ((1 − δ)/δ − θᵢ/γᵢ).
 */
import { describe, EigenviewError } from '../errors.js';
import { checkNumber, checkOptions } from '../matrix/check.js';
import { checkArrayAttached } from '../matrix/matrix.js';

export interface Threshold {
  /** The signed square: recovery as n → ∞ iff α² is strictly above it. −∞ when there is no noise at all. */
  alphaSquared: number;
  /** √max(0, alphaSquared). */
  alpha: number;
  /** True when every α ≥ 0 recovers, α = 0 included. */
  always: boolean;
}

export interface AlignmentThresholds {
  /** η, the least signal score of reconstruction. */
  eta: number;
  /** δ, the least signal score of joint embedding. */
  delta: number;
  reconstruction: Threshold;
  jointEmbedding: Threshold;
  /** `low`: every noise eigenvalue is below η²/δ; `high`: every one is above; `mixed`: in between no claim holds. */
  noise: 'low' | 'mixed' | 'high';
  /** Whose threshold is lower, compared on the signed squares (clipped at 0 they would tie). */
  prefer: 'reconstruction' | 'joint-embedding' | 'either';
}

export interface AlignmentProblem {
  /** aᵢ = κᵢ²/n > 0, the signal's second moments, k of them. */
  signal: ArrayLike<number>;
  /** λᵢ^Θ ≥ 0, all d = k + (number of gamma), the signal's directions first. */
  theta: ArrayLike<number>;
  /** λᵢ^Γ ≥ 0, the d − k eigenvalues of the data's noise. A zero one sets no condition. */
  gamma: ArrayLike<number>;
}

/**
 * The alignment α above which reconstruction and joint embedding recover the signal from enough samples, and the verdict
 * which of them needs less.
 *
 * A tie, of the two thresholds or of one with 0, counts as one within rounding: 16 eps of the terms compared.
 *
 * @throws EigenviewError `OUT_OF_RANGE` for a negative eigenvalue, a signal without energy, or scores beyond float64;
 * `SHAPE_MISMATCH`, `EMPTY`
 * @example
 * ```ts
 * alignmentThresholds({ signal: [4], theta: [1, 1], gamma: [9] }).prefer; // 'joint-embedding'
 * ```
 */
export function alignmentThresholds(problem: AlignmentProblem): AlignmentThresholds {
  const { signal, theta, gamma } = checkProblem(problem);
  const k = signal.length;
  const eta = least(signal, (a, i) => a / Math.sqrt(a + at(theta, i)));
  const delta = least(signal, (a, i) => a / (a + at(theta, i)));
  const noise = Array.from(gamma, (value, i) => ({ gamma: value, theta: at(theta, k + i) })).filter((n) => n.gamma > 0);
  const conditions = noise.map((n) => ({
    reconstruction: difference(n.gamma / eta / eta, n.theta / n.gamma + 1),
    jointEmbedding: difference(1 / delta, n.theta / n.gamma + 1),
    terms: n.gamma / eta / eta + n.theta / n.gamma + 1 / delta,
  }));
  const reconstruction = greatest(conditions.map((c) => c.reconstruction));
  const jointEmbedding = greatest(conditions.map((c) => c.jointEmbedding));
  // Only the coordinates that set a threshold round it.
  const decisive = conditions.filter((c) => c.reconstruction === reconstruction || c.jointEmbedding === jointEmbedding);
  checkRepresentable(eta, delta, reconstruction, jointEmbedding);
  return {
    eta,
    delta,
    reconstruction: threshold(reconstruction),
    jointEmbedding: threshold(jointEmbedding),
    noise: noiseLevel(
      noise.map((n) => n.gamma),
      (eta / delta) * eta,
    ),
    prefer: preference(reconstruction, jointEmbedding, greatest(decisive.map((c) => c.terms))),
  };
}

function threshold(alphaSquared: number): Threshold {
  return { alphaSquared, alpha: Math.sqrt(Math.max(0, alphaSquared)), always: alphaSquared < 0 };
}

const ROUNDING = 16 * Number.EPSILON;

/** a − b, exactly 0 where they agree to rounding: at a tie α = 0 does not recover, so its sign must not be left to chance. */
function difference(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(a, b) ? 0 : a - b;
}

function noiseLevel(gamma: readonly number[], boundary: number): AlignmentThresholds['noise'] {
  if (gamma.every((value) => value < boundary * (1 - ROUNDING))) return 'low';
  return gamma.every((value) => value > boundary * (1 + ROUNDING)) ? 'high' : 'mixed';
}

function preference(reconstruction: number, jointEmbedding: number, scale: number): AlignmentThresholds['prefer'] {
  if (reconstruction === jointEmbedding || Math.abs(reconstruction - jointEmbedding) <= ROUNDING * scale)
    return 'either';
  return reconstruction < jointEmbedding ? 'reconstruction' : 'joint-embedding';
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}

function least(values: ArrayLike<number>, score: (value: number, i: number) => number): number {
  return Array.from(values, score).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function checkProblem(problem: AlignmentProblem): AlignmentProblem {
  checkOptions('alignmentThresholds', problem ?? null, ['signal', 'theta', 'gamma']);
  const { signal, theta, gamma } = problem;
  checkEigenvalues('signal', signal, true);
  checkEigenvalues('theta', theta, false);
  checkEigenvalues('gamma', gamma, false);
  if (signal.length === 0) {
    throw new EigenviewError('EMPTY', 'There is no signal to recover.', {
      argument: 'signal',
      expected: 'of at least one eigenvalue',
    });
  }
  if (theta.length !== signal.length + gamma.length) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Theta covers the signal and the noise directions.', {
      argument: 'theta',
      expected: `of length ${signal.length + gamma.length} (${signal.length} signal + ${gamma.length} noise)`,
      received: `length ${theta.length}`,
    });
  }
  return problem;
}

function checkRepresentable(eta: number, delta: number, reconstruction: number, jointEmbedding: number): void {
  if (eta > 0 && delta > 0 && reconstruction < Infinity && jointEmbedding < Infinity) return;
  throw new EigenviewError('OUT_OF_RANGE', 'The eigenvalues are too far apart for float64.', {
    argument: 'signal, theta and gamma',
    expected: 'within about 100 orders of magnitude of each other',
  });
}

function checkEigenvalues(argument: string, values: unknown, positive: boolean): void {
  if (!Array.isArray(values) && !(values instanceof Float64Array) && !(values instanceof Float32Array)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Eigenvalues come as a list.', {
      argument,
      expected: 'an array of numbers',
      received: describe(values),
    });
  }
  if (ArrayBuffer.isView(values)) checkArrayAttached(argument, values);
  Array.from(values as ArrayLike<unknown>).forEach((value, i) => {
    checkNumber(`${argument}[${i}]`, value, { min: 0, above: positive });
  });
}
