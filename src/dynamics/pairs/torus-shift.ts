/** Distributions of the shift δ between two views on the torus, by their characteristic functions. */
import { describe, EigenviewError } from '../../errors.js';
import { checkDense, checkNumber, checkOptions, maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { checkNumbers } from './distribution.js';
import { checkWidth } from './evaluation.js';

/**
 * δ with independent coordinates, N(0, σ²) or uniform in [−halfWidth, halfWidth] (one number, or one a dimension); or
 * one of finitely many points (n×D, or numbers for D = 1), with weights up to a common factor, by default all alike.
 */
export type TorusShift =
  | { gaussian: number | ArrayLike<number> }
  | { uniform: number | ArrayLike<number> }
  | { points: Matrix | ArrayLike<number>; weights?: ArrayLike<number> };

/** E exp(i n·δ). */
export interface Phase {
  re: number;
  im: number;
}

export interface CheckedShift {
  name: string;
  /** At a whole frequency of D numbers. */
  characteristic(frequency: Int32Array): Phase;
  /** Below this, an imaginary part is rounding. */
  rounding(frequency: Int32Array): number;
}

export function checkShift(value: unknown, dimensions: number): CheckedShift {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const kinds = keys.filter((key) => ['gaussian', 'uniform', 'points'].includes(key));
  if (kinds.length !== 1) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A shift is of one kind.', {
      argument: 'shift',
      expected: 'one of { gaussian: σ }, { uniform: halfWidth } and { points, weights }',
      received: keys.length > 0 ? `an object with ${keys.join(', ')}` : describe(value),
    });
  }
  const shift = value as Record<string, unknown>;
  if (kinds[0] === 'points') return finite(shift, dimensions);
  checkOptions('torusPair shift', shift, ['gaussian', 'uniform']);
  if (kinds[0] === 'gaussian') {
    return product('Gaussian', widths('shift.gaussian', shift.gaussian, dimensions), (t) => Math.exp((-t * t) / 2));
  }
  return product('uniform', widths('shift.uniform', shift.uniform, dimensions), (t) => (t === 0 ? 1 : Math.sin(t) / t));
}

/** Independent coordinates: Π factor(nᵢ · widthᵢ), real. */
function product(kind: string, width: Float64Array, factor: (t: number) => number): CheckedShift {
  return {
    name: `${kind} shift`,
    characteristic: (frequency) => ({
      re: frequency.reduce((value, n, i) => value * factor(n * (width[i] as number)), 1),
      im: 0,
    }),
    rounding: () => 0,
  };
}

function widths(argument: string, value: unknown, dimensions: number): Float64Array {
  const width =
    typeof value === 'number'
      ? new Float64Array(dimensions).fill(value)
      : Float64Array.from(checkNumbers(argument, value));
  if (width.length !== dimensions) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each dimension of the torus has a width.', {
      argument,
      expected: `one number, or ${dimensions}`,
      received: String(width.length),
    });
  }
  for (const number of width) checkNumber(argument, number, { min: 0 });
  return width;
}

function finite(shift: Record<string, unknown>, dimensions: number): CheckedShift {
  checkOptions('torusPair shift', shift, ['points', 'weights']);
  const points = checkShiftPoints(shift.points, dimensions);
  const weights = checkWeights(shift.weights, points.rows);
  const largest = maxAbs(points.data);
  return {
    name: `shift to ${points.rows} point${points.rows === 1 ? '' : 's'}`,
    characteristic(frequency) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < points.rows; i++) {
        let angle = 0;
        for (let j = 0; j < dimensions; j++)
          angle += (frequency[j] as number) * (points.data[i * dimensions + j] as number);
        re += (weights[i] as number) * Math.cos(angle);
        im += (weights[i] as number) * Math.sin(angle);
      }
      return { re, im };
    },
    // The angle n·δ is off by eps of its terms, the sum of weighted sines by a few eps more.
    rounding: (frequency) => 8 * Number.EPSILON * (1 + largest * frequency.reduce((sum, n) => sum + Math.abs(n), 0)),
  };
}

/** Beyond this, sines and cosines of multiples of an angle have lost half their digits. */
const LARGEST_ANGLE = 1e6;

function checkShiftPoints(value: unknown, dimensions: number): Matrix {
  const numbers = value instanceof Matrix ? undefined : checkNumbers('shift.points', value);
  const points = numbers === undefined ? value : new Matrix(numbers.length, 1, numbers);
  checkDense('shift.points', points);
  checkWidth('shift.points', points, dimensions);
  for (const x of points.data) checkNumber('shift.points', x, { min: -LARGEST_ANGLE, max: LARGEST_ANGLE });
  return new Matrix(points.rows, dimensions, Float64Array.from(points.data));
}

function checkWeights(value: unknown, count: number): Float64Array {
  if (value === undefined) return new Float64Array(count).fill(1 / count);
  const weights = checkNumbers('shift.weights', value);
  if (weights.length !== count) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each point has a weight.', {
      argument: 'shift.weights',
      expected: `of length ${count}`,
      received: String(weights.length),
    });
  }
  for (const weight of weights) checkNumber('shift.weights', weight, { min: 0 });
  const largest = Math.max(...weights);
  if (largest === 0) {
    throw new EigenviewError('OUT_OF_RANGE', 'All weights are zero.', {
      argument: 'shift.weights',
      expected: 'with at least one above 0',
    });
  }
  // Relative to the largest first: their sum could overflow.
  const relative = weights.map((weight) => weight / largest);
  const sum = relative.reduce((total, weight) => total + weight, 0);
  return relative.map((weight) => weight / sum);
}
