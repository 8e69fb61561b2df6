import { plain } from './numbers.js';
import { powerOfTen } from './text.js';

/** An axis in decimal logarithms: every position is the log10 of the value shown. */
export interface LogAxis {
  min: number;
  max: number;
  /** Labelled positions, with a grid line each. */
  major: Tick[];
  /** Positions of short ticks between them. */
  minor: number[];
}

export interface Tick {
  at: number;
  label: string;
}

/** Differences of doubles near 1 keep about this much: below it, a distance is rounding error. */
export const FLOOR = 1e-12;

/** Of a panel's height and of its width. */
export const MAX_LABELS = { vertical: 7, horizontal: 6 } as const;
const MAX_FINE = 5;
const MAX_TICKS = 40;
/** log10 of a power of ten may miss the integer by an ulp. */
const SLACK = 1e-9;
/** Sizes closer than this, in decades, are drawn as one. */
const NARROW = 1e-6;

/**
 * Whole decades around the values. Means set the range; the low end of a band, which for a difference that crosses
 * zero can be arbitrarily small, extends it by one decade at most.
 */
export function valueAxis(points: readonly { mean: number; low: number; high: number }[]): LogAxis {
  const positive = (values: number[]) => values.filter((value) => value >= FLOOR).map(Math.log10);
  const means = positive(points.map((point) => point.mean));
  if (means.length === 0) return decadeAxis(Math.log10(FLOOR), 0);
  const lowest = Math.floor(least(means) + SLACK);
  const band = Math.floor(least(positive(points.map((point) => point.low)), lowest) + SLACK);
  const min = Math.max(band, lowest - 1, Math.log10(FLOOR));
  const highest = Math.ceil(greatest(positive(points.map((point) => point.high))) - SLACK);
  return decadeAxis(min, Math.max(highest, min + 1));
}

export interface SizeAxis extends LogAxis {
  /** Width, in decades, over which the lines of a single sample size are spread; 0 where they have several. */
  spread: number;
}

/**
 * The range of the sample sizes and a margin, which keeps the labels of neighbouring panels apart. Labelled at decades;
 * where fewer than two lie within the sizes, at round numbers; where those are too few, at the ends.
 */
export function sizeAxis(sizes: readonly number[]): SizeAxis {
  const smallest = least(sizes);
  const largest = greatest(sizes);
  const low = Math.log10(smallest);
  const high = Math.log10(largest);
  if (high - low < NARROW) {
    return { min: low - 0.2, max: high + 0.2, major: [plainTick(smallest)], minor: [], spread: 0.2 };
  }
  const widened = (margin: number) => ({
    min: low - margin * (high - low),
    max: high + margin * (high - low),
    spread: 0,
  });
  const decades = wholeNumbers(low, high);
  if (decades.length >= 2) {
    const range = widened(0.05);
    return { ...range, major: decadeTicks(decades, MAX_LABELS.horizontal), minor: minorTicks(decades, fine(range)) };
  }
  const round = roundNumbers(low, high);
  if (round.length >= 2) {
    const range = widened(high - low > 1.1 ? 0.08 : 0.13);
    return { ...range, major: round.map(plainTick), minor: fine(range) };
  }
  return { ...widened(0.2), major: [smallest, largest].map(plainTick), minor: [] };
}

/** 1-2-5 steps over about a decade, 1-3 steps over more: labels of five digits are as far apart as these. */
function roundNumbers(low: number, high: number): number[] {
  const mantissas = high - low > 1.1 ? [1, 3] : [1, 2, 5];
  return integers(Math.floor(low), Math.floor(high + SLACK))
    .flatMap((decade) => mantissas.map((mantissa) => mantissa * 10 ** decade))
    .filter((value) => Math.log10(value) >= low - SLACK && Math.log10(value) <= high + SLACK);
}

function decadeAxis(min: number, max: number): LogAxis {
  const decades = integers(min, max);
  return { min, max, major: decadeTicks(decades, MAX_LABELS.vertical), minor: minorTicks(decades, fine({ min, max })) };
}

/** Evenly spaced decades, counted from the last one. */
export function decadeTicks(decades: number[], most: number): Tick[] {
  const step = Math.ceil(decades.length / most);
  return decades.filter((_, i) => (decades.length - 1 - i) % step === 0).map((at) => ({ at, label: powerOfTen(at) }));
}

/** Over more than MAX_FINE decades, a short tick each; over more than MAX_TICKS, none. */
export function minorTicks(decades: number[], inBetween: number[]): number[] {
  if (decades.length <= MAX_FINE) return inBetween;
  return decades.length <= MAX_TICKS ? decades : [];
}

/** Logarithms of 2, 3, …, 9 times the powers of ten. */
export function fine({ min, max }: { min: number; max: number }): number[] {
  return integers(Math.floor(min), Math.floor(max))
    .flatMap((decade) => integers(2, 9).map((mantissa) => decade + Math.log10(mantissa)))
    .filter((at) => at >= min && at <= max);
}

function plainTick(value: number): Tick {
  return { at: Math.log10(value), label: plain(value) };
}

export function wholeNumbers(min: number, max: number): number[] {
  return integers(Math.ceil(min - SLACK), Math.floor(max + SLACK));
}

function integers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

/** Not Math.min(...values): a study may have more points than a call takes arguments. */
function least(values: readonly number[], start = Number.POSITIVE_INFINITY): number {
  return values.reduce((a, b) => Math.min(a, b), start);
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
