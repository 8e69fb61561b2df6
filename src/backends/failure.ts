import { EigenviewError, type ErrorCode } from '../errors.js';

/** What a kernel found out, in numbers; each backend reports the same facts. */
export interface KernelFailure {
  code: ErrorCode;
  /** The operation's name as the user called it. */
  operation: string;
  /** The offending eigenvalue, pivot or reciprocal condition number, where there is one. */
  value?: number | undefined;
  /** Index of the matrix in a batch. */
  at?: number | undefined;
  /** Unit vector of the offending direction. */
  direction?: Float64Array | undefined;
}

/** The error for a failure inside a kernel: one wording for every backend. */
export function kernelError(failure: KernelFailure): EigenviewError {
  const { code, operation, value, at, direction } = failure;
  const which = at === undefined ? 'the matrix' : `matrix ${at} of the stack`;
  const where = direction === undefined ? '' : along(direction);
  const size = value === undefined ? '' : ` (${value.toExponential(2)})`;
  const details = direction === undefined ? {} : { direction };
  switch (code) {
    case 'SINGULAR':
      return new EigenviewError(code, `${operation}: ${which} is singular to working precision${where}${size}.`, {
        ...details,
        fix: 'Pass `ridge` to add a multiple of the identity or `rankTolerance` to drop such directions, where the function takes them.',
      });
    case 'NOT_POSITIVE_DEFINITE':
      return new EigenviewError(code, `${operation}: ${which} is not positive definite${where}${size}.`, {
        ...details,
        fix: 'Check that it is a second moment or covariance; a ridge makes a nearly semi-definite matrix definite.',
      });
    case 'NO_CONVERGENCE':
      return new EigenviewError(code, `${operation}: the decomposition of ${which} did not converge.`, {
        fix: 'Rescale the matrix; if its entries are moderate, please report it.',
      });
    case 'NOT_FINITE':
      return new EigenviewError(code, `${operation}: ${which} has an element that is not finite.`, {
        fix: 'Check where it comes from; treat the matrices of ViewMoments as read-only.',
      });
    case 'OUT_OF_RANGE':
      return new EigenviewError(code, `${operation}: the result for ${which} overflows.`, {
        fix: 'Rescale the matrix to moderate entries.',
      });
    case 'OUT_OF_MEMORY':
      return new EigenviewError(code, `${operation}: not enough memory.`, {
        fix: 'Use fewer dimensions, a smaller k, or stream the data.',
      });
    default:
      return new EigenviewError(code, `${operation} failed.`, details);
  }
}

/** The error for finite data whose second moments are not. */
export function overflowError(argument: string, column: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `The squares of ${argument} column ${column} overflow.`, {
    argument,
    expected: 'of magnitude below about 1e150',
    fix: 'Rescale the data.',
  });
}

/** The error for finite data whose views, or the squares of these, are not. */
export function viewsOverflowError(): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'The views overflow.', {
    argument: 'views',
    expected: 'views of a magnitude not far above that of the data',
    fix: 'Weaken the process, or rescale the data.',
  });
}

/** " along the direction 0.71·e0 − 0.71·e3 + …": the coordinates that carry most of a direction, for people. */
export function along(direction: Float64Array): string {
  const order = Array.from(direction.keys()).sort((i, j) => weight(direction, j) - weight(direction, i));
  const shown = order.slice(0, 3).filter((i) => weight(direction, i) > 0.01);
  const terms = shown.map((i) => `${(direction[i] as number).toFixed(2)}·e${i}`);
  const rest = order.slice(shown.length).some((i) => weight(direction, i) > 1e-6) ? ' + …' : '';
  return ` along the direction ${terms.join(' + ').replaceAll('+ -', '− ')}${rest}`;
}

function weight(direction: Float64Array, i: number): number {
  return (direction[i] as number) ** 2;
}
