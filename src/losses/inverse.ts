import { along } from '../backends/failure.js';
import { checkOverflow } from '../backends/losses.js';
import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { Site } from './site.js';

/** What a matrix that is to be inverted is, for the message when it has no inverse. */
export interface Inverted {
  /** The argument at fault. */
  argument: string;
  /** What the matrix is, as in "the covariance of z1". */
  name: string;
  fix: string;
  /** Of each diagonal element, what may be rounding of the products it is a sum of. Without it none: a sum of squares. */
  rounding?: Float64Array;
}

/**
 * The inverse Cholesky factor W of a symmetric positive definite A: W A Wᵀ = I, W lower triangular. Whether A is singular is
 * asked of D A D with a diagonal near 1, D of powers of two (van der Sluis, Numerische Mathematik 1969: no diagonal scaling
 * conditions it much better): columns in different units say nothing about that. W is D times the factor of D A D.
 *
 * @throws EigenviewError `SINGULAR`, `OUT_OF_RANGE`
 */
export async function inverseFactor({ backend, control }: Site, a: Matrix, inverted: Inverted): Promise<Matrix> {
  checkOverflow(control.operation, a.data);
  const { rounding } = inverted;
  const lost = rounding?.findIndex((most, i) => a.get(i, i) <= most) ?? -1;
  if (lost >= 0) throw singular(control.operation, inverted, unitVector(a.rows, lost));
  const scale = equilibration(a);
  try {
    const { whitener } = await backend.linalg.async.whiten(control, scaledBoth(a, scale), undefined);
    return scaledColumns(whitener, scale);
  } catch (error) {
    if (!(error instanceof EigenviewError) || error.direction === undefined) throw error;
    throw singular(control.operation, inverted, direction(error.direction, scale));
  }
}

/** Powers of two near 1/√aᵢᵢ; 1 where aᵢᵢ is not positive. */
function equilibration(a: Matrix): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => {
    const square = a.get(i, i);
    return square > 0 ? 2 ** -Math.round(Math.log2(square) / 2) : 1;
  });
}

/** D A D. */
function scaledBoth(a: Matrix, scale: Float64Array): Matrix {
  const out = scaledColumns(a, scale);
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++, at++) (out.data[at] as number) *= scale[i] as number;
  }
  return out;
}

/** A D. */
function scaledColumns(a: Matrix, scale: Float64Array): Matrix {
  const out = new Matrix(a.rows, a.cols);
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++, at++) out.data[at] = (a.data[at] as number) * (scale[j] as number);
  }
  return out;
}

/** D v at unit length: what A maps to nearly 0 where D A D does so to v. */
function direction(v: Float64Array, scale: Float64Array): Float64Array {
  const largest = maxAbs(scale);
  const image = v.map((x, i) => x * ((scale[i] as number) / largest));
  const length = Math.hypot(...image);
  return length > 0 ? image.map((x) => x / length) : v;
}

function unitVector(length: number, place: number): Float64Array {
  return new Float64Array(length).fill(1, place, place + 1);
}

/** A⁻¹ = Wᵀ W of a symmetric positive definite A. @throws EigenviewError `SINGULAR`, `OUT_OF_RANGE` */
export async function inverseOf(site: Site, a: Matrix, inverted: Inverted): Promise<Matrix> {
  const factor = await inverseFactor(site, a, inverted);
  return site.backend.linalg.async.matmul(site.control, factor, factor, true, false);
}

/** That a second moment, positive semi-definite as it is, has no inverse to working precision. */
export function singular(
  operation: string,
  { argument, name, fix }: Inverted,
  direction?: Float64Array,
): EigenviewError {
  const where = direction === undefined ? '' : along(direction);
  return new EigenviewError('SINGULAR', `${operation}: ${name} is singular to working precision${where}.`, {
    argument,
    ...(direction && { direction }),
    fix,
  });
}
