/** What the linear objectives at given maps need of view moments: checks, and products over them. */
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkFinite, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { ViewMoments } from '../moments/view-moments.js';
import { combined, innerProduct } from './elementwise.js';
import type { Site } from './site.js';

export function checkMoments(value: unknown): asserts value is ViewMoments {
  if (value instanceof ViewMoments) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Linear objectives are computed from moments.', {
    argument: 'moments',
    expected: 'ViewMoments, as viewMoments returns',
    received: describe(value),
    fix: 'await viewMoments(source, views) first.',
  });
}

/** A copy of the map, float64. @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, … */
export function checkMap(argument: string, value: unknown, size: { rows?: number; cols?: number }): Matrix {
  checkDense(argument, value);
  const { rows = value.rows, cols = value.cols } = size;
  if (value.rows !== rows || value.cols !== cols) {
    throw new EigenviewError('SHAPE_MISMATCH', `${argument} does not fit the moments.`, {
      argument,
      expected: `${size.rows ?? 'any number of rows'} × ${size.cols ?? 'any number of columns'}`,
      received: shape(value),
    });
  }
  return new Matrix(rows, cols, new Float64Array(value.data));
}

/** One of the moments. They are read-only, and may be large: not copied. @throws EigenviewError `NOT_FINITE` */
export function takeMoment(name: string, matrix: Matrix): Matrix {
  checkFinite(name, matrix);
  return matrix;
}

/** What the squared error of a linear map depends on: E‖t − A τ(x)‖² = energy − 2⟨A, cross⟩ + ⟨A S, A⟩. */
export interface Regression {
  /** E[t τ(x)ᵀ], of the targets t. */
  cross: Matrix;
  /** S. */
  second: Matrix;
  /** E‖t‖². */
  energy: number;
}

export interface SquaredError {
  /** E‖t − A τ(x)‖². */
  risk: number;
  /** ‖A‖². */
  penalty: number;
  /** Of risk + ridge · penalty by A: 2 (A (S + ridge·I) − cross). */
  gradient: Matrix;
}

export async function squaredError(
  { backend, control }: Site,
  map: Matrix,
  { cross, second, energy }: Regression,
  ridge: number,
): Promise<SquaredError> {
  const spread = await backend.linalg.async.matmul(control, map, second, false, false);
  const product = await innerProduct(control, map, cross);
  const risk = energy - 2 * product + (await innerProduct(control, map, spread));
  const penalty = await innerProduct(control, map, map);
  const gradient = await combined(control, [
    [2, spread],
    [2 * ridge, map],
    [-2, cross],
  ]);
  return { risk, penalty, gradient };
}
