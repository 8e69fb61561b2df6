/** Which rows and which views each step sees. */
import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import { drawAll } from '../moments/sampled.js';
import { STREAMS, uniform } from '../runtime/random.js';
import type { DrawnStep } from '../views/view-process.js';

/** What is drawn from: the data, and how a view of a row is drawn. */
export interface Pool {
  rows: Matrix;
  step: DrawnStep;
  /** Numbers of a view. */
  width: number;
  batchSize: number;
  seed: number;
}

/**
 * Batches of rows with two views each. Every epoch goes through the rows in a new random order and leaves out the last
 * ones where they are no whole batch; epoch e sees the views 2e and 2e + 1 of each row. All of it is a function of
 * (seed, step).
 */
export class Minibatches {
  readonly perEpoch: number;
  readonly #pool: Pool;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.perEpoch = Math.floor(pool.rows.rows / pool.batchSize);
  }

  /** The views of a step, (2B)×d: both of the batch's first row, both of its second, … */
  async views(backend: Backend, control: Control, step: number): Promise<Matrix> {
    const { rows, batchSize, seed, width, step: tree } = this.#pool;
    const epoch = Math.floor(step / this.perEpoch);
    if (epoch !== this.#epoch) {
      this.#order = epochOrder(seed, epoch, rows.rows);
      this.#epoch = epoch;
    }
    const from = (step % this.perEpoch) * batchSize;
    const indices = this.#order.subarray(from, from + batchSize);
    const batch = new Matrix(batchSize, rows.cols);
    for (const [i, index] of indices.entries()) batch.data.set(rows.row(index), i * rows.cols);
    return drawAll(backend, control, tree, batch, width, { seed, indices, from: 2 * epoch, to: 2 * epoch + 2 });
  }
}

/**
 * A random order of 0 … n − 1 (Fisher–Yates), by uniform numbers of sample epoch + 1 of the subsets' stream, whose
 * sample 0 is theirs. Numbers of 53 bits favour no order by more than n · 2⁻⁵³.
 */
export function epochOrder(seed: number, epoch: number, n: number): Uint32Array {
  const shares = uniform(seed, epoch + 1, STREAMS.batches, new Float64Array(n));
  const order = Uint32Array.from(shares.keys());
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((shares[i] as number) * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** The first and the second rows of pairs of rows. */
export function split({ rows, cols, data }: Matrix): [Matrix, Matrix] {
  const halves: [Matrix, Matrix] = [new Matrix(rows / 2, cols), new Matrix(rows / 2, cols)];
  for (let i = 0; i < rows; i++) {
    (halves[i % 2] as Matrix).data.set(data.subarray(i * cols, (i + 1) * cols), (i >> 1) * cols);
  }
  return halves;
}

/** What {@link split} came from. */
export function interleave(first: Matrix, second: Matrix): Matrix {
  const { rows, cols } = first;
  const out = new Matrix(2 * rows, cols);
  for (let i = 0; i < rows; i++) {
    out.data.set(first.row(i), 2 * i * cols);
    out.data.set(second.row(i), (2 * i + 1) * cols);
  }
  return out;
}
