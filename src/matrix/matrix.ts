import { describe, EigenviewError } from '../errors.js';

/** The number types a {@link Matrix} can hold. Arithmetic is done in float64 either way. */
export type MatrixData = Float64Array | Float32Array;

/**
 * A dense row-major matrix: element (i, j) is `data[i * cols + j]`.
 *
 * The array is used as it is, not copied. Rows are samples wherever a matrix stands for data.
 *
 * @example
 * ```ts
 * const a = Matrix.from([[1, 2], [3, 4]]);
 * console.log(a.get(1, 0)); // 3
 * ```
 */
export class Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: MatrixData;

  /**
   * @param rows number of rows, a non-negative integer
   * @param cols number of columns, a non-negative integer
   * @param data `rows * cols` numbers, row after row; zeros when absent
   * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `DETACHED`, `TOO_LARGE` or `OUT_OF_MEMORY`
   */
  constructor(rows: number, cols: number, data?: MatrixData) {
    checkExtent('rows', rows);
    checkExtent('cols', cols);
    if (rows * cols > MAX_ELEMENTS) {
      throw new EigenviewError('TOO_LARGE', `A ${rows}×${cols} matrix does not fit in one array.`, {
        argument: 'rows * cols',
        expected: `at most ${MAX_ELEMENTS}`,
        received: String(rows * cols),
        fix: 'Pass the data as an iterable of smaller matrices.',
      });
    }
    if (data !== undefined && !(data instanceof Float64Array || data instanceof Float32Array)) {
      throw new EigenviewError('INVALID_ARGUMENT', 'The data of a matrix must be a float array.', {
        argument: 'data',
        expected: 'a Float64Array or Float32Array',
        received: describe(data),
        fix: 'Use Matrix.from for nested arrays of numbers.',
      });
    }
    if (data !== undefined && data.length !== rows * cols) {
      const detached = data.buffer.byteLength === 0 && rows * cols > 0;
      throw new EigenviewError(
        detached ? 'DETACHED' : 'SHAPE_MISMATCH',
        detached ? 'The data array has been transferred away or is empty.' : 'The data does not fill the shape.',
        {
          argument: 'data',
          expected: `of length ${rows * cols} (${rows}×${cols})`,
          received: `length ${data.length}`,
        },
      );
    }
    this.rows = rows;
    this.cols = cols;
    this.data = data ?? allocate(rows, cols);
    // Kernels trust the shape: one that changed under them would have them read past the end.
    Object.freeze(this);
  }

  /**
   * A float64 matrix from nested arrays, one per row.
   *
   * @throws EigenviewError `SHAPE_MISMATCH` when the rows differ in length, `INVALID_ARGUMENT` for anything but numbers
   */
  static from(rows: readonly (readonly number[])[]): Matrix {
    // Not `every`, which skips the holes of a sparse array.
    if (!Array.isArray(rows) || Array.from(rows, Array.isArray).includes(false)) {
      throw new EigenviewError('INVALID_ARGUMENT', 'Matrix.from takes an array of rows.', {
        argument: 'rows',
        expected: 'an array of arrays of numbers',
        received: describe(rows),
      });
    }
    const cols = rows[0]?.length ?? 0;
    const result = new Matrix(rows.length, cols);
    rows.forEach((row, i) => {
      if (row.length !== cols) {
        throw new EigenviewError('SHAPE_MISMATCH', 'The rows of a matrix must have one length.', {
          argument: `rows[${i}]`,
          expected: `of length ${cols}`,
          received: `length ${row.length}`,
        });
      }
      for (let j = 0; j < cols; j++) result.data[i * cols + j] = element(`rows[${i}][${j}]`, row[j]);
    });
    return result;
  }

  /** A float64 matrix of zeros. */
  static zeros(rows: number, cols: number): Matrix {
    return new Matrix(rows, cols);
  }

  /** The n×n identity. */
  static identity(n: number): Matrix {
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
    return result;
  }

  /** A square matrix with the given values on its diagonal. @throws EigenviewError `INVALID_ARGUMENT` */
  static diagonal(values: ArrayLike<number>): Matrix {
    const n: unknown = (values as ArrayLike<number> | null | undefined)?.length;
    if (typeof n !== 'number') {
      throw new EigenviewError('INVALID_ARGUMENT', 'Matrix.diagonal takes an array of numbers.', {
        argument: 'values',
        expected: 'an array of numbers',
        received: describe(values),
      });
    }
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++) result.data[i * n + i] = element(`values[${i}]`, values[i]);
    return result;
  }

  /** Element (i, j). @throws EigenviewError `OUT_OF_RANGE` or `DETACHED` */
  get(i: number, j: number): number {
    checkAttached('data', this);
    checkIndex('i', i, this.rows);
    checkIndex('j', j, this.cols);
    return this.data[i * this.cols + j] as number;
  }

  /** Row i as a view into the same memory. @throws EigenviewError `OUT_OF_RANGE` or `DETACHED` */
  row(i: number): MatrixData {
    checkAttached('data', this);
    checkIndex('i', i, this.rows);
    return this.data.subarray(i * this.cols, (i + 1) * this.cols);
  }

  /** A transposed copy of the same number type. */
  transpose(): Matrix {
    const { rows, cols, data } = this;
    const out = data instanceof Float32Array ? new Float32Array(data.length) : new Float64Array(data.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j] as number;
    }
    return new Matrix(cols, rows, out);
  }

  /** The rows as plain arrays. */
  toArray(): number[][] {
    return Array.from({ length: this.rows }, (_, i) => Array.from(this.row(i)));
  }
}

/** V8's limit on the length of a typed array in Node 20. */
const MAX_ELEMENTS = 2 ** 32 - 1;

function allocate(rows: number, cols: number): Float64Array {
  try {
    return new Float64Array(rows * cols);
  } catch (cause) {
    throw new EigenviewError('OUT_OF_MEMORY', `No memory for a ${rows}×${cols} matrix.`, { cause });
  }
}

/** A transferred buffer has length 0 under a shape that is not. */
export function checkAttached(argument: string, { rows, cols, data }: Matrix): void {
  if (data.length !== rows * cols) {
    throw new EigenviewError('DETACHED', `The buffer of ${argument} was transferred away.`, {
      argument,
      expected: `${rows * cols} numbers`,
      received: `${data.length}`,
      fix: 'Keep the buffer in this thread until the call has settled, or pass a copy.',
    });
  }
}

/** The same for a plain typed array, whose length says nothing: an empty one has no numbers either. */
export function checkArrayAttached(argument: string, array: ArrayBufferView): void {
  try {
    new Uint8Array(array.buffer, 0, 0);
  } catch (cause) {
    throw new EigenviewError('DETACHED', `The buffer of ${argument} was transferred away.`, {
      argument,
      fix: 'Keep the buffer in this thread until the call has settled, or pass a copy.',
      cause,
    });
  }
}

function element(argument: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw new EigenviewError('INVALID_ARGUMENT', 'The elements of a matrix must be numbers.', {
    argument,
    expected: 'a number',
    received: describe(value),
  });
}

function checkExtent(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A matrix has whole, non-negative extents.', {
      argument,
      expected: 'a non-negative integer',
      received: describe(value),
    });
  }
}

function checkIndex(argument: string, value: number, end: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= end) {
    throw new EigenviewError('OUT_OF_RANGE', 'Index outside the matrix.', {
      argument,
      expected: end === 0 ? 'absent, as the matrix is empty' : `an integer from 0 to ${end - 1}`,
      received: describe(value),
    });
  }
}
