/** Matrices in JSON, to the last bit, as moments are: shape, and base64 of little-endian float64 numbers. */
import { checkFinite } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { decode, encode, type JsonArray } from '../moments/serialise.js';

export function encodeMatrix(matrix: Matrix): JsonArray {
  return encode(matrix);
}

/** @throws EigenviewError `SHAPE_MISMATCH`, `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `NOT_FINITE` */
export function decodeMatrix(argument: string, value: unknown): Matrix {
  const matrix = decode(argument, value);
  checkFinite(argument, matrix);
  return matrix;
}
