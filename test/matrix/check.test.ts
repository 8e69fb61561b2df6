import { describe, expect, test } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import {
  checkBoolean,
  checkDense,
  checkFinite,
  checkInt32,
  checkInteger,
  checkMatrix,
  checkNumber,
  checkOptions,
  checkRankTolerance,
  checkRidge,
  checkSameShape,
  checkSeed,
  checkSignal,
  checkSquare,
  checkSymmetric,
  maxAbs,
  shape,
} from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import fc from '../support/properties.js';

/** The error of a check, which must name the argument in its field and in its message. */
function refusal(check: () => void, argument: string): EigenviewError {
  try {
    check();
  } catch (error) {
    if (!(error instanceof EigenviewError)) throw error;
    expect(error.argument).toBe(argument);
    expect(error.message).toContain(argument);
    return error;
  }
  throw new Error('expected a refusal');
}

describe('options', () => {
  const check = (options: unknown) => checkOptions('svd', options, ['k', 'signal']);

  test.each([undefined, {}, { k: 1 }, { signal: undefined, k: 2 }, Object.create(null)])('%j pass', (options) => {
    expect(() => check(options)).not.toThrow();
  });

  test.each([null, 3, 'k', true, [], Matrix.identity(1), () => {}])('%o are no options', (options) => {
    expect(refusal(() => check(options), 'options').code).toBe('INVALID_ARGUMENT');
  });

  test.each(['K', 'backend', 'constructor', ' k', ''])('there is no option %j', (key) => {
    const error = refusal(() => check({ [key]: 1 }), key);
    expect(error.code).toBe('UNKNOWN_OPTION');
    expect(error.message).toContain('one of k, signal');
  });
});

describe('matrices', () => {
  test.each([
    undefined,
    null,
    1,
    'abc',
    [[1]],
    new Float64Array(4),
    { rows: 1, cols: 1, data: new Float64Array(1) },
    Matrix,
  ])('%o is not one', (value) => {
    const error = refusal(() => checkMatrix('a', value), 'a');
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.fix).toContain('Matrix.from');
  });

  test('what was transferred away is gone', () => {
    const a = Matrix.identity(3);
    structuredClone(a.data, { transfer: [a.data.buffer as ArrayBuffer] });
    expect(refusal(() => checkMatrix('a', a), 'a').code).toBe('DETACHED');
  });

  test.each([new Matrix(0, 0), new Matrix(0, 3), new Matrix(3, 0)])('$rows×$cols is empty', (a) => {
    const error = refusal(() => checkDense('a', a), 'a');
    expect(error.code).toBe('EMPTY');
    expect(error.received).toBe(shape(a));
  });

  test('32-bit LAPACK ends at 2³¹ − 1 elements', () => {
    expect(() => checkInt32('a', 2 ** 31 - 1)).not.toThrow();
    expect(refusal(() => checkInt32('a', 2 ** 31), 'a').code).toBe('TOO_LARGE');
  });

  test('the first element that is not finite is named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(24),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        fc.boolean(),
        (rows, cols, at, value, single) => {
          const data = single ? new Float32Array(rows * cols) : new Float64Array(rows * cols);
          data.fill(single ? 3e38 : Number.MAX_VALUE);
          const a = new Matrix(rows, cols, data);
          expect(() => checkFinite('a', a)).not.toThrow();
          const first = at % (rows * cols);
          data.fill(value, first);
          const error = refusal(() => checkFinite('a', a), 'a');
          expect(error).toMatchObject({ code: 'NOT_FINITE', received: String(value) });
          expect(error.message).toContain(`row ${Math.floor(first / cols)}, column ${first % cols}`);
        },
      ),
    );
  });

  test('a rectangle is not square', () => {
    const error = refusal(() => checkSquare('a', new Matrix(2, 3)), 'a');
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', received: '2×3' });
  });

  test('two shapes are compared', () => {
    const a = new Matrix(2, 3);
    expect(() => checkSameShape('a', a, 2, 3)).not.toThrow();
    for (const [rows, cols] of [
      [3, 3],
      [2, 2],
      [3, 2],
    ] as const) {
      const error = refusal(() => checkSameShape('a', a, rows, cols), 'a');
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', expected: `${rows}×${cols}`, received: '2×3' });
    }
  });
});

