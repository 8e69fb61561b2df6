import { describe, expect, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import { largestOf, tellOverflow, tooLow } from '../../src/losses/overflow.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';

const told = (error: unknown) =>
  tellOverflow(
    'test',
    () => tooLow('temperature', 1e-310),
    () => Promise.reject(error),
  );

describe('an overflow', () => {
  it.each(['OUT_OF_RANGE', 'NOT_FINITE'] as const)(
    'that a kernel calls %s is told in the words of the objective',
    async (code) => {
      const cause = new EigenviewError(code, 'matmul: the result for the matrix overflows.');
      const error = await failure(() => told(cause));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'temperature', cause });
      expect(error.message).toMatch(/^test: .*overflows\. Expected temperature .* received 1e-310\. Raise it/);
    },
  );

  it('is nothing else that goes wrong', async () => {
    const named = new EigenviewError('NOT_FINITE', 'z1 has NaN.', { argument: 'z1' });
    expect(await failure(() => told(named))).toBe(named);
    const singular = new EigenviewError('SINGULAR', 'singular');
    expect(await failure(() => told(singular))).toBe(singular);
    const foreign = new RangeError('stack');
    await expect(told(foreign)).rejects.toBe(foreign);
    expect(
      await tellOverflow(
        'test',
        () => tooLow('t', 0),
        async () => 5,
      ),
    ).toBe(5);
  });

  it('is put down to the largest numbers', () => {
    const culprit = largestOf({ z1: Matrix.from([[1, -3]]), z2: Matrix.from([[-1e200, 2]]), z3: Matrix.from([[5]]) });
    expect(culprit).toMatchObject({ argument: 'z2', received: 'numbers of up to 1.00e+200' });
  });
});
