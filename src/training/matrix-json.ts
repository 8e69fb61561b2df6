/** Matrices in JSON, to the last bit: shape, and base64 of little-endian float64 numbers. */
import { endianness } from 'node:os';
import { EigenviewError } from '../errors.js';
import { checkFinite, checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { JsonArray } from '../moments/serialise.js';

export function encodeMatrix({ rows, cols, data }: Matrix): JsonArray {
  const bytes = Buffer.from(new Float64Array(data).buffer);
  if (endianness() === 'BE') bytes.swap64();
  return { rows, cols, base64: bytes.toString('base64') };
}

/** @throws EigenviewError `SHAPE_MISMATCH`, `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `NOT_FINITE` */
export function decodeMatrix(argument: string, value: unknown): Matrix {
  const { rows, cols, base64 } = (value ?? {}) as Partial<JsonArray>;
  checkInteger(`${argument}.rows`, rows, { min: 1 });
  checkInteger(`${argument}.cols`, cols, { min: 1 });
  const bytes = Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
  if (bytes.length !== 8 * rows * cols) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The numbers do not fill the shape.', {
      argument: `${argument}.base64`,
      expected: `${8 * rows * cols} bytes (${rows}×${cols} float64)`,
      received: String(bytes.length),
    });
  }
  if (endianness() === 'BE') bytes.swap64();
  // Copied: Node keeps small buffers in a shared pool, at any offset.
  const matrix = new Matrix(rows, cols, new Float64Array(new Uint8Array(bytes).buffer));
  checkFinite(argument, matrix);
  return matrix;
}
