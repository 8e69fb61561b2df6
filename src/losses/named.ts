import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

/** The arguments of an objective that tells its batches apart by name: an object with none but these keys. */
export function checkNamed<Name extends string>(
  operation: string,
  value: unknown,
  names: readonly Name[],
): Partial<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Matrix) {
    throw new EigenviewError('INVALID_ARGUMENT', `${operation} takes its batches by name.`, {
      argument: 'batches',
      expected: `an object { ${names.join(', ')} }`,
      received: describe(value),
    });
  }
  checkOptions(`the first argument of ${operation}`, value, names);
  return value as Partial<Record<Name, unknown>>;
}
