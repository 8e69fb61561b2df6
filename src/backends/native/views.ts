import { EigenviewError } from '../../errors.js';
import { checkAttached } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction, type NativeViewGram } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import type { Control } from '../linalg.js';
import type { RowDraws, ViewAccumulator, ViewPlan, ViewStep, ViewSums, ViewsBackend } from '../views.js';
import { Accumulator } from './accumulator.js';
import { translate } from './failure.js';
import { seedWords } from './seed.js';

type Snapshot = Awaited<ReturnType<NativeViewGram['snapshot']>>;

class NativeViewAccumulator extends Accumulator<Snapshot> implements ViewAccumulator {
  readonly #inputs: number;
  readonly #width: number;

  constructor(dx: number, dy: number, { step, views, width, shifted, seed, firstSample, scales }: ViewPlan) {
    const { inputs, targets, views: ofViews } = scales;
    const plan = [step, views, width, shifted, ...seedWords(seed), firstSample, inputs, targets, ofViews];
    super(() => new (loadAddon().ViewGram)(dx, dy, ...plan), dx, 0);
    this.#inputs = dx + dy + 1;
    this.#width = width;
  }

  async snapshot(control: Control): Promise<ViewSums> {
    const { count, inputs, deviations, shifts, cross } = await this.take(control);
    const square = (size: number, data: Float64Array) => new Matrix(size, size, data);
    return {
      count,
      inputs: square(this.#inputs, inputs),
      deviations: square(this.#width, deviations),
      shifts: square(this.#width, shifts),
      cross: new Matrix(this.#inputs, this.#width, cross),
    };
  }
}

async function draw(control: Control, step: ViewStep, x: Matrix, draws: RowDraws, first: number): Promise<Matrix> {
  const run = loadAddon().drawViewsAsync as NativeFunction;
  checkAttached('source', x);
  // The addon copies its arguments when the job starts; one that has to wait is copied now.
  const rows = lane.free('all') ? x.data : x.data.slice();
  const { samples, views } = { samples: draws.samples.slice(), views: draws.views.slice() };
  const job = (threads: number) =>
    run(threads, step, first, rows, x.rows, x.cols, ...seedWords(draws.seed), samples, views) as Promise<Float64Array>;
  try {
    const data = await lane.run('all', job, control.signal);
    return new Matrix(x.rows, data.length / x.rows, data);
  } catch (error) {
    if (control.signal?.aborted) throw control.signal.reason;
    throw error instanceof EigenviewError ? error : translate('drawViews', error, control.signal);
  }
}

export const views: ViewsBackend = {
  draw,
  sums: (dx, dy, plan) => new NativeViewAccumulator(dx, dy, plan),

  async squaredDifferences(control, vectors, weights) {
    const run = loadAddon().squaredDifferencesAsync as NativeFunction;
    const { cols: d } = vectors;
    // A copy where the job has to wait, or where the numbers are not floats.
    const keep = vectors.data instanceof Float32Array && lane.free('all');
    const data = keep ? vectors.data : new Float32Array(vectors.data);
    const job = (threads: number) => run(threads, data, d, weights.slice()) as Promise<Float64Array>;
    try {
      return new Matrix(d, d, await lane.run('all', job, control.signal));
    } catch (error) {
      if (control.signal?.aborted) throw control.signal.reason;
      throw error instanceof EigenviewError ? error : translate('standardErrors', error, control.signal);
    }
  },
};
