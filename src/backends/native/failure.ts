import { EigenviewError, type ErrorCode } from '../../errors.js';
import { kernelError } from '../failure.js';

/** What native/binding/job.h hangs on an Error. */
interface NativeFacts {
  code?: string;
  value?: number;
  at?: number;
  column?: number;
  direction?: Float64Array;
}

/** The facts of an error thrown by the addon; anything else it throws is a defect of the package. */
export function facts(error: unknown): NativeFacts {
  return error instanceof Error ? (error as NativeFacts) : {};
}

/**
 * Turns what the addon threw in a linear-algebra call into the package's error. `first`: place in the whole batch of the
 * job's first matrix.
 */
export function translate(operation: string, error: unknown, signal: AbortSignal | undefined, first = 0): unknown {
  if (error instanceof EigenviewError) return error;
  // Of JavaScript's own errors only this one can come up, when an array does not fit.
  if (error instanceof RangeError) return kernelError({ code: 'OUT_OF_MEMORY', operation });
  const { code, value, direction, at: place } = facts(error);
  const at = place === undefined ? undefined : first + place;
  if (code === 'CANCELLED') return signal?.reason;
  if (code === undefined) return new EigenviewError('INTERNAL', `${operation} failed: ${error}.`, { cause: error });
  return kernelError({ code: code as ErrorCode, operation, value, at, direction });
}

/** Gives an error made when the answer came the stack of the call: `site` was made then. */
export function blame(site: Error, error: unknown): unknown {
  if (error instanceof EigenviewError) error.stack = site.stack?.replace(/^.*/, () => String(error)) ?? String(error);
  return error;
}
