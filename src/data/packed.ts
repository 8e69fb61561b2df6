/**
 * Rows as they lie in the file, for who reads them more than once: a byte a number is a quarter of the memory that float32
 * takes, and turning it into one again costs less than fetching one from memory that has not been used before.
 */
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';

/** Whole rows of unsigned bytes. */
export interface PackedRows {
  rows: number;
  cols: number;
  bytes: Uint8Array;
}

export type ReadPacked = () => AsyncIterable<PackedRows>;

/**
 * By source, not in it: who spreads a source to replace its rows must not keep the old ones under another name.
 */
const readers = new WeakMap<object, ReadPacked>();

/** Says how the rows of a source are read without turning them into floats. */
export function setPacked<Source extends object>(source: Source, read: ReadPacked | undefined): Source {
  if (read !== undefined) readers.set(source, read);
  return source;
}

/** How the same rows as the source's are read as bytes, if they are bytes. */
export function packedReader(source: object): ReadPacked | undefined {
  return readers.get(source);
}

/** The rows as float32, in an array that is large enough and whose numbers are overwritten. */
export function unpackRows({ rows, cols, bytes }: PackedRows, buffer: Float32Array): Matrix {
  if (buffer.length < bytes.length)
    throw new EigenviewError('INTERNAL', `unpackRows: ${buffer.length} < ${bytes.length}`);
  const data = buffer.subarray(0, bytes.length);
  data.set(bytes);
  return new Matrix(rows, cols, data);
}
