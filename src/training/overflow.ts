import { EigenviewError, type ErrorCode } from '../errors.js';

/**
 * Whether an error says that numbers overflowed: such errors name no argument, as nothing that was passed is wrong by
 * itself. What is wrong with an argument names it.
 */
export function isOverflow(error: unknown): error is EigenviewError {
  return error instanceof EigenviewError && error.code === 'OUT_OF_RANGE' && error.argument === undefined;
}

const NUMERICAL: readonly ErrorCode[] = ['OUT_OF_RANGE', 'SINGULAR', 'NOT_FINITE', 'NOT_POSITIVE_DEFINITE'];

/**
 * Whether an objective's error comes of the numbers that it was given, once it has worked with others: its options are
 * good then. Embeddings may have grown so large that, say, λ is lost in the rounding of N + λI.
 */
export function isNumerical(error: unknown): error is EigenviewError {
  return error instanceof EigenviewError && NUMERICAL.includes(error.code);
}

/** The error of a number that is not finite, though all that it was made of are. */
export function overflow(what: string, fix = 'Lower the learning rate.'): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `${what} overflows.`, { fix });
}
