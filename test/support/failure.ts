import { EigenviewError } from '../../src/errors.js';

/** The coded error that an action ends in; any other outcome fails the test. */
export async function failure(action: () => unknown): Promise<EigenviewError> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    if (error instanceof EigenviewError) return error;
    throw error;
  }
  throw new Error(`expected an EigenviewError, received ${JSON.stringify(result)}`);
}