describe('symmetry', () => {
  test('any one pair that differs is found, wherever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 80 }), fc.nat(), fc.nat(), fc.boolean(), (n, p, q, flip) => {
        const a = new Matrix(
          n,
          n,
          Float64Array.from({ length: n * n }, (_, at) => ((at % n) + 1) * (Math.floor(at / n) + 1)),
        );
        expect(() => checkSymmetric('a', a)).not.toThrow();
        const i = 1 + (p % (n - 1));
        const j = q % i;
        const [row, col] = flip ? [j, i] : [i, j];
        // Twice what is allowed of the largest element, n².
        (a.data[row * n + col] as number) += 2e-10 * n * n;
        const error = refusal(() => checkSymmetric('a', a), 'a');
        expect(error.code).toBe('NOT_SYMMETRIC');
        expect(error.message).toContain(`(${i}, ${j}) differs from (${j}, ${i})`);
        (a.data[row * n + col] as number) -= 1.5e-10 * n * n;
        expect(() => checkSymmetric('a', a)).not.toThrow();
      }),
    );
  });

  test('scale does not matter', () => {
    const skew = (size: number) =>
      Matrix.from([
        [size, 0],
        [1e-9 * size, size],
      ]);
    for (const size of [1e-290, 1, 1e300]) {
      expect(refusal(() => checkSymmetric('a', skew(size)), 'a').code).toBe('NOT_SYMMETRIC');
    }
  });
});

describe('numbers', () => {
  test.each([undefined, null, '1', Number.NaN, Number.POSITIVE_INFINITY, 1n, [1]])('%o is not one', (value) => {
    expect(refusal(() => checkNumber('x', value), 'x').code).toBe('INVALID_ARGUMENT');
    expect(refusal(() => checkInteger('x', value), 'x').code).toBe('INVALID_ARGUMENT');
  });

  test.each([0.5, 2 ** 53, -1e300])('%d is not an integer that can be trusted', (value) => {
    expect(() => checkNumber('x', value)).not.toThrow();
    expect(refusal(() => checkInteger('x', value), 'x').code).toBe('INVALID_ARGUMENT');
  });

  test.each([
    [{ min: 1 }, [1, 5], [0.5, -1], 'at least 1'],
    [{ max: 3 }, [3, -7], [3.5, 4], 'at most 3'],
    [{ min: 0, max: 1 }, [0, 0.5, 1], [-1e-9, 1.1], 'at least 0 and at most 1'],
    [{ min: 0, above: true }, [1e-300, 4], [0, -1], 'above 0'],
  ])('the range %j', (range, inside, outside, words) => {
    for (const value of inside) expect(() => checkNumber('x', value, range)).not.toThrow();
    for (const value of outside) {
      const error = refusal(() => checkNumber('x', value, range), 'x');
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', received: String(value) });
      expect(error.message).toContain(words);
    }
  });

  test('a seed is a non-negative integer', () => {
    for (const seed of [0, 7, Number.MAX_SAFE_INTEGER]) expect(() => checkSeed('seed', seed)).not.toThrow();
    expect(refusal(() => checkSeed('seed', -1), 'seed').code).toBe('OUT_OF_RANGE');
    expect(refusal(() => checkSeed('seed', 1.5), 'seed').code).toBe('INVALID_ARGUMENT');
  });

  test('a rank tolerance is a share', () => {
    for (const value of [undefined, 0, 1e-12, 1]) expect(() => checkRankTolerance(value)).not.toThrow();
    for (const value of [-1e-9, 1.5]) {
      expect(refusal(() => checkRankTolerance(value), 'rankTolerance').code).toBe('OUT_OF_RANGE');
    }
  });

  test('a ridge is not negative', () => {
    for (const value of [undefined, 0, 1e9]) expect(() => checkRidge(value)).not.toThrow();
    expect(refusal(() => checkRidge(-1), 'ridge').code).toBe('OUT_OF_RANGE');
    expect(refusal(() => checkRidge(null), 'ridge').code).toBe('INVALID_ARGUMENT');
  });

  test('the largest magnitude', () => {
    expect([maxAbs([]), maxAbs([1, -3, 2]), maxAbs(Float32Array.of(-0.5))]).toEqual([0, 3, 0.5]);
  });
});

test.each([0, 1, 'true', null, undefined])('%o is not a truth value', (value) => {
  expect(refusal(() => checkBoolean('flag', value), 'flag').code).toBe('INVALID_ARGUMENT');
});

test.each([null, {}, { aborted: false }, new AbortController(), new EventTarget()])('%o is no signal', (value) => {
  expect(refusal(() => checkSignal(value), 'signal').code).toBe('INVALID_ARGUMENT');
});

test('signals pass, aborted or not', () => {
  for (const signal of [undefined, new AbortController().signal, AbortSignal.abort()]) {
    expect(() => checkSignal(signal)).not.toThrow();
  }
});
