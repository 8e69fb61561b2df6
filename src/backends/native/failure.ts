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

/** Turns what the addon threw in a linear-algebra call into the package's error. */
export function translate(operation: string, error: unknown, signal: AbortSignal | undefined): unknown {
  const { code, value, at, direction } = facts(error);
  if (code === 'CANCELLED') return signal?.reason;
  if (code === undefined) return new EigenviewError('INTERNAL', `${operation} failed: ${error}.`, { cause: error });
  return kernelError({ code: code as ErrorCode, operation, value, at, direction });
}
