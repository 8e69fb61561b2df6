import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import type { AppendedNoise, GramAccumulator } from '../backends/moments.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { closedForm } from '../views/expect.js';
import type { ViewProcess } from '../views/view-process.js';
import type { Sink } from './pass.js';
import { type InputFields, momentsUnder, type ViewMoments } from './view-moments.js';

/** Sums the inputs' moments; the process acts on these. */
export class ExactSink implements Sink {
  readonly #accumulator: GramAccumulator;
  readonly #width: number;

  constructor(
    readonly backend: Backend,
    readonly control: Control,
    readonly views: ViewProcess,
    dx: number,
    readonly dy: number,
    noise?: AppendedNoise,
  ) {
    // Now, not once the data have been read.
    closedForm(views);
    this.#width = dx + (noise?.deviations.length ?? 0);
    this.#accumulator = backend.moments.gram(dx, dy, noise);
  }

  add(x: Matrix, y: Matrix | undefined): Promise<void> {
    return this.#accumulator.add(this.control, x, y);
  }

  async moments(): Promise<ViewMoments> {
    const { count, gram } = await this.#accumulator.snapshot(this.control);
    const fields = await inputFields(count, gram, this.#width, this.dy);
    return momentsUnder(fields, this.views, this.backend.linalg);
  }

  close(): Promise<void> {
    return this.#accumulator.close();
  }
}

/** Reads the blocks of Σ r rᵀ over r = [x | y | 1]. */
export async function inputFields(count: number, gram: Matrix, dx: number, dy: number): Promise<InputFields> {
  const block = async (top: number, rows: number, cols: number) => {
    const out = new Matrix(rows, cols);
    await inStretches(rows, rowsAtOnce(cols), (from, to) => {
      for (let i = from; i < to; i++) {
        const at = (top + i) * gram.cols;
        for (let j = 0; j < cols; j++) out.data[i * cols + j] = (gram.data[at + j] as number) / count;
      }
    });
    return out;
  };
  const diagonal = (from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += (gram.data[i * (gram.cols + 1)] as number) / count;
    return sum;
  };
  const means = gram.row(dx + dy);
  const mean = (from: number, to: number) => Float64Array.from(means.subarray(from, to), (x) => x / count);
  return {
    count,
    inputSecond: await block(0, dx, dx),
    inputMean: mean(0, dx),
    inputEnergy: diagonal(0, dx),
    ...(dy > 0 && {
      targetInput: await block(dx, dy, dx),
      targetMean: mean(dx, dx + dy),
      targetEnergy: diagonal(dx, dx + dy),
    }),
  };
}
