import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { describe as describeValue, EigenviewError } from '../src/errors.js';
import { Matrix } from '../src/matrix/matrix.js';

describe('an error', () => {
  test('is an Error with a name, a code and a stack that begins here', () => {
    const error = new EigenviewError('EMPTY', 'Nothing there.');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'EigenviewError', code: 'EMPTY', message: 'Nothing there.' });
    expect(error.stack).toMatch(/^EigenviewError: Nothing there\.\n.*errors\.test\.ts/);
    expect(inspect(error)).toContain("code: 'EMPTY'");
  });

  test('has every fact as a field', () => {
    const facts = {
      argument: 'k',
      expected: 'at most 3',
      received: '4',
      fix: 'Lower it.',
      file: 'a.npy',
      offset: 12,
      direction: Float64Array.of(1, 0),
    };
    const cause = new Error('before');
    const error = new EigenviewError('OUT_OF_RANGE', 'k is out of range.', { ...facts, cause });
    expect({ ...error }).toMatchObject(facts);
    expect(error.direction).toBe(facts.direction);
    expect(error.cause).toBe(cause);
  });

  test('has no fields for facts it lacks', () => {
    const error = new EigenviewError('INTERNAL', 'Oh.');
    expect(
      Object.keys(error)
        .filter((key) => error[key as keyof EigenviewError] !== undefined)
        .sort(),
    ).toEqual(['code', 'name']);
    expect('cause' in error).toBe(false);
  });
});

describe('a message', () => {
  const message = (details: ConstructorParameters<typeof EigenviewError>[2]) =>
    new EigenviewError('INVALID_ARGUMENT', 'Wrong.', details).message;

  test.each([
    [{}, 'Wrong.'],
    [{ argument: 'a' }, 'Wrong.'],
    [{ argument: 'a', expected: 'a Matrix' }, 'Wrong. Expected a to be a Matrix.'],
    [{ argument: 'a', expected: 'a Matrix', received: '3' }, 'Wrong. Expected a to be a Matrix but received 3.'],
    [{ expected: 'a Matrix', received: '3' }, 'Wrong. Expected a Matrix but received 3.'],
    [{ received: '3' }, 'Wrong.'],
    [{ fix: 'Do it.' }, 'Wrong. Do it.'],
    [{ file: 'x.npy' }, 'x.npy: Wrong.'],
    [{ file: 'x.npy', offset: 0 }, 'x.npy at byte 0: Wrong.'],
    [
      { file: 'x.npy', offset: 5, expected: "'f8'", received: "'i3'", fix: 'Convert it.' },
      "x.npy at byte 5: Wrong. Expected 'f8' but received 'i3'. Convert it.",
    ],
  ])('from %j', (details, expected) => {
    expect(message(details)).toBe(expected);
  });
});

describe('a value is named', () => {
  class Point {}
  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [-1.5, '-1.5'],
    [Number.NaN, 'NaN'],
    [12n, '12n'],
    ['abc', '"abc"'],
    ['a\nb', '"a\\nb"'],
    ['x'.repeat(61), 'a string of 61 characters'],
    [[1, 2], 'an array of length 2'],
    [new Float32Array(3), 'a Float32Array of length 3'],
    [new DataView(new ArrayBuffer(2)), 'a DataView'],
    [{ a: 1 }, 'a plain object'],
    [Object.create(null), 'a null-prototype object'],
    [new Point(), 'a Point'],
    [Matrix.identity(1), 'a Matrix'],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
  ])('%o', (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});
