import { afterEach, describe, expect, test, vi } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const a = Matrix.from([
  [1, 2, 3],
  [4, 5, 6],
]);

function transferred(rows: number, cols: number): Matrix {
  const matrix = new Matrix(rows, cols);
  structuredClone(matrix.data, { transfer: [matrix.data.buffer as ArrayBuffer] });
  return matrix;
}

describe('a new matrix', () => {
  test('uses the array it is given', () => {
    const data = Float64Array.of(1, 2, 3, 4);
    const matrix = new Matrix(2, 2, data);
    expect(matrix.data).toBe(data);
    data[3] = 7;
    expect(matrix.get(1, 1)).toBe(7);
  });

  test('is zero without an array, and float64', () => {
    expect(new Matrix(2, 3)).toEqual(Matrix.zeros(2, 3));
    expect(Matrix.zeros(2, 3).data).toEqual(new Float64Array(6));
  });

  test('may be empty', () => {
    expect([new Matrix(0, 0), new Matrix(0, 4), new Matrix(4, 0)].map((m) => m.data.length)).toEqual([0, 0, 0]);
    expect(Matrix.from([])).toEqual(new Matrix(0, 0));
    expect(new Matrix(3, 0).toArray()).toEqual([[], [], []]);
  });

  test('may look at part of a buffer, or at memory shared with workers', () => {
    const buffer = new SharedArrayBuffer(64);
    const matrix = new Matrix(2, 2, new Float64Array(buffer, 16, 4));
    matrix.data[2] = 5;
    expect(matrix.get(1, 0)).toBe(5);
  });

  test('keeps its shape and its array', () => {
    const matrix: { rows: number; data: unknown } = Matrix.identity(2);
    expect(() => {
      matrix.rows = 100;
    }).toThrow(TypeError);
    expect(() => {
      matrix.data = new Int32Array(4);
    }).toThrow(TypeError);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', undefined, null, 2n])(
    'has no extent %s',
    async (n) => {
      for (const [argument, call] of [
        ['rows', () => new Matrix(n as number, 1)],
        ['cols', () => new Matrix(1, n as number)],
      ] as const) {
        expect(await failure(call)).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
      }
    },
  );

  test.each([[[1, 2, 3, 4]], [new Int32Array(4)], [new BigInt64Array(4)], [new ArrayBuffer(32)], [null], ['1234']])(
    'is not made of %o',
    async (data) => {
      const error = await failure(() => new Matrix(2, 2, data as unknown as Float64Array));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'data' });
    },
  );

  test.each([3, 5, 0])('of 2×2 does not take %i numbers', async (length) => {
    const error = await failure(() => new Matrix(2, 2, new Float64Array(length)));
    expect(error.argument).toBe('data');
    expect(error.code).toBe(length === 0 ? 'DETACHED' : 'SHAPE_MISMATCH');
    expect(error.message).toContain('of length 4 (2×2) but received length');
  });

  test('does not take an array that was transferred away', async () => {
    const { data } = transferred(2, 2);
    expect(await failure(() => new Matrix(2, 2, data))).toMatchObject({ code: 'DETACHED', argument: 'data' });
  });

  test.each([
    [2 ** 16, 2 ** 16],
    [2 ** 31, 2 ** 31],
    [1e200, 1e200],
  ])('of %d×%d is too large for one array', async (rows, cols) => {
    expect(await failure(() => new Matrix(rows, cols))).toMatchObject({ code: 'TOO_LARGE', argument: 'rows * cols' });
  });
});

describe('when memory runs out', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('says so', async () => {
    const cause = new RangeError('Array buffer allocation failed');
    vi.stubGlobal(
      'Float64Array',
      class {
        constructor() {
          throw cause;
        }
      },
    );
    const error = await failure(() => new Matrix(3, 4));
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', cause });
    expect(error.message).toContain('3×4');
  });
});

