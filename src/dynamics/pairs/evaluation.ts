/** The values of functions at points: the checks and the product that pairs have in common. */
import type { LinalgKernels } from '../../backends/linalg.js';
import { EigenviewError } from '../../errors.js';
import { checkDense, checkFinite, checkOneOf, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { rowsAtOnce } from '../../runtime/turn.js';
import type { Side } from './view-pair.js';

/** What evaluating takes: how many functions the dictionary of a side has, and of how many numbers. */
export interface Extent {
  count: number;
  dimension: number;
}

export function checkSide(side: unknown): asserts side is Side {
  checkOneOf('side', side, ['x', 'y']);
}

/** k×count coefficients. */
export function checkCoefficients(coefficients: unknown, { count }: Extent): asserts coefficients is Matrix {
  checkDense('coefficients', coefficients);
  if (coefficients.cols === count) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The coefficients do not fit the dictionary.', {
    argument: 'coefficients',
    expected: `with ${count} columns, one for each function of the dictionary`,
    received: shape(coefficients),
  });
}

/** n×dimension points. */
export function checkPoints(argument: string, points: unknown, dimension: number): asserts points is Matrix {
  checkDense(argument, points);
  checkWidth(argument, points, dimension);
}

export function checkWidth(argument: string, points: Matrix, dimension: number): void {
  if (points.cols === dimension) return;
  throw new EigenviewError('SHAPE_MISMATCH', `${argument} have the wrong number of coordinates.`, {
    argument,
    expected: `with ${dimension} column${dimension === 1 ? '' : 's'}, a point a row`,
    received: shape(points),
  });
}

/**
 * The values of A φ at points, n×k: some rows at a time, as the n·m values of the dictionary need not fit into memory.
 *
 * @param features the values of the dictionary's m functions at some of the points
 * @param width how many numbers a point takes while they are made
 */
export function combined(
  coefficients: Matrix,
  points: Matrix,
  features: (rows: Matrix) => Matrix,
  { matmul }: LinalgKernels,
  width = coefficients.cols,
): Matrix {
  const out = new Matrix(points.rows, coefficients.rows);
  const stretch = rowsAtOnce(width);
  for (let from = 0; from < points.rows; from += stretch) {
    const rows = rowsOf(points, from, Math.min(points.rows, from + stretch));
    out.data.set(matmul(features(rows), coefficients, false, true).data, from * out.cols);
  }
  checkValues(out);
  return out;
}

/** Polynomials, and coefficients near the largest number, overflow. */
export function checkValues(values: Matrix): void {
  try {
    checkFinite('the values', values);
  } catch (cause) {
    throw new EigenviewError('OUT_OF_RANGE', 'The values of the functions at these points overflow.', {
      argument: 'points',
      expected: 'of a magnitude at which the functions are finite',
      fix: 'Check the units of the points, and the coefficients.',
      cause,
    });
  }
}

/** Rows [from, to) as a matrix over the same memory. */
export function rowsOf(matrix: Matrix, from: number, to: number): Matrix {
  return new Matrix(to - from, matrix.cols, matrix.data.subarray(from * matrix.cols, to * matrix.cols));
}

/** What two dense m×m matrices of a pair, its gram and the dictionary's transform, should not exceed. */
const MOST_FUNCTIONS = 4096;

/** @param fix what makes the dictionary smaller */
export function checkSize(count: number, fix: string): void {
  if (count <= MOST_FUNCTIONS) return;
  throw new EigenviewError('TOO_LARGE', 'The dictionary has too many functions.', {
    argument: 'degree',
    expected: `such that there are at most ${MOST_FUNCTIONS} functions`,
    received: `${count} of them`,
    fix,
  });
}

/** There must be a function beside the constant, if that is to go. */
export function checkNotConstant(argument: string, count: number): void {
  if (count > 0) return;
  throw new EigenviewError('EMPTY', 'Centred, the dictionary has no function left.', {
    argument,
    expected: 'such that there are functions beside the constant',
    fix: 'Enlarge the dictionary, or leave `centered` out.',
  });
}
