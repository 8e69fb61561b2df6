import { describe, EigenviewError } from '../errors.js';
import { checkMatrix } from '../matrix/check.js';
import { checkArrayAttached, Matrix, type MatrixData } from '../matrix/matrix.js';
import { writeAtomically } from '../store/atomic.js';
import { type ArrayFile, arraySource, checkArray, checkShape, extents, readRows, reopen } from './array.js';
import { ByteReader, type Fault, type Member } from './bytes.js';
import { makeNpyHeader, type NpyHeader, parseNpyHeader } from './npy-header.js';
import { byteSize, decodedSize, decodeNumbers } from './numbers.js';
import { type ChunkedSource, rowsPerChunk } from './source.js';

/** What an npy file is written from: a matrix, a vector or one number. */
export type NpyValue = Matrix | Float64Array | Float32Array | Int32Array | number;

/** A Fortran-order array has its rows spread over the whole file, so it is read whole: up to this many bytes. */
const LARGEST_FORTRAN = 64 << 20;

/**
 * A NumPy array file of versions 1 to 3, plain or gzip: numbers of any size in either byte order, and booleans. A vector
 * is n×1; of more than two dimensions, the first is the rows and the others are flattened. Fortran order is read up to
 * 64 MB. Numbers come as float32 where that holds every value of the type exactly, otherwise as float64.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, `TOO_LARGE` for a large Fortran-order array, or `FILE_FORMAT` for
 * anything else, among it a 64-bit integer that float64 cannot hold
 * @example
 * ```ts
 * await writeNpy('x.npy', Matrix.from([[1, 2], [3, 4]]));
 * for await (const chunk of await openNpy('x.npy')) console.log(chunk.toArray());
 * ```
 */
export async function openNpy(path: string): Promise<ChunkedSource> {
  return npySource(path);
}

/** An npy file, or one in a zip archive. */
export function npySource(path: string, member?: Member): Promise<ChunkedSource> {
  return ByteReader.with(path, member, async (reader) => {
    const parser = parseNpyHeader((summary, facts) => reader.fault(summary, facts));
    let step = parser.next();
    while (!step.done) step = parser.next(await reader.fill(new Uint8Array(step.value), 'header'));
    const { bytes: header, shape, format, fortran } = step.value;
    const file = { path, member, header, shape, format };
    checkArray(reader, file);
    return fortran && shape.length > 1 ? fortranSource(file) : arraySource(file);
  });
}

function fortranSource(file: ArrayFile): ChunkedSource {
  const { rows, cols } = extents(file.shape);
  const bytes = rows * cols * decodedSize(file.format.kind);
  if (bytes > LARGEST_FORTRAN) {
    throw new EigenviewError('TOO_LARGE', 'A large array in Fortran order cannot be read row by row.', {
      file: file.path,
      expected: `at most ${LARGEST_FORTRAN} bytes, or C order`,
      received: `${bytes} bytes in Fortran order`,
      fix: 'Save np.ascontiguousarray(x) instead.',
    });
  }
  return {
    rows,
    cols,
    rowShape: file.shape.slice(1),
    async *[Symbol.asyncIterator]() {
      const reader = await reopen(file);
      let whole: MatrixData;
      try {
        whole = toRowMajor((await readRows(reader, rows, cols, file.format)).data, file.shape);
        await reader.end();
      } finally {
        await reader.close();
      }
      const step = rowsPerChunk(cols * whole.BYTES_PER_ELEMENT);
      for (let row = 0; row < rows; row += step) {
        const end = Math.min(rows, row + step);
        yield new Matrix(end - row, cols, whole.slice(row * cols, end * cols));
      }
    },
  };
}

/** Element (i, j₁, j₂, …) of a Fortran-order array lies at i + j₁ n + j₂ n d₁ + …, and goes to row i. */
function toRowMajor(data: MatrixData, shape: readonly number[]): MatrixData {
  const { rows, cols } = extents(shape);
  const out = new Matrix(rows, cols, data.slice()).data;
  for (let col = 0; col < cols; col++) {
    const from = columnOffset(col, shape);
    for (let row = 0; row < rows; row++) out[row * cols + col] = data[from + row] as number;
  }
  return out;
}

