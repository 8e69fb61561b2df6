import { endianness } from 'node:os';
import type { MatrixData } from '../matrix/matrix.js';
import type { Fault } from './bytes.js';

/** How numbers lie in a file. */
export interface NumberFormat {
  kind: NumberKind;
  endian: Endian;
}

export type Endian = 'LE' | 'BE';
export type NumberKind = keyof typeof ARRAYS;

/** The byte order of this machine, and so of its typed arrays. */
export const NATIVE: Endian = endianness();

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Bytes per number in the file. */
export function byteSize(kind: NumberKind): number {
  return ARRAYS[kind].BYTES_PER_ELEMENT;
}

/** Bytes per number in memory: float32 where that holds every value of the kind exactly, otherwise float64. */
export function decodedSize(kind: NumberKind): 4 | 8 {
  return byteSize(kind) <= 2 || kind === 'float32' ? 4 : 8;
}

/**
 * Turns the bytes of numbers into a float array.
 *
 * @param bytes from the start of a buffer of their own, which is overwritten and may become the result's
 * @param offset where they start in the file
 * @throws what `fault` makes, for a 64-bit integer that float64 cannot hold
 */
export function decodeNumbers(
  bytes: Uint8Array<ArrayBuffer>,
  { kind, endian }: NumberFormat,
  offset: number,
  fault: Fault,
): MatrixData {
  if (endian !== NATIVE) swap(bytes, byteSize(kind));
  const view = new ARRAYS[kind](bytes.buffer, 0, bytes.length / byteSize(kind));
  if (view instanceof Float32Array || view instanceof Float64Array) return view;
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) return fromBigInts(view, offset, fault);
  if (kind === 'bool') return Float32Array.from(view, (value) => (value === 0 ? 0 : 1));
  // The constructor converts in C++, eight times faster than a loop here.
  return decodedSize(kind) === 4 ? new Float32Array(view) : new Float64Array(view);
}

function swap(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer, 0, bytes.length);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

function fromBigInts(view: BigInt64Array | BigUint64Array, offset: number, fault: Fault): Float64Array {
  const out = new Float64Array(view.length);
  for (let i = 0; i < view.length; i++) {
    out[i] = Number(view[i]);
    if (Number.isSafeInteger(out[i])) continue;
    throw fault('An integer is too large for float64 to hold exactly.', {
      offset: offset + 8 * i,
      expected: 'at most 2^53 − 1 in magnitude',
      received: String(view[i]),
    });
  }
  return out;
}
