/**
 * How strongly each canonical function survives, as a function of its correlation s: the spectral filters of the
 * function-space dynamics. SimSiam with its optimal predictor keeps s ≥ 2√λ (the equilibria of docs/dynamics.md; for
 * linear encoders Tang et al., "Understanding self-predictive learning for reinforcement learning", ICML 2023), PEIRA
 * keeps s > λ² (Arbel et al., "PEIRA: Learning predictive encoders through inter-view regressor alignment", 2026).
 */
import { checkInteger, checkNumber, checkOptions } from '../matrix/check.js';
import { readNumbers } from './read-numbers.js';

/**
 * Amplitude at which SimSiam keeps a mode: ½ (|s| + √(s² − 4λ)) where s² ≥ 4λ, else 0. A negative correlation is kept
 * like a positive one, by a negative predictor. The upper root of p² − s p + λ = 0, at which the flow of Tang et al. (ICML 2023,
 * arXiv 2212.03319) rests once both penalties are added; docs/dynamics.md.
 *
 * @param s a correlation, or several
 * @param lambda λ ≥ 0
 * @returns a number for a number, an array for an array
 * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE` for a negative λ
 * @example
 * ```ts
 * const kept = simsiamFilter([1, 0.5, 0.1], 0.01); // [0.98990, 0.47913, 0]
 * ```
 */
export function simsiamFilter(s: number, lambda: number): number;
export function simsiamFilter(s: ArrayLike<number>, lambda: number): Float64Array;
export function simsiamFilter(s: number | ArrayLike<number>, lambda: number): number | Float64Array {
  checkNumber('lambda', lambda, { min: 0 });
  return eachCorrelation(s, (value) => {
    const discriminant = value * value - 4 * lambda;
    return discriminant < 0 ? 0 : (Math.abs(value) + Math.sqrt(discriminant)) / 2;
  });
}

/**
 * Amplitude at which PEIRA keeps a mode: √(max(√s − λ, 0) / 2); 0 for a negative correlation, which only a pair of
 * encoders can use, and there it is a positive singular value (Arbel, Terver, Ponce, "PEIRA", 2026, arXiv 2605.17671).
 *
 * @param s a correlation, or several
 * @param lambda λ ≥ 0
 * @returns a number for a number, an array for an array
 * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE` for a negative λ
 * @example
 * ```ts
 * const kept = peiraFilter([1, 0.25], 0.5); // [0.5, 0]
 * ```
 */
export function peiraFilter(s: number, lambda: number): number;
export function peiraFilter(s: ArrayLike<number>, lambda: number): Float64Array;
export function peiraFilter(s: number | ArrayLike<number>, lambda: number): number | Float64Array {
  checkNumber('lambda', lambda, { min: 0 });
  return eachCorrelation(s, (value) => Math.sqrt(peiraExcess(value, lambda) / 2));
}

export interface PeiraSpectrumOptions {
  /** Functions learned, 1 … number of correlations. */
  k: number;
  /** λ ≥ 0. */
  lambda: number;
}

/**
 * PEIRA's minimum over all encoders, −½ Σ_{i ≤ k} (√sᵢ − λ)₊² over the k largest correlations (Arbel, Terver, Ponce, "PEIRA",
 * 2026, arXiv 2605.17671).
 *
 * @param correlations in any order
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const least = peiraMinimum([1, 0.25, 0.04], { k: 2, lambda: 0.1 }); // −½ (0.9² + 0.4²) = −0.485
 * ```
 */
export function peiraMinimum(correlations: ArrayLike<number>, options: PeiraSpectrumOptions): number {
  const { largest, lambda } = largestCorrelations('peiraMinimum', correlations, options);
  // Smallest first: the sum then loses least to rounding.
  return largest.reduceRight((sum, s) => sum - peiraExcess(s, lambda) ** 2 / 2, 0);
}

/**
 * Eigenvalues sᵢ − λ√sᵢ of PEIRA's predictor at the minimum, of the modes it keeps (sᵢ > λ², k at most), descending (Arbel,
 * Terver, Ponce, "PEIRA", 2026, arXiv 2605.17671).
 *
 * @param correlations in any order
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const values = peiraEigenvalues([1, 0.25, 0.001], { k: 3, lambda: 0.1 }); // [0.9, 0.2]
 * ```
 */
export function peiraEigenvalues(correlations: ArrayLike<number>, options: PeiraSpectrumOptions): Float64Array {
  const { largest, lambda } = largestCorrelations('peiraEigenvalues', correlations, options);
  return largest.filter((s) => peiraExcess(s, lambda) > 0).map((s) => Math.sqrt(s) * peiraExcess(s, lambda));
}

/** (√s − λ)₊. */
function peiraExcess(s: number, lambda: number): number {
  return s > 0 ? Math.max(Math.sqrt(s) - lambda, 0) : 0;
}

function eachCorrelation(s: unknown, filter: (value: number) => number): number | Float64Array {
  if (typeof s === 'number') {
    checkNumber('s', s);
    return filter(s);
  }
  return readNumbers('s', s).map(filter);
}

function largestCorrelations(
  where: string,
  correlations: unknown,
  options: PeiraSpectrumOptions,
): { largest: Float64Array; lambda: number } {
  checkOptions(where, options, ['k', 'lambda']);
  const { k, lambda } = options ?? {};
  const sorted = readNumbers('correlations', correlations).sort().reverse();
  checkInteger('k', k, { min: 1, max: sorted.length });
  checkNumber('lambda', lambda, { min: 0 });
  return { largest: sorted.slice(0, k), lambda };
}
