import { decadeTicks, FLOOR, fine, type LogAxis, minorTicks, wholeNumbers } from './log-axis.js';
import { plain } from './numbers.js';
import { powerOfTen } from './text.js';

/** An axis and where a value lies on it. */
export interface ScaledAxis extends LogAxis {
  position(value: number): number;
}

/** Labels of a panel as wide as half the figure. */
const MOST_TIMES = 5;
const MOST_VALUES = 6;
/** Of the range of the values, above and below. */
const MARGIN = 0.06;

/**
 * Time from 0, logarithmic beyond a tenth of the flow's natural time unit: position log₁₀(1 + t/τ).
 *
 * @param end the last time
 * @param rate 1 / the natural time unit
 */
export function timeAxis(end: number, rate: number): ScaledAxis {
  const longest = end > 0 ? end : 1;
  const exponent = Math.round(Math.log10(Math.min(0.1 / rate, longest / 10)));
  const unit = 10 ** exponent;
  const position = (time: number) => Math.log10(1 + time / unit);
  const max = position(longest);
  const decades = wholeNumbers(exponent + 1, Math.log10(longest));
  const step = Math.ceil(decades.length / MOST_TIMES);
  const labelled = decades.filter((_, i) => i % step === 0);
  const between = minorTicks(decades, fine({ min: exponent, max: Math.log10(longest) }));
  return {
    min: 0,
    max,
    major: [
      { at: 0, label: '0' },
      ...labelled.map((decade) => ({
        at: position(10 ** decade),
        label: decade >= 3 ? powerOfTen(decade) : plain(10 ** decade),
      })),
    ],
    minor: between.map((logarithm) => position(10 ** logarithm)).filter((at) => at <= max),
    position,
  };
}

/** Evenly divided, with ticks at 1, 2 or 5 times a power of ten. */
export function linearAxis(low: number, high: number): ScaledAxis {
  // Below, the numbers at the ticks would not differ.
  const range = Math.max(high - low, 1e-9 * Math.max(Math.abs(low), Math.abs(high))) || 1;
  const [min, max] = [low - MARGIN * range, high + MARGIN * range];
  const step = roundStep((max - min) / MOST_VALUES);
  const ticks = wholeNumbers(min / step, max / step).map((count) => count * step);
  return { min, max, major: ticks.map((at) => ({ at, label: plain(at) })), minor: [], position: (value) => value };
}

/** Of whole numbers from 0. */
export function countAxis(most: number): ScaledAxis {
  const step = Math.max(1, Math.ceil(roundStep(most / 4)));
  const ticks = wholeNumbers(0, most / step).map((count) => count * step);
  return {
    min: 0,
    max: most,
    major: ticks.map((at) => ({ at, label: String(at) })),
    minor: [],
    position: (value) => value,
  };
}

/** Logarithmic, from a given amplitude up to the largest. */
export function decadesAxis(low: number, high: number): ScaledAxis {
  const [min, max] = [Math.log10(low), Math.log10(high) + MARGIN * Math.log10(high / low)];
  const decades = wholeNumbers(min, max);
  return {
    min,
    max,
    major: decadeTicks(decades, MOST_VALUES),
    minor: minorTicks(decades, fine({ min, max })),
    position: (value) => Math.log10(Math.max(value, low / 10)),
  };
}

/** Logarithmic, up to 10; below the floor, where ratios are rounding, there is nothing to show. */
export function ratioAxis(values: readonly number[]): ScaledAxis {
  const least = values.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), 0.1);
  const min = Math.max(Math.floor(Math.log10(least)), Math.log10(FLOOR));
  const decades = wholeNumbers(min, 0);
  return {
    min,
    max: 0.5,
    major: decadeTicks(decades, MOST_VALUES),
    minor: minorTicks(decades, fine({ min, max: 0.5 })),
    position: (value) => (value < FLOOR ? Number.NaN : Math.max(min, Math.log10(value))),
  };
}

/** The smallest 1, 2 or 5 times a power of ten that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((mantissa) => mantissa * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
