import { describe, EigenviewError } from '../errors.js';

/**
 * What a function of the caller's answers at once.
 *
 * @param coded what becomes of this package's own errors: `passed` on as they are, or, where they can only be the
 * caller's doing, `wrapped` like all others
 * @throws EigenviewError `CUSTOM_FAILED`, what the function threw its cause
 */
export function callCustom<T>(argument: string, coded: 'passed' | 'wrapped', call: () => T): T {
  try {
    const answer = call();
    // Where a promise is no answer, what it is rejected with must not go unhandled.
    if (answer instanceof Promise) answer.catch(() => undefined);
    return answer;
  } catch (cause) {
    throw coded === 'passed' && cause instanceof EigenviewError ? cause : customFailed(argument, cause);
  }
}

export function customFailed(argument: string, cause: unknown): EigenviewError {
  const what = cause instanceof Error ? cause.message : describe(cause);
  return new EigenviewError('CUSTOM_FAILED', `${argument} threw: ${what}.`, { argument, cause });
}
