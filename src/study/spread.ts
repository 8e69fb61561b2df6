import type { Spread } from './summary.js';

/** Of at least one value. */
export function spread(values: readonly number[]): Spread {
  return {
    seeds: values.length,
    mean: mean(values),
    deviation: standardDeviation(values),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Of a sample (n − 1); null for a single value. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
