import { mean, standardDeviation, sum } from './spread.js';
import { studentT } from './student.js';
import type { Slope } from './summary.js';

const CONFIDENCE = 0.95;

/** Five doublings: enough to tell powers of n apart, late enough to be past the first samples, which are no larger than d. */
const UPPER_RANGE = 32;

/** From sparser grids, so many of the largest sizes; fewer say nothing of a power of n. */
export const LEAST_SIZES = 4;

/** The sizes where a power of n is looked for: those within a factor 32 of the largest, and at least the four largest. */
export function upperSizes(sizes: Iterable<number>): number[] {
  const ascending = [...new Set(sizes)].sort((a, b) => a - b);
  const start = ascending.findIndex((n) => n * UPPER_RANGE >= (ascending.at(-1) as number));
  return ascending.slice(Math.max(0, Math.min(start, ascending.length - LEAST_SIZES)));
}

interface Measurement {
  n: number;
  value: number;
}

interface Line {
  slope: number;
  /** Standard error by least squares. */
  error: number;
  ns: number[];
}

/**
 * The slope of log(value) against log(n) over the upper sizes (see {@link upperSizes}), and its 95 % confidence interval;
 * null where no seed has three positive values there. A value of 0 has no logarithm and is left out.
 *
 * Samples of one seed are nested in n, so the residuals along its line are not independent and least squares would
 * understate the error. Seeds are independent: with two or more the slope is the mean of theirs, its interval Student's
 * over the seeds. With a single one there is only the least-squares interval.
 */
export function fitSlope(seeds: readonly (readonly Measurement[])[]): Slope | null {
  const sizes = new Set(upperSizes(seeds.flat().map(({ n }) => n)));
  const lines = seeds
    .map((seed) => seed.filter(({ n, value }) => sizes.has(n) && value > 0))
    .filter((seed) => seed.length >= 3)
    .map(fitLine);
  if (lines.length === 0) return null;
  const ns = lines.flatMap((line) => line.ns);
  return { ...interval(lines), from: Math.min(...ns), to: Math.max(...ns) };
}

function interval(lines: readonly Line[]): Pick<Slope, 'slope' | 'low' | 'high'> {
  const [first] = lines as [Line];
  const slope = mean(lines.map((line) => line.slope));
  const deviation = standardDeviation(lines.map((line) => line.slope));
  const [error, freedom] =
    deviation === null ? [first.error, first.ns.length - 2] : [deviation / Math.sqrt(lines.length), lines.length - 1];
  const half = error * studentT(CONFIDENCE, freedom);
  return { slope, low: slope - half, high: slope + half };
}

function fitLine(points: readonly Measurement[]): Line {
  const x = points.map(({ n }) => Math.log(n));
  const y = points.map(({ value }) => Math.log(value));
  const [centreX, centreY] = [mean(x), mean(y)];
  const dx = x.map((value) => value - centreX);
  const dy = y.map((value) => value - centreY);
  const squares = sum(dx.map((d) => d * d));
  const slope = sum(dx.map((d, i) => d * (dy[i] as number))) / squares;
  const residuals = dy.map((d, i) => d - slope * (dx[i] as number));
  const variance = sum(residuals.map((r) => r * r)) / (points.length - 2);
  return { slope, error: Math.sqrt(variance / squares), ns: points.map(({ n }) => n) };
}
