import type { StudyCell } from './cell.js';
import { groupBy, inGridOrder, regimeKey, regimeOf } from './order.js';
import { LEAST_SIZES, upperSizes } from './slope.js';
import type { Agreement, Verdict } from './summary.js';

/** A verdict whose α² is this close to its threshold, relative to it, is too close to call at finite n. */
export const CLOSE = 0.3;

/** tan 75°: an angle above it at every upper size stays at a right angle as far as the samples go. */
const RIGHT_ANGLE = Math.tan((75 * Math.PI) / 180);

/** Half of the −½ expected, in log tangent a log n. */
const FALLING = -0.25;

/** Of the pairs of sizes, so many must fall: below the threshold a curve is jagged and may end low by chance. */
const FALLING_PAIRS = 0.75;

/** Of the +½ expected. Above but near the threshold, before the fall begins, slopes of up to 0.08 were seen. */
const RISING = 0.1;

/** Sines are right to about 1e-8, and so are cosines near a right angle. */
const ROUNDING = 1e-7;

/**
 * What the angles show, by themselves: `angle` is the sine of the largest principal angle between what was learned and the
 * signal, at one sample size each.
 *
 * Sampling mixes signal and noise directions by an amount like n^{-1/2}. Above the threshold the learned space is the
 * signal space but for that, so the sine of the angle falls like n^{-1/2}. Below it a noise direction has taken the place
 * of a signal direction and holds so much of the signal by chance: the cosine falls like n^{-1/2}, and the sine, which
 * may long be small where α is large, rises to 1. In both cases the tangent is a power of n: n^{-1/2} or n^{+1/2}. The slope of
 * its logarithm is judged by the median over all pairs of upper sizes (Theil–Sen), since below the threshold a cosine
 * that passes 0 leaves spikes.
 *
 * - `misses`: the angle is above 75° at every upper size, or the slope is above 0.1;
 * - `recovers`: the slope is below −¼, three in four pairs of sizes fall, and the last angle is below 45°; or that angle
 *   is 0 to rounding;
 * - `undecided`: anything else, such as a small angle that does not change yet, or fewer than four sizes.
 */
export function observe(points: readonly { n: number; angle: number }[]): Verdict['observed'] {
  const sizes = new Set(upperSizes(points.map(({ n }) => n)));
  const curve = points.filter(({ n }) => sizes.has(n)).sort((a, b) => a.n - b.n);
  if (curve.length < LEAST_SIZES) return 'undecided';
  const tangents = curve.map(({ angle }) => tangent(angle));
  const last = tangents.at(-1) as number;
  if (last <= ROUNDING) return 'recovers';
  const slopes = pairSlopes(
    curve.map(({ n }) => Math.log(n)),
    tangents.map(Math.log),
  );
  const slope = median(slopes);
  if (tangents.every((value) => value > RIGHT_ANGLE) || slope > RISING) return 'misses';
  const falling = slopes.filter((value) => value < 0).length / slopes.length;
  return slope < FALLING && falling >= FALLING_PAIRS && last < 1 ? 'recovers' : 'undecided';
}

/**
 * Prediction and observation for each problem at each α in each seed. A threshold is estimated from a sample as well:
 * the seed's largest one counts.
 */
export function verdictsOf(cells: readonly StudyCell[]): Verdict[] {
  const seeds = groupBy(cells, (cell) => `${regimeKey(cell)} ${cell.problem} ${cell.seed}`);
  const verdicts = [...seeds.values()].flatMap((seed) => {
    const threshold = thresholdOf(seed);
    if (threshold === null) return [];
    return [...groupBy(seed, ({ alpha }) => alpha).values()].map((curve) => verdict(curve, threshold));
  });
  return inGridOrder(verdicts);
}

/** The threshold of one problem in one seed, at the largest sample; null without any. */
export function thresholdOf(cells: readonly StudyCell[]): number | null {
  const largest = cells.reduce<StudyCell | undefined>((a, b) => (a !== undefined && a.n >= b.n ? a : b), undefined);
  return largest?.threshold ?? null;
}

function verdict(curve: readonly StudyCell[], threshold: number): Verdict {
  const { alpha, seed, ...cell } = curve[0] as StudyCell;
  const predicted = alpha ** 2 > threshold ? 'recovers' : 'misses';
  const observed = observe(curve);
  const margin = threshold === 0 ? null : Math.abs(alpha ** 2 - threshold) / Math.abs(threshold);
  return {
    ...regimeOf(cell),
    problem: cell.problem as Verdict['problem'],
    alpha,
    seed,
    threshold,
    predicted,
    observed,
    margin,
    close: margin !== null && margin <= CLOSE,
    agrees: observed === 'undecided' ? null : observed === predicted,
  };
}

export function countAgreement(verdicts: readonly Verdict[]): Agreement {
  const count = (agrees: boolean | null) => verdicts.filter((one) => one.agrees === agrees).length;
  return { agree: count(true), disagree: count(false), undecided: count(null) };
}

/** Floored at rounding, of sine and of cosine. */
function tangent(sine: number): number {
  const cosine = Math.sqrt(Math.max(0, (1 - sine) * (1 + sine)));
  return Math.max(sine, ROUNDING) / Math.max(cosine, ROUNDING);
}

/** Of every pair of points. O(points²). */
function pairSlopes(x: readonly number[], y: readonly number[]): number[] {
  const rise = (i: number, j: number) => ((y[j] as number) - (y[i] as number)) / ((x[j] as number) - (x[i] as number));
  return y.flatMap((_, i) => Array.from({ length: y.length - i - 1 }, (_, d) => rise(i, i + 1 + d)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
