import type { Backend } from '../backends/backend.js';
import { along } from '../backends/failure.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { checkFinite, checkRankTolerance, checkRidge } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

/** How a nearly singular second moment is treated. Without either, a singular one is an error. */
export interface Regularisation {
  /** Adds this multiple of the identity to the second moment, in the squared units of the data; default 0. */
  ridge?: number;
  /** Drops the directions whose second moment is at or below this share of the largest. */
  rankTolerance?: number;
}

export const REGULARISATION = ['ridge', 'rankTolerance'] as const;

export function checkRegularisation({ ridge, rankTolerance }: Regularisation = {}): void {
  checkRidge(ridge);
  checkRankTolerance(rankTolerance);
}

/** Where a computation runs and for whom: what closed forms hand on to kernels. */
export interface Site {
  backend: Backend;
  control: Control;
  /** The public function, for messages. */
  operation: string;
}

/**
 * The rows W with W (S + ridge·I) Wᵀ = I, rank×d. Any such W differs from S^{-1/2} by a rotation of its rows only, which
 * closed forms do not see.
 *
 * @param name what S is, for the message of a singular one
 */
export async function whitening(
  { backend, control, operation }: Site,
  name: string,
  second: Matrix,
  { ridge = 0, rankTolerance }: Regularisation,
): Promise<Matrix> {
  // Moments can be written to after they were checked.
  checkFinite(name, second);
  try {
    const regular = ridge === 0 ? second : plusRidge(second, ridge);
    return (await backend.linalg.async.whiten(control, regular, rankTolerance)).whitener;
  } catch (error) {
    if (!(error instanceof EigenviewError) || error.direction === undefined) throw error;
    const fault = error.code === 'SINGULAR' ? 'singular to working precision' : 'not positive definite';
    throw new EigenviewError(error.code, `${operation}: ${name} is ${fault}${along(error.direction)}.`, {
      direction: error.direction,
      fix: 'Pass `ridge` to add a multiple of the identity, or `rankTolerance` to drop such directions.',
    });
  }
}

function plusRidge(second: Matrix, ridge: number): Matrix {
  const sum = new Matrix(second.rows, second.cols, new Float64Array(second.data));
  for (let i = 0; i < second.rows; i++) (sum.data[i * (second.cols + 1)] as number) += ridge;
  return sum;
}

/** k directions exist only up to the rank that is left. */
export function checkDirections(k: number, rank: number, dim: number): void {
  if (k <= rank) return;
  const dropped = rank < dim ? ` after rankTolerance dropped ${dim - rank} of ${dim}` : '';
  throw new EigenviewError('OUT_OF_RANGE', 'There are not that many directions.', {
    argument: 'k',
    expected: `at most ${rank}${dropped}`,
    received: String(k),
  });
}

export function sumOfSquares(values: ArrayLike<number>, count = values.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (values[i] as number) ** 2;
  return sum;
}

/** The values followed by zeros up to `length`: what was dropped scores nothing. */
export function padded(values: Float64Array, length: number): Float64Array {
  if (values.length === length) return values;
  const all = new Float64Array(length);
  all.set(values);
  return all;
}
