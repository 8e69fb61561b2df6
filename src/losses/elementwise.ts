/** What is done number by number, in this thread: in stretches between which the event loop turns. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Control } from '../backends/linalg.js';
import { type Batch, checkFiniteBatches, checkOverflow, type LossControl } from '../backends/losses.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { type Loss, weigh } from './loss.js';

/** Float64 copies as of the call. @throws EigenviewError `NOT_FINITE` */
export function copied(batches: readonly Batch[]): Matrix[] {
  checkFiniteBatches(batches);
  return batches.map(({ matrix: { rows, cols, data } }) => new Matrix(rows, cols, new Float64Array(data)));
}

/**
 * Calls work(from, to) for stretches of the rows.
 *
 * @param cost of a number of the row, in plain additions
 */
export async function overRows(
  { signal }: Control,
  { rows, cols }: { rows: number; cols: number },
  work: (from: number, to: number) => void,
  cost = 1,
): Promise<void> {
  const stretch = rowsAtOnce(cols * cost);
  // Whoever calls may have had this turn's share already.
  if (rows > stretch) await nextTurn();
  await inStretches(rows, stretch, (from, to) => {
    signal?.throwIfAborted();
    work(from, to);
  });
}

/** Σ factor · matrix, of matrices of one shape. */
export async function combined(control: Control, terms: readonly (readonly [number, Matrix])[]): Promise<Matrix> {
  const { rows, cols } = (terms[0] as readonly [number, Matrix])[1];
  const sum = new Matrix(rows, cols);
  const work = (from: number, to: number) => {
    for (const [factor, { data }] of terms) {
      for (let at = from * cols; at < to * cols; at++) {
        sum.data[at] = (sum.data[at] as number) + factor * (data[at] as number);
      }
    }
  };
  await overRows(control, sum, work, terms.length);
  return sum;
}

/** Σ aᵢⱼ bᵢⱼ. */
export async function innerProduct(control: Control, a: Matrix, b: Matrix): Promise<number> {
  let sum = 0;
  await overRows(control, a, (from, to) => {
    for (let at = from * a.cols; at < to * a.cols; at++) sum += (a.data[at] as number) * (b.data[at] as number);
  });
  return sum;
}

/** mean (a − b)² over elements, with `weight` times its gradient by a. */
export async function meanSquare(
  control: Control,
  a: Matrix,
  b: Matrix,
  weight: number,
): Promise<{ value: number; gradient: Matrix }> {
  const gradient = await combined(control, [
    [1, a],
    [-1, b],
  ]);
  const value = (await innerProduct(control, gradient, gradient)) / gradient.data.length;
  return { value, gradient: await combined(control, [[(2 * weight) / gradient.data.length, gradient]]) };
}

/** The means of the columns. */
export async function columnMeans(control: Control, z: Matrix): Promise<Float64Array> {
  const { rows, cols, data } = z;
  // About the first row: of numbers far from 0 no digits are lost, and those that are all equal are exactly their mean.
  const origin = data.slice(0, cols);
  const means = new Float64Array(cols);
  await overRows(control, z, (from, to) => {
    for (let i = from, at = from * cols; i < to; i++) {
      for (let j = 0; j < cols; j++, at++)
        means[j] = (means[j] as number) + (data[at] as number) - (origin[j] as number);
    }
  });
  return means.map((sum, j) => (origin[j] as number) + sum / rows);
}

/** The rows about their mean. */
export async function centred(control: Control, z: Matrix): Promise<Matrix> {
  const { rows, cols, data } = z;
  const means = await columnMeans(control, z);
  const out = new Matrix(rows, cols);
  await overRows(control, z, (from, to) => {
    for (let i = from, at = from * cols; i < to; i++) {
      for (let j = 0; j < cols; j++, at++) out.data[at] = (data[at] as number) - (means[j] as number);
    }
  });
  return out;
}

/** The answer of an objective. @throws EigenviewError `OUT_OF_RANGE` where value or gradients overflow */
export async function finished<Part extends string>(
  control: LossControl,
  parts: Record<Part, number>,
  weights: Record<Part, number>,
  gradients: Matrix[],
): Promise<Loss<Part>> {
  for (const gradient of gradients) {
    const { data, cols } = gradient;
    await overRows(control, gradient, (from, to) =>
      checkOverflow(control.operation, data.subarray(from * cols, to * cols)),
    );
  }
  return weigh(control.operation, parts, weights, gradients);
}