describe('Matrix.from', () => {
  test('copies rows', () => {
    expect([a.rows, a.cols, [...a.data]]).toEqual([2, 3, [1, 2, 3, 4, 5, 6]]);
  });

  test('keeps missing values', () => {
    expect(Matrix.from([[Number.NaN, Number.NEGATIVE_INFINITY]]).toArray()).toEqual([[Number.NaN, -Infinity]]);
  });

  test.each([
    ['rows[1]', 'SHAPE_MISMATCH', [[1, 2], [3]]],
    ['rows[1]', 'SHAPE_MISMATCH', [[], [3]]],
    ['rows[0][1]', 'INVALID_ARGUMENT', [[1, '2']]],
    ['rows[1][0]', 'INVALID_ARGUMENT', [[1], [null]]],
    ['rows[0][1]', 'INVALID_ARGUMENT', [Object.assign(Array(2), [1])]],
    ['rows', 'INVALID_ARGUMENT', [1, 2]],
    ['rows', 'INVALID_ARGUMENT', [new Float64Array(2)]],
    ['rows', 'INVALID_ARGUMENT', Object.assign(Array(2), [[1, 2]])],
    ['rows', 'INVALID_ARGUMENT', 'abc'],
    ['rows', 'INVALID_ARGUMENT', undefined],
  ])('blames %s: %s for %j', async (argument, code, rows) => {
    expect(await failure(() => Matrix.from(rows as number[][]))).toMatchObject({ code, argument });
  });
});

describe('Matrix.diagonal', () => {
  test('takes any array of numbers', () => {
    const expected = Matrix.from([
      [2, 0],
      [0, 3],
    ]);
    expect(Matrix.diagonal([2, 3])).toEqual(expected);
    expect(Matrix.diagonal(Int8Array.of(2, 3))).toEqual(expected);
    expect(Matrix.diagonal([])).toEqual(new Matrix(0, 0));
  });

  test.each([
    ['values', null],
    ['values', undefined],
    ['values', 5],
    ['values[0]', 'ab'],
    ['values[1]', [1, '2']],
  ])('blames %s of %j', async (argument, values) => {
    const error = await failure(() => Matrix.diagonal(values as number[]));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
  });
});

test('the identity has ones on its diagonal', () => {
  expect(Matrix.identity(3)).toEqual(Matrix.diagonal([1, 1, 1]));
});

describe('reading', () => {
  test('an element', () => {
    expect([a.get(0, 0), a.get(0, 2), a.get(1, 0)]).toEqual([1, 3, 4]);
  });

  test('a row is a view', () => {
    const matrix = Matrix.zeros(2, 2);
    matrix.row(1)[0] = 9;
    expect(matrix.toArray()).toEqual([
      [0, 0],
      [9, 0],
    ]);
  });

  test.each([-1, 2, 0.5, Number.NaN, '0', undefined])('there is no row %s', async (i) => {
    const index = i as number;
    expect(await failure(() => a.get(index, 0))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'i' });
    expect(await failure(() => a.row(index))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'i' });
  });

  test('there is no column past the last', async () => {
    const error = await failure(() => a.get(0, 3));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'j' });
    expect(error.message).toContain('from 0 to 2 but received 3');
  });

  test('there is nothing in an empty matrix', async () => {
    expect((await failure(() => new Matrix(0, 2).row(0))).message).toContain('the matrix is empty');
  });

  test.each([
    ['get', (m: Matrix) => m.get(0, 0)],
    ['row', (m: Matrix) => m.row(0)],
    ['toArray', (m: Matrix) => m.toArray()],
    ['transpose', (m: Matrix) => m.transpose()],
  ])('%s says that the buffer is gone', async (_, read) => {
    expect(await failure(() => read(transferred(2, 3)))).toMatchObject({ code: 'DETACHED', argument: 'data' });
  });
});

const shapes = fc.tuple(fc.nat(6), fc.nat(6)).chain(([rows, cols]) =>
  fc.record({
    rows: fc.constant(rows),
    cols: fc.constant(cols),
    values: fc.array(fc.double(), { minLength: rows * cols, maxLength: rows * cols }),
    single: fc.boolean(),
  }),
);

test('transposing swaps indices, keeps the number type and undoes itself', () => {
  fc.assert(
    fc.property(shapes, ({ rows, cols, values, single }) => {
      const matrix = new Matrix(rows, cols, single ? Float32Array.from(values) : Float64Array.from(values));
      const turned = matrix.transpose();
      expect([turned.rows, turned.cols]).toEqual([cols, rows]);
      expect(turned.data.constructor).toBe(matrix.data.constructor);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) expect(turned.get(j, i)).toBe(matrix.get(i, j));
      }
      expect(turned.transpose()).toEqual(matrix);
    }),
  );
});

test('nested arrays and matrices are the same thing', () => {
  fc.assert(
    fc.property(
      shapes.filter(({ rows, cols }) => rows > 0 || cols === 0),
      ({ rows, cols, values }) => {
        const matrix = new Matrix(rows, cols, Float64Array.from(values));
        expect(Matrix.from(matrix.toArray())).toEqual(matrix);
      },
    ),
  );
});
