/** What the objectives share: float64 copies of the batches, columns about their means, products that let the loop turn. */
import { Matrix } from '../../../matrix/matrix.js';
import { checkFiniteBatches, checkOverflow, type DifferentiatedBatch, type LossControl } from '../../losses.js';
import { Pace } from '../turns.js';

export interface Work {
  /** Copies as of the call. */
  batches: Matrix[];
  /** Where gradients go, zeros at first. */
  gradients: Matrix[];
  pace: Pace;
}

/** Copies what was given before the first turn of the event loop. */
export function begin({ signal }: LossControl, batches: readonly DifferentiatedBatch[]): Work {
  checkFiniteBatches(batches);
  for (const { gradient } of batches) gradient.data.fill(0);
  return {
    batches: batches.map(({ matrix }) => new Matrix(matrix.rows, matrix.cols, Float64Array.from(matrix.data))),
    gradients: batches.map(({ gradient }) => gradient),
    pace: new Pace(signal),
  };
}

/** Calls work(i) for i in [0, count), the event loop turning between them. */
export async function forEach(count: number, pace: Pace, work: (i: number) => void): Promise<void> {
  await pace.pause();
  for (let i = 0; i < count; i++) {
    if (pace.due()) await pace.pause();
    work(i);
  }
}

/** Subtracts the columns' means, in place; returns sums of squares about them, exactly 0 for a column of equal numbers. */
export async function centre(z: Matrix, pace: Pace): Promise<Float64Array> {
  const { rows, cols } = z;
  // About the first row: of numbers far from 0 no digits are lost, and those that are all equal are exactly 0.
  const origin = z.row(0).slice();
  const offset = new Float64Array(cols);
  await forEach(rows, pace, (i) => {
    const row = z.row(i);
    for (let j = 0; j < cols; j++) offset[j] = (offset[j] as number) + ((row[j] as number) - (origin[j] as number));
  });
  for (let j = 0; j < cols; j++) offset[j] = (offset[j] as number) / rows;
  const squares = new Float64Array(cols);
  await forEach(rows, pace, (i) => {
    const row = z.row(i);
    for (let j = 0; j < cols; j++) {
      row[j] = (row[j] as number) - (origin[j] as number) - (offset[j] as number);
      squares[j] = (squares[j] as number) + (row[j] as number) ** 2;
    }
  });
  return squares;
}

/** XᵀY, k×k. */
export async function crossProduct(x: Matrix, y: Matrix, pace: Pace): Promise<Matrix> {
  const sum = new Matrix(x.cols, y.cols);
  await forEach(x.rows, pace, (n) => {
    for (let i = 0; i < x.cols; i++) addScaled(sum.row(i), x.data[n * x.cols + i] as number, y.row(n));
  });
  return sum;
}

/** out += X M, row by row. */
export async function addProduct(out: Matrix, x: Matrix, m: Matrix, pace: Pace): Promise<void> {
  await forEach(x.rows, pace, (n) => {
    const row = out.row(n);
    for (let i = 0; i < x.cols; i++) addScaled(row, x.data[n * x.cols + i] as number, m.row(i));
  });
}

/** y += factor · x. */
export function addScaled(y: Matrix['data'], factor: number, x: ArrayLike<number>): void {
  for (let j = 0; j < y.length; j++) y[j] = (y[j] as number) + factor * (x[j] as number);
}

/** The terms; throws unless they and the gradients are finite. */
export function finished<Terms extends object>({ operation }: LossControl, terms: Terms, gradients: Matrix[]): Terms {
  checkOverflow(operation, Object.values(terms).flat() as number[]);
  for (const { data } of gradients) checkOverflow(operation, data);
  return terms;
}
