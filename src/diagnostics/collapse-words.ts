import type { CollapseMeasures } from './collapse-measures.js';

/**
 * - `complete-collapse`: all rows are one, to within 1 % of their length.
 * - `low-variance`: rows differ by less than 14 % of their length; most of each is the same constant.
 * - `dimensional-collapse`: rows differ, but in a part of the directions there are.
 * - `too-few-rows`: two or three rows that differ. They span one direction or two, whatever the encoder.
 * - `healthy`: none of these.
 */
export type CollapseVerdict =
  | 'healthy'
  | 'dimensional-collapse'
  | 'low-variance'
  | 'complete-collapse'
  | 'too-few-rows';

/** Where one verdict ends and the next begins. */
export const THRESHOLDS = {
  /** `varianceShare` at or below: complete collapse (1 % of the length). */
  completeVarianceShare: 1e-4,
  /** `varianceShare` at or below: low variance (14 % of the length). */
  lowVarianceShare: 0.02,
  /** `effectiveRankShare` below: dimensional collapse. */
  effectiveRankShare: 0.25,
  /** Share of dead dimensions above: dimensional collapse. */
  deadShare: 0.25,
  /** Mean absolute correlation above: dimensional collapse. */
  correlation: 0.5,
  /** Rows below: no telling what dimensions are used. */
  fewestRows: 4,
  /** Rows below this multiple of d: the spectrum is that of few rows. */
  rowsPerDimension: 2,
} as const;

/** @param paired whether another view of each row was given */
export function judgeCollapse(measures: CollapseMeasures, paired = false): { verdict: CollapseVerdict; words: string } {
  const { varianceShare, rows } = measures;
  if (varianceShare <= THRESHOLDS.completeVarianceShare) {
    return { verdict: 'complete-collapse', words: sentences(complete(measures), ...uncompared(measures, paired)) };
  }
  const reasons = rows < THRESHOLDS.fewestRows ? [] : dimensionalReasons(measures);
  if (varianceShare <= THRESHOLDS.lowVarianceShare) {
    return {
      verdict: 'low-variance',
      words: sentences(lowVariance(measures), ...reasons, ...asides(measures, paired)),
    };
  }
  if (rows < THRESHOLDS.fewestRows) {
    return { verdict: 'too-few-rows', words: sentences(tooFew(measures), ...asides(measures, paired)) };
  }
  if (reasons.length > 0) {
    const what = 'Dimensional collapse: the embeddings differ, but use a part of their dimensions';
    return { verdict: 'dimensional-collapse', words: sentences(what, ...reasons, ...asides(measures, paired)) };
  }
  return { verdict: 'healthy', words: sentences(healthy(measures), ...asides(measures, paired)) };
}

function complete({ varianceShare }: CollapseMeasures): string {
  if (varianceShare === 0) return 'Complete collapse: all embeddings are the same';
  return `Complete collapse: the embeddings differ by ${percent(Math.sqrt(varianceShare))} of their length, the rest is the same in all (the threshold is 1 %)`;
}

function lowVariance({ varianceShare }: CollapseMeasures): string {
  return `Low variance: the embeddings differ by ${percent(Math.sqrt(varianceShare))} of their length, the rest is the same in all (the threshold is 14 %)`;
}

function tooFew({ rows, dims }: CollapseMeasures): string {
  return `Too few rows to tell: ${rows} rows span ${rows - 1 === 1 ? 'one direction' : 'two directions'} at most, whatever the encoder; take ${2 * dims} or more`;
}

function healthy({ effectiveRank, rows, dims, correlation }: CollapseMeasures): string {
  const most = Math.min(dims, rows - 1);
  return `No collapse: the effective rank is ${number(effectiveRank)} of at most ${most}, and dimensions correlate by ${number(correlation)} on average`;
}

function dimensionalReasons(measures: CollapseMeasures): string[] {
  const { rows, dims, effectiveRank, effectiveRankShare, deadDimensions, correlation } = measures;
  const reasons: string[] = [];
  if (effectiveRankShare < THRESHOLDS.effectiveRankShare) {
    reasons.push(
      `The effective rank is ${number(effectiveRank)} of at most ${Math.min(dims, rows - 1)} (the threshold is ${percent(THRESHOLDS.effectiveRankShare)})`,
    );
  }
  if (deadDimensions.length > THRESHOLDS.deadShare * dims) {
    reasons.push(
      `${deadDimensions.length} of ${dims} dimensions are dead: they vary by less than 1 % of what dimensions do on average`,
    );
  }
  if (correlation > THRESHOLDS.correlation) {
    reasons.push(
      `Dimensions repeat each other: they correlate by ${number(correlation)} on average (the threshold is ${THRESHOLDS.correlation})`,
    );
  }
  return reasons;
}

function asides(measures: CollapseMeasures, paired: boolean): string[] {
  const { rows, dims, deadDimensions, lidar, alignment } = measures;
  const asides: string[] = uncompared(measures, paired);
  const dead = rows < THRESHOLDS.fewestRows ? 0 : deadDimensions.length;
  if (dead > 0 && dead <= THRESHOLDS.deadShare * dims) {
    asides.push(dead === 1 ? `Dimension ${deadDimensions[0]} is dead` : `${dead} of ${dims} dimensions are dead`);
  }
  if (lidar !== undefined) asides.push(`LiDAR is ${number(lidar)}: so many directions tell samples apart`);
  if (alignment !== undefined) {
    asides.push(`Views of a sample are ${number(alignment)} apart (squared, at unit length; unrelated ones 2)`);
  }
  if (rows >= THRESHOLDS.fewestRows && rows < THRESHOLDS.rowsPerDimension * dims) {
    asides.push(`With ${rows} rows for ${dims} dimensions ranks are those of few rows; take ${2 * dims} or more`);
  }
  return asides;
}

function uncompared({ alignment }: CollapseMeasures, paired: boolean): string[] {
  return paired && alignment === undefined ? ['Views are not compared: a row of zeros has no direction'] : [];
}

const sentences = (...parts: string[]) => parts.map((part) => `${part}.`).join(' ');
const number = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number) => `${number(100 * share)} %`;
