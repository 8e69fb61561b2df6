import { expect } from 'vitest';
import type { EigenviewError, ErrorCode } from '../../src/errors.js';
import { failure } from '../support/failure.js';
import { matricesOf, type PublicFunction } from './functions.js';

export interface Blame {
  code: ErrorCode;
  /** Named in the error's field and in its message. */
  argument: string;
}

/**
 * Both twins refuse these arguments with this error, the asynchronous one through its promise alone, and no byte of the
 * arguments has changed afterwards.
 */
export async function expectRefusal(f: PublicFunction, args: unknown[], blame: Blame): Promise<EigenviewError> {
  const before = matricesOf(args).map(bytes);
  const errors = [await failure(() => rejection(f, args))];
  if (f.now !== undefined) errors.push(await failure(() => f.now?.(...args)));
  for (const error of errors) {
    expect(error).toMatchObject(blame);
    expect(error.message).toContain(blame.argument);
  }
  expect(matricesOf(args).map(bytes)).toEqual(before);
  return errors[0] as EigenviewError;
}

/** The promise of an asynchronous call; an error thrown by the call itself fails the test. */
export function rejection(f: PublicFunction, args: unknown[]): Promise<unknown> {
  let promise: unknown;
  try {
    promise = f.later(...args);
  } catch (error) {
    throw new Error(`${f.name} threw instead of rejecting`, { cause: error });
  }
  expect(promise).toBeInstanceOf(Promise);
  return promise as Promise<unknown>;
}

/** Of an array that was transferred away there are none. */
function bytes({ data }: { data: ArrayBufferView }): string {
  return data.byteLength === 0 ? '' : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}
