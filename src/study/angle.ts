import type { Site } from '../closed-form/whitening.js';
import { Matrix } from '../matrix/matrix.js';

/**
 * The sine of the largest principal angle between an encoder's row space and the span of the first `dims` coordinates:
 * with orthonormal rows Q of the same span, the largest singular value of the other columns of Q. Dependent rows (a class
 * without samples) drop out. Right to about 1e-8, by way of squares.
 */
export async function sineToSignal({ backend, control }: Site, encoder: Matrix, dims: number): Promise<number> {
  const { matmul, whiten, eigh } = backend.linalg.async;
  const gram = await matmul(control, encoder, encoder, false, true);
  const { whitener } = await whiten(control, gram, encoder.rows * Number.EPSILON);
  const outside = columnsFrom(await matmul(control, whitener, encoder, false, false), dims);
  const squared = await matmul(control, outside, outside, false, true);
  const { values } = await eigh(control, squared, undefined, 1);
  return Math.sqrt(Math.min(1, Math.max(0, values[0] as number)));
}

function columnsFrom(a: Matrix, start: number): Matrix {
  const out = new Matrix(a.rows, a.cols - start);
  for (let i = 0; i < a.rows; i++) out.data.set(a.row(i).subarray(start), i * out.cols);
  return out;
}
