import { EigenviewError } from '../errors.js';

/**
 * Whether an error says that numbers overflowed: such errors name no argument, as nothing that was passed is wrong by
 * itself. What is wrong with an argument names it.
 */
export function isOverflow(error: unknown): boolean {
  return error instanceof EigenviewError && error.code === 'OUT_OF_RANGE' && error.argument === undefined;
}
