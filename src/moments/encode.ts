import type { ByteRows } from '../backends/moments.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkFinite } from '../matrix/check.js';
import { checkArrayAttached, Matrix } from '../matrix/matrix.js';
import { checkImage } from './finite.js';
import { inOrder } from './in-order.js';
import { chunks, empty, type Source } from './source.js';

export interface EncodeOptions extends CallOptions {
  /** Subtracted from every row before it is encoded, as the mean of {@link pca}. */
  mean?: Float64Array;
}

/**
 * The linear encoding Z = X Eᵀ of every row: n×d data and a k×d encoder give n×k. Only Z is held in memory.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE` (naming row and column), `OUT_OF_RANGE` when Z overflows
 * @example
 * ```ts
 * const z = await encode(Matrix.from([[1, -1]]), Matrix.from([[3, 1], [2, 2]])); // [[2], [0]]
 * ```
 */
export async function encode(encoder: Matrix, source: Source, options?: EncodeOptions): Promise<Matrix> {
  const parts: Matrix[] = [];
  for await (const part of encodeChunks(encoder, source, options)) parts.push(part);
  return concatenate(parts);
}

/** The same of rows of bytes, which are finite. */
export async function encodeBytes(encoder: Matrix, rows: ByteRows, options?: EncodeOptions): Promise<Matrix> {
  const { backend, control } = beginCall('encode', options, ['mean']);
  checkDense('encoder', encoder);
  checkFits(encoder, rows);
  const z = await backend.moments.project(control, rows, encoder);
  if (options?.mean !== undefined) subtractRow(z, encodedMean(encoder, options.mean));
  return z;
}

/** How many chunks are on their way at once: while one is computed, the next is copied and the last one checked. */
const AT_ONCE = 3;

/** The encoding of each chunk, as it is computed. */
export async function* encodeChunks(
  encoder: Matrix,
  source: Source,
  options?: EncodeOptions,
): AsyncGenerator<Matrix, void, undefined> {
  const { backend, control } = beginCall('encode', options, ['mean']);
  checkDense('encoder', encoder);
  const offset = options?.mean === undefined ? undefined : encodedMean(encoder, options.mean);
  let row = 0;
  const fitting = async function* () {
    for await (const chunk of chunks('source', source)) {
      control.signal?.throwIfAborted();
      checkFits(encoder, chunk);
      yield chunk;
    }
  };
  yield* inOrder(fitting(), AT_ONCE, async (chunk) => {
    const first = row;
    row += chunk.rows;
    const z = await backend.moments.project(control, chunk, encoder);
    await checkImage(z, chunk, first);
    if (offset !== undefined) subtractRow(z, offset);
    return z;
  });
}

function checkFits(encoder: Matrix, chunk: Pick<Matrix, 'cols'>): void {
  if (chunk.cols === encoder.cols) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The encoder does not fit the data.', {
    argument: 'encoder',
    expected: `with ${chunk.cols} columns, the dimension of the data`,
    received: String(encoder.cols),
  });
}

function encodedMean(encoder: Matrix, mean: Float64Array): Float64Array {
  if (ArrayBuffer.isView(mean)) checkArrayAttached('mean', mean);
  if (!(mean instanceof Float64Array) || mean.length !== encoder.cols) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The mean does not fit the encoder.', {
      argument: 'mean',
      expected: `a Float64Array of length ${encoder.cols}`,
      received: describe(mean),
    });
  }
  checkFinite('mean', new Matrix(1, mean.length, mean));
  return Float64Array.from({ length: encoder.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < encoder.cols; j++) sum += (encoder.data[i * encoder.cols + j] as number) * (mean[j] as number);
    return sum;
  });
}

function subtractRow({ data, rows, cols }: Matrix, offset: Float64Array): void {
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) data[at] = (data[at] as number) - (offset[j] as number);
  }
}

function concatenate(parts: readonly Matrix[]): Matrix {
  const first = parts[0];
  if (first === undefined) throw empty('source');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const all = new Matrix(rows, first.cols);
  let at = 0;
  for (const part of parts) {
    all.data.set(part.data, at);
    at += part.data.length;
  }
  return all;
}
