/** Argument checks: each rule once, with one message shape. */
import { describe, EigenviewError } from '../errors.js';
import { checkAttached, Matrix } from './matrix.js';

export { checkAttached };

/** LAPACK here counts in 32-bit integers. */
const INT32_MAX = 2 ** 31 - 1;

/** Options are a plain object holding none but the named keys; an unknown one is an error, never ignored. */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options instanceof Matrix) {
    throw new EigenviewError('INVALID_ARGUMENT', `${where} takes its options as an object.`, {
      argument: 'options',
      expected: `an object with ${known.join(', ')}`,
      received: describe(options),
    });
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new EigenviewError('UNKNOWN_OPTION', `${where} has no option '${key}'.`, {
        argument: key,
        expected: `one of ${known.join(', ')}`,
        received: `'${key}'`,
      });
    }
  }
}

export function checkMatrix(argument: string, value: unknown): asserts value is Matrix {
  if (!(value instanceof Matrix)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A matrix is needed.', {
      argument,
      expected: 'a Matrix',
      received: describe(value),
      fix: 'Wrap numbers with Matrix.from([[…]]) or new Matrix(rows, cols, data).',
    });
  }
  checkAttached(argument, value);
}

/** A non-empty matrix of finite numbers, small enough for 32-bit LAPACK. */
export function checkDense(argument: string, value: unknown): asserts value is Matrix {
  checkMatrix(argument, value);
  checkNotEmpty(argument, value);
  checkInt32(argument, value.rows * value.cols);
  checkFinite(argument, value);
}

export function checkSquare(argument: string, value: unknown): asserts value is Matrix {
  checkDense(argument, value);
  if (value.rows !== value.cols) {
    throw new EigenviewError('SHAPE_MISMATCH', 'A square matrix is needed.', {
      argument,
      expected: 'square',
      received: shape(value),
    });
  }
}

/**
 * Square and symmetric up to rounding: |aᵢⱼ − aⱼᵢ| ≤ 1e-10 · max|a|. That admits what sums of products leave behind
 * (eps · n for n up to 10⁵) and rejects a matrix that is wrong. The upper triangle's mirror image is not averaged:
 * backends read one triangle.
 */
export function checkSymmetric(argument: string, value: unknown): asserts value is Matrix {
  checkSquare(argument, value);
  const { data, rows: n } = value;
  const tolerance = 1e-10 * maxAbs(data);
  // In blocks, so that walking down a column stays in cache.
  for (let top = 0; top < n; top += BLOCK) {
    for (let left = 0; left <= top; left += BLOCK) {
      const bottom = Math.min(n, top + BLOCK);
      for (let i = top; i < bottom; i++) {
        const right = Math.min(i, left + BLOCK);
        for (let j = left, at = i * n + left, mirror = left * n + i; j < right; j++, at++, mirror += n) {
          const difference = (data[at] as number) - (data[mirror] as number);
          if (difference > tolerance || difference < -tolerance) {
            throw notSymmetric(argument, i, j, data[at] as number, data[mirror] as number);
          }
        }
      }
    }
  }
}

const BLOCK = 32;

function notSymmetric(argument: string, i: number, j: number, a: number, b: number): EigenviewError {
  return new EigenviewError('NOT_SYMMETRIC', `${argument} is not symmetric: (${i}, ${j}) differs from (${j}, ${i}).`, {
    argument,
    expected: 'symmetric to 1e-10 of its largest element',
    received: `${a} and ${b}`,
    fix: 'Average it with its transpose if the difference is noise; use eig for a general matrix.',
  });
}

export function checkNotEmpty(argument: string, value: Matrix): void {
  if (value.rows === 0 || value.cols === 0) {
    throw new EigenviewError('EMPTY', `${argument} has no elements.`, {
      argument,
      expected: 'at least 1×1',
      received: shape(value),
    });
  }
}

export function checkInt32(argument: string, elements: number): void {
  if (elements > INT32_MAX) {
    throw new EigenviewError('TOO_LARGE', `${argument} has more elements than 32-bit LAPACK can index.`, {
      argument,
      expected: `at most ${INT32_MAX} elements`,
      received: String(elements),
      fix: 'Stream the rows through viewMoments, or split the problem.',
    });
  }
}

