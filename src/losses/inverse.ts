import { along } from '../backends/failure.js';
import { checkOverflow } from '../backends/losses.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import type { Site } from './site.js';

/** What a matrix that is to be inverted is, for the message when it has no inverse. */
export interface Inverted {
  /** The argument at fault. */
  argument: string;
  /** What the matrix is, as in "the covariance of z1". */
  name: string;
  fix: string;
}

/** The inverse Cholesky factor W of a symmetric positive definite A: W A Wᵀ = I. @throws EigenviewError `SINGULAR`, `OUT_OF_RANGE` */
export async function inverseFactor({ backend, control }: Site, a: Matrix, inverted: Inverted): Promise<Matrix> {
  checkOverflow(control.operation, a.data);
  try {
    return (await backend.linalg.async.whiten(control, a, undefined)).whitener;
  } catch (error) {
    if (!(error instanceof EigenviewError) || error.direction === undefined) throw error;
    throw singular(control.operation, inverted, error.direction);
  }
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
