/** Alignment (Wang & Isola, ICML 2020, section 4.1.1). */
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkAttached, checkDense, checkNumber, checkSameShape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { squaredNorms, withDirections } from './unit-rows.js';

export interface AlignmentOptions extends CallOptions {
  /** The power of the distance, above 0 and at most 100, default 2; 2^alpha is the largest distance there is. */
  alpha?: number;
}

/**
 * How near the two views of a sample come: the mean of ‖u − u′‖^alpha over pairs of rows, brought to unit length here. Between
 * 0 and 2^alpha; 2 on average for unrelated directions and alpha 2.
 *
 * @param z1 n×d, an embedded view a row
 * @param z2 n×d, another view of the same samples
 * @throws EigenviewError `SHAPE_MISMATCH`, `OUT_OF_RANGE` for a row of zeros, or alpha; `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * console.log(await alignment(Matrix.from([[1, 0]]), Matrix.from([[0, 3]]))); // 2
 * ```
 */
export async function alignment(z1: Matrix, z2: Matrix, options?: AlignmentOptions): Promise<number> {
  const { control } = beginCall('alignment', options, ['alpha']);
  const { alpha = 2 } = options ?? {};
  checkNumber('alpha', alpha, { min: 0, above: true, max: 100 });
  checkDense('z1', z1);
  checkDense('z2', z2);
  checkSameShape('z2', z2, z1.rows, z1.cols);
  const [a, b] = [await withDirections('z1', z1), await withDirections('z2', z2)];
  const lengths = [await lengthsOf(a), await lengthsOf(b)] as const;
  let total = 0;
  await inStretches(a.rows, rowsAtOnce(a.cols), (from, to) => {
    control.signal?.throwIfAborted();
    checkAttached('z1', a);
    checkAttached('z2', b);
    for (let i = from; i < to; i++) total += Math.sqrt(squaredDistance(a, b, i, lengths)) ** alpha;
  });
  return total / z1.rows;
}

async function lengthsOf(z: Matrix): Promise<Float64Array> {
  return (await squaredNorms(z)).map(Math.sqrt);
}

/** From differences, not from the cosine, which would lose near views to rounding. */
function squaredDistance(z1: Matrix, z2: Matrix, row: number, lengths: readonly [Float64Array, Float64Array]): number {
  const scale1 = 1 / (lengths[0][row] as number);
  const scale2 = 1 / (lengths[1][row] as number);
  let sum = 0;
  for (let j = 0, at = row * z1.cols; j < z1.cols; j++, at++) {
    sum += ((z1.data[at] as number) * scale1 - (z2.data[at] as number) * scale2) ** 2;
  }
  return sum;
}
