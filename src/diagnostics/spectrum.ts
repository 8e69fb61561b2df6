import { beginCall, type CallOptions } from '../backends/select.js';
import { checkDense } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { centre } from './centre.js';
import { entropyRank } from './entropy-rank.js';
import { inUnits, squaresOverflow } from './units.js';

/** How the variance of embeddings is spread over directions. All of the centred rows. */
export interface Spectrum {
  /** σ of the centred n×d rows, descending; min(n, d) of them. */
  singularValues: Float64Array;
  /** λ = σ²/n of the covariance, descending; d of them, zeros where n < d. */
  eigenvalues: Float64Array;
  /** exp of the entropy of σ/Σσ (Roy & Vetterli, EUSIPCO 2007); 0 where nothing varies. */
  effectiveRank: number;
  /** (Σλ)²/Σλ²; 0 where nothing varies. */
  participationRatio: number;
  /** How many σ are more than rounding: above max(n, d)·eps·σ₁ and 2·eps·√n·‖mean‖. */
  rank: number;
  /** σ₁ over the smallest σ; Infinity where rank < min(n, d). */
  conditionNumber: number;
}

/**
 * The spectrum of embeddings about their mean, with what is usually read off it.
 *
 * Centring costs one degree of freedom: of n ≤ d rows the rank is at most n − 1, and the condition number Infinity. Ranks,
 * participation ratio and condition number do not depend on the scale of z. Eigenvalues are squares: those of numbers below
 * about 1e-160 vanish, those of numbers above 1e150 overflow and are an error.
 *
 * @param z n×d, an embedding a row
 * @throws EigenviewError `NOT_FINITE`, `EMPTY`, `INVALID_ARGUMENT`, `TOO_LARGE`, `OUT_OF_RANGE` where eigenvalues overflow
 * @example
 * ```ts
 * const { eigenvalues, rank } = await spectrum(Matrix.from([[1, 0], [-1, 0], [0, 0]])); // [2/3, 0], 1
 * ```
 */
export async function spectrum(z: Matrix, options?: CallOptions): Promise<Spectrum> {
  const { backend, control } = beginCall('spectrum', options);
  checkDense('z', z);
  const { matrix, unit } = await inUnits(z);
  const { centred, mean } = await centre(matrix);
  const { s } = await backend.linalg.async.svd(control, centred, undefined);
  const found = summarise(s, z, mean);
  if (unit === 1) return found;
  const singularValues = s.map((sigma) => sigma * unit);
  const eigenvalues = found.eigenvalues.map((value) => value * unit * unit);
  // Descending, both: the first is infinite if any is.
  if (singularValues[0] === Number.POSITIVE_INFINITY || eigenvalues[0] === Number.POSITIVE_INFINITY) {
    throw squaresOverflow('z', 'The eigenvalues');
  }
  return { ...found, singularValues, eigenvalues };
}

/**
 * The effective rank of embeddings about their mean: exp of the entropy of σ/Σσ, σ the singular values of the centred rows
 * (Roy & Vetterli, EUSIPCO 2007); 0 where nothing varies. The same as `(await spectrum(z)).effectiveRank`, at any scale.
 *
 * @param z n×d, an embedding a row
 * @throws EigenviewError `NOT_FINITE`, `EMPTY`, `INVALID_ARGUMENT`, `TOO_LARGE`
 * @example
 * ```ts
 * console.log(await effectiveRank(Matrix.from([[1, 0], [-1, 0], [0, 1], [0, -1]]))); // 2: both directions alike
 * ```
 */
export async function effectiveRank(z: Matrix, options?: CallOptions): Promise<number> {
  const { backend, control } = beginCall('effectiveRank', options);
  checkDense('z', z);
  const { centred, mean } = await centre((await inUnits(z)).matrix);
  const { s } = await backend.linalg.async.svd(control, centred, undefined);
  return summarise(s, z, mean).effectiveRank;
}

/** What the singular values of centred n×d rows say; z gives shape, the mean the size of rounding. */
export function summarise(s: Float64Array, { rows: n, cols: d }: Matrix, mean: Float64Array): Spectrum {
  const eigenvalues = new Float64Array(d);
  let sum = 0;
  let squares = 0;
  s.forEach((sigma, i) => {
    const value = sigma ** 2 / n;
    eigenvalues[i] = value;
    sum += value;
    squares += value ** 2;
  });
  const first = s[0] as number;
  const length = Math.sqrt(mean.reduce((total, x) => total + x * x, 0));
  const rounding = Number.EPSILON * Math.max(Math.max(n, d) * first, 2 * Math.sqrt(n) * length);
  const rank = s.filter((sigma) => sigma > rounding).length;
  return {
    singularValues: s,
    eigenvalues,
    effectiveRank: rank === 0 ? 0 : entropyRank(s),
    participationRatio: rank === 0 ? 0 : sum ** 2 / squares,
    rank,
    conditionNumber: rank < s.length ? Number.POSITIVE_INFINITY : first / (s.at(-1) as number),
  };
}