export function checkFinite(argument: string, matrix: Matrix): void {
  const { data, cols } = matrix;
  for (let i = 0; i < data.length; i++) {
    // x − x is 0 for every finite x and NaN otherwise.
    if ((data[i] as number) - (data[i] as number) !== 0)
      throw notFinite(argument, Math.floor(i / cols), i % cols, data[i] as number);
  }
}

export function notFinite(argument: string, row: number, col: number, value: number): EigenviewError {
  return new EigenviewError('NOT_FINITE', `${argument} has ${value} at row ${row}, column ${col}.`, {
    argument,
    expected: 'finite',
    received: String(value),
    fix: 'Remove or impute missing values first.',
  });
}

export interface Range {
  min?: number;
  max?: number;
  /** Excludes `min` itself. */
  above?: boolean;
}

export function checkNumber(argument: string, value: unknown, range: Range = {}): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A finite number is needed.', {
      argument,
      expected: 'a finite number',
      received: describe(value),
    });
  }
  checkRange(argument, value, range, 'a number');
}

export function checkInteger(argument: string, value: unknown, range: Range = {}): asserts value is number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A whole number is needed.', {
      argument,
      expected: 'an integer',
      received: describe(value),
    });
  }
  checkRange(argument, value, range, 'an integer');
}

function checkRange(argument: string, value: number, { min, max, above }: Range, kind: string): void {
  const low = min !== undefined && (above ? value <= min : value < min);
  if (!low && !(max !== undefined && value > max)) return;
  const bounds = [
    min === undefined ? '' : above ? `above ${min}` : `at least ${min}`,
    max === undefined ? '' : `at most ${max}`,
  ].filter(Boolean);
  throw new EigenviewError('OUT_OF_RANGE', `${argument} is out of range.`, {
    argument,
    expected: `${kind} ${bounds.join(' and ')}`,
    received: String(value),
  });
}

/** The share of the largest eigenvalue at or below which a direction counts as absent. */
export function checkRankTolerance(value: unknown): asserts value is number | undefined {
  if (value !== undefined) checkNumber('rankTolerance', value, { min: 0, max: 1 });
}

/** A multiple of the identity, in the squared units of the data. */
export function checkRidge(value: unknown): asserts value is number | undefined {
  if (value !== undefined) checkNumber('ridge', value, { min: 0 });
}

export function checkBoolean(argument: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw new EigenviewError('INVALID_ARGUMENT', 'A truth value is needed.', {
      argument,
      expected: 'true or false',
      received: describe(value),
    });
  }
}

/** A seed is a non-negative safe integer, so that it fits the generator's 64-bit key. */
export function checkSeed(argument: string, value: unknown): asserts value is number {
  checkInteger(argument, value, { min: 0 });
}

export function checkOneOf<T extends string>(
  argument: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!(allowed as readonly unknown[]).includes(value)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} is none of the known names.`, {
      argument,
      expected: `one of ${allowed.map((name) => `'${name}'`).join(', ')}`,
      received: describe(value),
    });
  }
}

export function checkSameShape(argument: string, actual: Matrix, rows: number, cols: number): void {
  if (actual.rows !== rows || actual.cols !== cols) {
    throw new EigenviewError('SHAPE_MISMATCH', `${argument} has the wrong shape.`, {
      argument,
      expected: `${rows}×${cols}`,
      received: shape(actual),
    });
  }
}

export function checkSignal(value: unknown): asserts value is AbortSignal | undefined {
  if (value !== undefined && !(value instanceof AbortSignal)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A signal comes from an AbortController.', {
      argument: 'signal',
      expected: 'an AbortSignal',
      received: describe(value),
    });
  }
}

export function shape(matrix: Matrix): string {
  return `${matrix.rows}×${matrix.cols}`;
}

/** NaN if any is. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size <= max) continue;
    if (Number.isNaN(size)) return size;
    max = size;
  }
  return max;
}