/** The C-order column index in mixed radix, last dimension fastest, with the Fortran strides put in. */
function columnOffset(col: number, shape: readonly number[]): number {
  let rest = col;
  let offset = 0;
  let stride = shape.reduce((product, extent) => product * extent, 1);
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const extent = shape[axis] as number;
    stride /= extent;
    offset += (rest % extent) * stride;
    rest = Math.floor(rest / extent);
  }
  return offset;
}

/**
 * The matrix in the bytes of an npy file; `name` stands for the file in errors.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` or `FILE_FORMAT`
 */
export function decodeNpy(bytes: Uint8Array, name = 'bytes'): Matrix {
  if (!(bytes instanceof Uint8Array)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'decodeNpy takes the bytes of an npy file.', {
      argument: 'bytes',
      expected: 'a Uint8Array',
      received: describe(bytes),
    });
  }
  const fault: Fault = (summary, facts) => new EigenviewError('FILE_FORMAT', summary, { file: name, ...facts });
  const { bytes: header, shape, format, fortran } = headerOf(bytes, fault);
  checkShape(shape, header.length, fault);
  const { rows, cols } = extents(shape);
  const wanted = rows * cols * byteSize(format.kind);
  if (header.length + wanted !== bytes.length) {
    throw fault('The data do not fill the shape.', {
      offset: Math.min(header.length + wanted, bytes.length),
      expected: `${wanted} bytes for ${rows}×${cols} ${format.kind} numbers`,
      received: `${bytes.length - header.length}`,
    });
  }
  const data = decodeNumbers(new Uint8Array(bytes.subarray(header.length)), format, header.length, fault);
  return new Matrix(rows, cols, fortran && shape.length > 1 ? toRowMajor(data, shape) : data);
}

function headerOf(bytes: Uint8Array, fault: Fault): NpyHeader {
  const parser = parseNpyHeader(fault);
  let at = 0;
  let step = parser.next();
  while (!step.done) {
    const piece = bytes.subarray(at, at + step.value);
    if (piece.length < step.value) {
      throw fault('The header is cut off.', {
        offset: bytes.length,
        expected: `${step.value - piece.length} more bytes`,
        received: 'the end',
      });
    }
    at += piece.length;
    step = parser.next(piece);
  }
  return step.value;
}

/**
 * The bytes of an npy file (version 1, this machine's byte order): a matrix as 2-D, an array as 1-D, a number as 0-D.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` or `DETACHED`
 */
export function encodeNpy(value: NpyValue): Uint8Array {
  return Buffer.concat(npyPieces('value', value));
}

/**
 * Writes an npy file, whole or not at all.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `DETACHED` or `FILE_IO`
 */
export async function writeNpy(path: string, value: NpyValue): Promise<void> {
  await writeAtomically(path, npyPieces('value', value));
}

/** Header and numbers; the numbers are the value's own memory. */
export function npyPieces(argument: string, value: NpyValue): [Uint8Array, Uint8Array] {
  if (typeof value === 'number') return [makeNpyHeader('f8', []), bytesOf(Float64Array.of(value))];
  if (ArrayBuffer.isView(value)) checkArrayAttached(argument, value);
  if (value instanceof Int32Array) return [makeNpyHeader('i4', [value.length]), bytesOf(value)];
  if (value instanceof Float32Array) return [makeNpyHeader('f4', [value.length]), bytesOf(value)];
  if (value instanceof Float64Array) return [makeNpyHeader('f8', [value.length]), bytesOf(value)];
  checkMatrix(argument, value);
  const type = value.data instanceof Float32Array ? 'f4' : 'f8';
  return [makeNpyHeader(type, [value.rows, value.cols]), bytesOf(value.data)];
}

function bytesOf(array: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
