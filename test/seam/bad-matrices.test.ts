/** Rule 1: what TypeScript checks before a call leaves for native code. Here, the matrices. */
import { describe, expect, test } from 'vitest';
import { Matrix } from '../../src/index.js';
import { byName, named, type PublicFunction } from './functions.js';
import { expectRefusal } from './refusal.js';

const N = 4;

/** The function's arguments with the matrix at `position` replaced; in a stack, the third one. */
function withMatrix(f: PublicFunction, position: number, replace: (good: Matrix) => unknown): unknown[] {
  const args: unknown[] = f.accepts(N);
  const good = args[position];
  args[position] = Array.isArray(good) ? good.map((a, i) => (i === 2 ? replace(a) : a)) : replace(good as Matrix);
  return args;
}

const argumentOf = (f: PublicFunction, position: number) =>
  f.name.endsWith('Batch') ? 'stack[2]' : (f.parameters[position] as string);

/** Runs a check on every matrix argument of a function. */
async function eachMatrix(f: PublicFunction, check: (position: number, argument: string) => Promise<unknown>) {
  for (const position of f.parameters.keys()) await check(position, argumentOf(f, position));
}

function changed(good: Matrix, value: number, at: number): Matrix {
  const data = good.data.slice();
  data[at] = value;
  return new Matrix(good.rows, good.cols, data);
}

describe.each(byName)('%s refuses', (_, f) => {
  test.each([
    undefined,
    null,
    7,
    'matrix',
    [
      [1, 2],
      [3, 4],
    ],
    new Float64Array(N * N),
    { rows: 2, cols: 2, data: new Float64Array(4) },
    () => Matrix.identity(N),
    Promise.resolve(Matrix.identity(N)),
  ])('%o for a matrix', async (value) => {
    await eachMatrix(f, async (position, argument) => {
      const error = await expectRefusal(
        f,
        withMatrix(f, position, () => value),
        { code: 'INVALID_ARGUMENT', argument },
      );
      expect(error.expected).toBe('a Matrix');
    });
  });

  test('to be called without arguments', async () => {
    const argument = f.parameters[0] as string;
    await expectRefusal(f, [], { code: 'INVALID_ARGUMENT', argument });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d in a matrix', async (value) => {
    await eachMatrix(f, async (position, argument) => {
      const args = withMatrix(f, position, (good) => changed(good, value, good.cols + 1));
      const error = await expectRefusal(f, args, { code: 'NOT_FINITE', argument });
      expect(error.message).toContain(`${argument} has ${value} at row 1, column 1`);
    });
  });

  test.each([
    [0, 0],
    [0, N],
    [N, 0],
  ])('a %i×%i matrix', async (rows, cols) => {
    await eachMatrix(f, async (position, argument) => {
      const args = withMatrix(f, position, () => new Matrix(rows, cols));
      await expectRefusal(f, args, { code: 'EMPTY', argument });
    });
  });

  test('a matrix whose buffer was transferred away', async () => {
    await eachMatrix(f, async (position, argument) => {
      const args = withMatrix(f, position, (good) => {
        structuredClone(good.data, { transfer: [good.data.buffer as ArrayBuffer] });
        return good;
      });
      const error = await expectRefusal(f, args, { code: 'DETACHED', argument });
      expect(error.fix).toContain('copy');
    });
  });
});

describe.each(byName.filter(([, f]) => f.square))('%s refuses', (_, f) => {
  test('a rectangle', async () => {
    const args = withMatrix(f, 0, () => new Matrix(N, N - 1));
    await expectRefusal(f, args, { code: 'SHAPE_MISMATCH', argument: argumentOf(f, 0) });
  });
});

describe.each(byName.filter(([, f]) => f.symmetric))('%s refuses', (_, f) => {
  test('a matrix that is not symmetric', async () => {
    const args = withMatrix(f, 0, (good) => changed(good, (good.data[N] as number) + 1e-6, N));
    const error = await expectRefusal(f, args, { code: 'NOT_SYMMETRIC', argument: argumentOf(f, 0) });
    expect(error.message).toContain('(1, 0) differs from (0, 1)');
  });
});

describe('shapes that do not fit together', () => {
  const identity = Matrix.identity(3);
  test.each<[string, unknown[], string]>([
    ['solve', [identity, new Matrix(2, 2)], 'b'],
    ['matmul', [identity, new Matrix(2, 3)], 'b'],
    ['matmul', [new Matrix(2, 3), identity, { transposeA: true }], 'b'],
    ['matmul', [new Matrix(2, 3), new Matrix(3, 2), { transposeB: true }], 'b'],
    ['subspaceDistance', [new Matrix(2, 3), new Matrix(2, 4)], 'b'],
    ['eigh', [identity, { b: Matrix.identity(2) }], 'b'],
    ['svdBatch', [[identity, new Matrix(3, 2)]], 'stack[1]'],
    ['svdBatch', [[identity, identity, new Matrix(2, 3)]], 'stack[2]'],
    ['eighBatch', [[identity, Matrix.identity(2)]], 'stack[1]'],
  ])('%s, case %#', async (name, args, argument) => {
    await expectRefusal(named(name), args, { code: 'SHAPE_MISMATCH', argument });
  });
});

describe('the matrix b of eigh', () => {
  const a = Matrix.identity(2);
  test.each<[string, unknown]>([
    ['INVALID_ARGUMENT', null],
    ['INVALID_ARGUMENT', [[1]]],
    ['EMPTY', new Matrix(0, 0)],
    ['NOT_FINITE', Matrix.diagonal([1, Number.NaN])],
    ['SHAPE_MISMATCH', new Matrix(2, 3)],
    [
      'NOT_SYMMETRIC',
      Matrix.from([
        [1, 2],
        [0, 1],
      ]),
    ],
  ])('%s', async (code, b) => {
    await expectRefusal(named('eigh'), [a, { b }], { code: code as 'EMPTY', argument: 'b' });
  });
});

describe.each(byName.filter(([name]) => name.endsWith('Batch')))('%s', (_, f) => {
  test.each([undefined, null, Matrix.identity(2), 'stack', new Set(), { length: 1 }])('refuses %o', async (stack) => {
    await expectRefusal(f, [stack], { code: 'INVALID_ARGUMENT', argument: 'stack' });
  });

  test('refuses a hole in the stack', async () => {
    const stack = Object.assign(Array(2), { 1: Matrix.identity(2) });
    await expectRefusal(f, [stack], { code: 'INVALID_ARGUMENT', argument: 'stack[0]' });
  });

  test('has nothing to do for an empty stack', async () => {
    await expect(f.later([])).resolves.toEqual([]);
  });
});
