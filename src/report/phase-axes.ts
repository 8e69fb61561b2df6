import { decadeTicks, fine, type LogAxis, MAX_LABELS, minorTicks, sizeAxis, wholeNumbers } from './log-axis.js';
import type { PhasePanel } from './phase.js';

/** A logarithmic axis with a place for 0 and what is below it. */
export interface PhaseAxis extends LogAxis {
  position(value: number): number;
}

/** Thresholds further than this, in decades, from every α² of the study are drawn at the edge. */
const BEYOND = 2;
const MARGIN = 0.45;
/** Of the axis: a number nearer than this to that of the edge is left out. */
const CROWDED = 0.1;

/** Over the noise levels; a level of 0 has its place left of the others. */
export function noiseAxis(panels: readonly PhasePanel[]): PhaseAxis {
  const values = panels.flatMap(({ levels, marks }) => [...levels, ...marks].map(({ noise }) => noise));
  const positive = values.filter((value) => value > 0);
  const axis = sizeAxis(positive.length === 0 ? [1] : positive);
  if (positive.length === values.length) return { ...axis, position: Math.log10 };
  const gap = 0.12 * Math.max(axis.max - axis.min, 1);
  const zero = { at: axis.min - gap, label: '0' };
  return {
    ...axis,
    min: zero.at - gap / 2,
    major: [zero, ...(positive.length === 0 ? [] : axis.major)],
    position: (value) => (value > 0 ? Math.log10(value) : zero.at),
  };
}

/** Over α² and the thresholds near it; the lower edge is 0 and below where the study has that. */
export function squareAxis(panels: readonly PhasePanel[]): PhaseAxis {
  const squares = panels.flatMap(({ marks }) => marks.map((mark) => mark.alphaSquared));
  const thresholds = panels.flatMap(({ levels }) => levels.flatMap(({ low, mean, high }) => [low, mean, high]));
  const anchors = logarithms(squares.some((value) => value > 0) ? squares : [...thresholds, 1]);
  const [first, last] = [Math.min(...anchors), Math.max(...anchors)];
  const near = logarithms(thresholds).map((at) => Math.min(Math.max(at, first - BEYOND), last + BEYOND));
  const low = Math.min(first, ...near) - MARGIN;
  const max = Math.max(last, ...near, low + 2 * MARGIN + 1) + MARGIN;
  const hasZero = [...squares, ...thresholds].some((value) => value <= 0);
  const min = hasZero ? low - MARGIN : low;
  const decades = wholeNumbers(low, max);
  const major = decadeTicks(decades, MAX_LABELS.vertical);
  const ticks = hasZero
    ? [{ at: min, label: '≤ 0' }, ...major.filter(({ at }) => at - min > CROWDED * (max - min))]
    : major;
  return {
    min,
    max,
    major: ticks,
    minor: minorTicks(decades, fine({ min: low, max })),
    position: (value) => (value > 0 ? Math.min(Math.max(Math.log10(value), min), max) : min),
  };
}

function logarithms(values: readonly number[]): number[] {
  return values.filter((value) => value > 0).map(Math.log10);
}
