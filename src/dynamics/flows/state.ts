/** Checks of states. */
import { EigenviewError } from '../../errors.js';
import { checkDense, checkSameShape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import type { Layout } from './layout.js';

/** Largest n = k · columns of which an n×n Jacobian is made. */
const LARGEST_JACOBIAN = 4096;

/** A float64 copy of a state: finite, of the flow's shape. */
export function checkState(argument: string, state: unknown, layout: Layout, nonNegative: boolean): Matrix {
  checkDense(argument, state);
  checkSameShape(argument, state, layout.k, layout.columns);
  const least = nonNegative ? state.data.findIndex((w) => w < 0) : -1;
  if (least >= 0) {
    throw new EigenviewError(
      'OUT_OF_RANGE',
      'The weights of this flow are products of balanced layers, never negative.',
      {
        argument,
        expected: 'at least 0 everywhere',
        received: `${state.data[least]} in column ${least}`,
      },
    );
  }
  return new Matrix(layout.k, layout.columns, Float64Array.from(state.data));
}

export function checkJacobianSize({ k, columns }: Layout): void {
  if (k * columns <= LARGEST_JACOBIAN) return;
  throw new EigenviewError('TOO_LARGE', 'The Jacobian of this flow is too large to work with.', {
    argument: 'state',
    expected: `of at most ${LARGEST_JACOBIAN} numbers`,
    received: `${k}×${columns} = ${k * columns}`,
    fix: 'Use a smaller k, or the leading canonical functions as the dictionary.',
  });
}

/** Every number of a result is finite. */
export function checkResult(values: ArrayLike<number>): void {
  if (Array.prototype.every.call(values, Number.isFinite)) return;
  throw new EigenviewError('NOT_FINITE', 'The state is too large: powers of its numbers overflow.', {
    argument: 'state',
    expected: "of a magnitude not far above the flow's amplitude",
    fix: 'Scale it down.',
  });
}
