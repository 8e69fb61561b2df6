import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { ByteReader, type Fault, type Member } from './bytes.js';
import { byteSize, decodedSize, decodeNumbers, type NumberFormat } from './numbers.js';
import { type PackedRows, setPacked } from './packed.js';
import { type ChunkedSource, rowsPerChunk } from './source.js';

/** A file that is a header and then rows of equally many numbers. */
export interface ArrayFile {
  path: string;
  /** Where the array is a member of a zip archive. */
  member?: Member | undefined;
  header: Uint8Array;
  shape: readonly number[];
  format: NumberFormat;
}

/** More numbers than this in one row are not streamed: a chunk holds at least one row. */
const WIDEST = 2 ** 26;

/** n×d: the first dimension, and all others flattened. A vector is n×1 and a single number 1×1. */
export function extents(shape: readonly number[]): { rows: number; cols: number } {
  return { rows: shape[0] ?? 1, cols: shape.slice(1).reduce((product, extent) => product * extent, 1) };
}

/** Empty extents count as one here, lest they hide the others. */
export function checkShape(shape: readonly number[], offset: number, fault: Fault): void {
  if (Number.isSafeInteger(shape.reduce((product, extent) => product * Math.max(1, extent), 1))) return;
  throw fault('The header promises more than any file can hold.', {
    offset,
    expected: 'fewer than 2^53 elements',
    received: shape.join('×').slice(0, 200),
  });
}

/** Checks what a header says against the file. Called when the file is opened and again in each iteration. */
export function checkArray(reader: ByteReader, { header, shape, format }: Omit<ArrayFile, 'path'>): void {
  checkShape(shape, header.length, (summary, facts) => reader.fault(summary, facts));
  const { rows, cols } = extents(shape);
  const bytes = header.length + rows * cols * byteSize(format.kind);
  const text = `a header of ${header.length} and ${rows}×${cols} ${format.kind} numbers`;
  reader.expectSize(bytes, text);
  if (cols > WIDEST) {
    throw new EigenviewError('TOO_LARGE', `One row has ${cols} numbers.`, {
      file: reader.path,
      expected: `at most ${WIDEST} columns`,
      fix: 'Store the array with its samples along the first dimension.',
    });
  }
}

/** The rows as a source, float32 or float64 by {@link decodedSize}. */
export function arraySource(file: ArrayFile): ChunkedSource {
  const { rows, cols } = extents(file.shape);
  const source: ChunkedSource = {
    rows,
    cols,
    rowShape: file.shape.slice(1),
    [Symbol.asyncIterator]: () => chunksOf(file, (reader, count) => readRows(reader, count, cols, file.format)),
  };
  const packed = () => chunksOf(file, (reader, count) => readBytes(reader, count, cols));
  return setPacked(source, file.format.kind === 'uint8' ? packed : undefined);
}

async function* chunksOf<Chunk>(
  file: ArrayFile,
  read: (reader: ByteReader, rows: number) => Promise<Chunk>,
): AsyncGenerator<Chunk, void, undefined> {
  const { rows, cols } = extents(file.shape);
  const reader = await reopen(file);
  try {
    const step = rowsPerChunk(cols * decodedSize(file.format.kind));
    for (let row = 0; row < rows; row += step) {
      const chunk = await read(reader, Math.min(step, rows - row));
      if (row + step >= rows) await reader.end();
      yield chunk;
    }
    if (rows === 0) await reader.end();
  } finally {
    await reader.close();
  }
}

async function readBytes(reader: ByteReader, rows: number, cols: number): Promise<PackedRows> {
  return { rows, cols, bytes: await reader.fill(Buffer.allocUnsafeSlow(rows * cols), 'numbers') };
}

/** Opens the file again and passes over its header. */
export async function reopen(file: ArrayFile): Promise<ByteReader> {
  const reader = await ByteReader.open(file.path, file.member);
  try {
    const header = await reader.fill(new Uint8Array(file.header.length), 'header');
    if (Buffer.compare(header, file.header) !== 0) {
      throw reader.fault('The file has changed since it was opened.', { offset: 0, fix: 'Open it again.' });
    }
    checkArray(reader, file);
    return reader;
  } catch (cause) {
    await reader.close();
    throw cause;
  }
}

/** The next rows. */
export async function readRows(reader: ByteReader, rows: number, cols: number, format: NumberFormat): Promise<Matrix> {
  const start = reader.offset;
  const bytes = await reader.fill(Buffer.allocUnsafeSlow(rows * cols * byteSize(format.kind)), 'numbers');
  const data = decodeNumbers(bytes, format, start, (summary, facts) => reader.fault(summary, facts));
  return new Matrix(rows, cols, data);
}

/** All rows of a source in one matrix. */
export async function readAll(source: ChunkedSource): Promise<Matrix> {
  let whole: Matrix | undefined;
  let row = 0;
  for await (const chunk of source) {
    if (chunk.rows === source.rows) return chunk;
    whole ??= new Matrix(source.rows, source.cols, newLike(chunk, source.rows * source.cols));
    whole.data.set(chunk.data, row * source.cols);
    row += chunk.rows;
  }
  return whole ?? new Matrix(source.rows, source.cols);
}

function newLike({ data }: Matrix, length: number): Matrix['data'] {
  return data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}
