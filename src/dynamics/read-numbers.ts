import { describe, EigenviewError } from '../errors.js';
import { checkNumber } from '../matrix/check.js';

/** A copy of finite numbers. */
export function readNumbers(argument: string, value: unknown): Float64Array {
  const length: unknown = (value as ArrayLike<number> | null | undefined)?.length;
  if (typeof value !== 'object' || typeof length !== 'number') {
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} is no array of numbers.`, {
      argument,
      expected: 'an array of numbers',
      received: describe(value),
    });
  }
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const number = (value as ArrayLike<unknown>)[i];
    checkNumber(`${argument}[${i}]`, number);
    numbers[i] = number;
  }
  return numbers;
}
