import { describe, EigenviewError } from '../../errors.js';
import { checkFinite } from '../../matrix/check.js';
import { checkArrayAttached, Matrix } from '../../matrix/matrix.js';

/** How far from 1 the sum of probabilities may be: what rounding them to ten digits leaves. */
const TOLERANCE = 1e-9;

/** Numbers as an array of finite float64. */
export function checkNumbers(argument: string, value: unknown): Float64Array {
  const isArray = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const numbers = isArray && Array.from(value as unknown as ArrayLike<unknown>);
  if (!numbers || numbers.some((x) => typeof x !== 'number')) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A list of numbers is needed.', {
      argument,
      expected: 'an array of numbers',
      received: describe(value),
    });
  }
  if (ArrayBuffer.isView(value)) checkArrayAttached(argument, value);
  if (numbers.length === 0) throw new EigenviewError('EMPTY', `${argument} has no elements.`, { argument });
  const copy = Float64Array.from(numbers as number[]);
  checkFinite(argument, new Matrix(1, copy.length, copy));
  return copy;
}

/** Probabilities: not negative, of sum 1 to 1e-9; divided by that sum, so that it is 1 to rounding. A copy. */
export function checkProbabilities(argument: string, values: Float64Array | Float32Array, cols = 0): Float64Array {
  let sum = 0;
  for (const [i, value] of values.entries()) {
    if (value < 0)
      throw negative(cols > 0 ? `${argument}(${Math.floor(i / cols)}, ${i % cols})` : `${argument}[${i}]`, value);
    sum += value;
  }
  if (!(Math.abs(sum - 1) <= TOLERANCE)) {
    throw new EigenviewError('OUT_OF_RANGE', `The probabilities of ${argument} do not add up to 1.`, {
      argument,
      expected: `of sum 1, to ${TOLERANCE}`,
      received: `a sum of ${sum}`,
      fix: 'Divide it by its sum.',
    });
  }
  return Float64Array.from(values, (value) => value / sum);
}

function negative(argument: string, value: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'A probability is negative.', {
    argument,
    expected: 'at least 0',
    received: String(value),
  });
}
