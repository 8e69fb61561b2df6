import { EigenviewError } from '../../../errors.js';
import { checkAttached, notFinite } from '../../../matrix/check.js';
import { Matrix } from '../../../matrix/matrix.js';
import { viewsOverflowError } from '../../failure.js';
import type { Control } from '../../linalg.js';
import type { ViewAccumulator, ViewPlan, ViewSums } from '../../views.js';
import { Gram } from '../gram.js';
import { Pace } from '../turns.js';
import { makeRunner, type Runner } from './step.js';

/** One Gram matrix of [x | y | e | 1] holds inputs, cross products and shifts; another one the deviations. */
export class Sums implements ViewAccumulator {
  readonly #dx: number;
  readonly #dy: number;
  readonly #plan: ViewPlan;
  readonly #runner: Runner | undefined;
  readonly #samples: Gram;
  readonly #deviations: Gram;
  #count = 0;
  /** Whether all rows so far are in the sums: not while some are being added, nor after that has failed. */
  #whole = true;

  constructor(dx: number, dy: number, plan: ViewPlan) {
    this.#dx = dx;
    this.#dy = dy;
    this.#plan = plan;
    this.#runner = plan.step && makeRunner(plan.step, dx);
    this.#samples = new Gram(dx + dy, plan.width);
    this.#deviations = new Gram(plan.width, 0);
  }

  async add(control: Control, x: Matrix, y: Matrix | undefined, given?: Matrix): Promise<void> {
    const { views: m, width } = this.#plan;
    const pace = new Pace(control.signal);
    this.#checkWhole();
    this.#whole = false;
    for (let row = 0; row < x.rows; row++) {
      if (pace.due()) await pace.pause();
      checkAttached('source', x);
      if (y !== undefined) checkAttached('target', y);
      const sample = this.#inputs(x, y, row);
      const views = given
        ? new Matrix(m, width, given.data.slice(row * m * width, (row + 1) * m * width))
        : this.#draw(sample);
      this.#count++;
      await this.#addViews(control, sample, views);
    }
    this.#whole = true;
  }

  async snapshot(control: Control): Promise<ViewSums> {
    this.#checkWhole();
    const { gram, count } = await blamingViews(() => this.#samples.snapshot(control));
    const deviations = await blamingViews(() => this.#deviations.snapshot(control));
    const { width } = this.#plan;
    const inputs = this.#dx + this.#dy;
    // The coordinate 1 is the last of a Gram matrix, behind e.
    const order = [...Array(inputs).keys(), inputs + width];
    const shift = Array.from({ length: width }, (_, j) => inputs + j);
    const all = Array.from({ length: width }, (_, j) => j);
    return {
      count,
      inputs: pick(gram, order, order),
      deviations: pick(deviations.gram, all, all),
      shifts: pick(gram, shift, shift),
      cross: pick(gram, order, shift),
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#samples.close(), this.#deviations.close()]);
  }

  #checkWhole(): void {
    if (!this.#whole) throw new EigenviewError('INTERNAL', 'An accumulator was used after a failure.');
  }

  /** [x | y] of a row, checked. */
  #inputs(x: Matrix, y: Matrix | undefined, row: number): Float64Array {
    const sample = new Float64Array(this.#dx + this.#dy);
    sample.set(x.row(row));
    if (y !== undefined) sample.set(y.row(row), this.#dx);
    const at = sample.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return sample;
    const [argument, column] = at < this.#dx ? ['source', at] : ['target', at - this.#dx];
    throw notFinite(argument as string, this.#count, column as number, sample[at] as number);
  }

  #draw(sample: Float64Array): Matrix {
    const { views, width, seed, firstSample } = this.#plan;
    const drawn = new Matrix(views, width);
    const x = sample.subarray(0, this.#dx);
    for (let view = 0; view < views; view++) {
      const draw = { seed, sample: firstSample + this.#count, view, step: 0 };
      this.#runner?.run(draw, x, drawn.row(view) as Float64Array);
    }
    return drawn;
  }

  async #addViews(control: Control, sample: Float64Array, views: Matrix): Promise<void> {
    const shift = new Float64Array(views.cols);
    for (let j = 0; j < views.cols; j++) {
      let sum = 0;
      for (let view = 0; view < views.rows; view++) sum += views.get(view, j);
      const mean = sum / views.rows;
      for (let view = 0; view < views.rows; view++) views.data[view * views.cols + j] = views.get(view, j) - mean;
      shift[j] = this.#plan.shifted ? mean - (sample[j] as number) : mean;
    }
    await blamingViews(async () => {
      await this.#samples.add(control, new Matrix(1, sample.length, sample), new Matrix(1, shift.length, shift));
      await this.#deviations.add(control, views, undefined);
    });
  }
}

/** The inputs were finite: what is not, or overflows, comes of the views. */
async function blamingViews<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EigenviewError) || !['NOT_FINITE', 'OUT_OF_RANGE'].includes(error.code)) throw error;
    throw viewsOverflowError();
  }
}

function pick(from: Matrix, rows: readonly number[], cols: readonly number[]): Matrix {
  const picked = new Matrix(rows.length, cols.length);
  rows.forEach((row, i) => {
    cols.forEach((col, j) => {
      picked.data[i * cols.length + j] = from.get(row, col);
    });
  });
  return picked;
}
