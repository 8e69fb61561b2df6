import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import type { RowDraws, ViewAccumulator, ViewPlan, ViewSums } from '../backends/views.js';
import { checkAttached } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { checkSteps, drawViews, isNative } from '../views/draw.js';
import type { ViewExpectation } from '../views/expect.js';
import { type DrawnStep, type ViewProcess, viewDimension } from '../views/view-process.js';
import { type DrawnViews, Keeper, keptSamples } from './drawn-views.js';
import { inputFields } from './exact.js';
import type { Sink } from './pass.js';
import { assemble, type InputFields, type ViewMoments } from './view-moments.js';
import { scaleViews } from './view-scales.js';

export interface Sampling {
  /** The first chunk: its width is that of all. */
  first: Matrix;
  /** The first chunk of targets. */
  target: Matrix | undefined;
  /** m. */
  samples: number;
  seed: number;
  firstSample: number;
}

/** Numbers of views that are drawn at once: copying them hither and thither takes a few milliseconds of the event loop. */
const DRAWN_NUMBERS = 2 ** 18;

export async function makeSampledSink(
  backend: Backend,
  control: Control,
  views: ViewProcess,
  sampling: Sampling,
): Promise<Sink> {
  const { first, target, samples, seed, firstSample } = sampling;
  const step = await views.step(first.cols, backend.linalg);
  checkSteps(step);
  checkAttached('source', first);
  const pilot = { seed, indices: [firstSample], from: 0, to: Math.min(samples, PILOT_VIEWS) };
  const width = viewDimension(views, first.cols);
  const drawn = await drawAll(backend, control, step, slice(first, 0, 1), width, pilot);
  const plan: ViewPlan = {
    step: isNative(step) ? step : undefined,
    views: samples,
    width,
    seed,
    firstSample,
    ...scaleViews(first, target, drawn),
  };
  return new SampledSink(backend, control, step, plan, first.cols, target?.cols ?? 0);
}

/** Views of the first sample that are looked at before all others. */
const PILOT_VIEWS = 8;

/** Sums over drawn views. Those of native steps are drawn where they are summed; others are drawn here and handed over. */
class SampledSink implements Sink {
  readonly #accumulator: ViewAccumulator;
  readonly #keeper: Keeper;
  #next: number;

  constructor(
    readonly backend: Backend,
    readonly control: Control,
    readonly step: DrawnStep,
    readonly plan: ViewPlan,
    readonly dx: number,
    readonly dy: number,
  ) {
    this.#keeper = new Keeper(keptSamples(plan.views, plan.width));
    this.#next = plan.firstSample;
    this.#accumulator = backend.views.sums(dx, dy, plan);
  }

  async add(x: Matrix, y: Matrix | undefined): Promise<void> {
    const adding = this.plan.step === undefined ? this.#addDrawn(x, y) : this.#accumulator.add(this.control, x, y);
    // Beside it; if both fail, what the sum says counts.
    await Promise.all([adding, this.#keeper.see(x, this.#next).finally(() => adding)]);
    this.#next += x.rows;
  }

  async moments(): Promise<ViewMoments> {
    const summing = this.#accumulator.snapshot(this.control);
    // The kept views are drawn beside; if both fail, what the sum says counts.
    const [sums, drawn] = await Promise.all([summing, this.#drawn().finally(() => summing)]);
    const input = await inputFields(sums.count, sums.inputs, this.dx, this.dy);
    return assemble(input, await expectation(input, sums, this.plan), drawn);
  }

  close(): Promise<void> {
    return this.#accumulator.close();
  }

  async #addDrawn(x: Matrix, y: Matrix | undefined): Promise<void> {
    const { views: m, width } = this.plan;
    const rows = Math.max(1, Math.floor(DRAWN_NUMBERS / (m * Math.max(x.cols, width))));
    for (let from = 0; from < x.rows; from += rows) {
      const part = slice(x, from, from + rows);
      const indices = Float64Array.from({ length: part.rows }, (_, i) => this.#next + from + i);
      const views = await this.#draw(part, indices);
      const given = new Matrix(part.rows, m * width, views.data);
      await this.#accumulator.add(this.control, part, y && slice(y, from, from + rows), given);
    }
  }

  /** All views of these samples, m rows after m rows. */
  #draw(samples: Matrix, indices: Float64Array): Promise<Matrix> {
    const { seed, views: m } = this.plan;
    return drawAll(this.backend, this.control, this.step, samples, this.plan.width, { seed, indices, from: 0, to: m });
  }

  /** The views of the kept samples, drawn again: the same. */
  async #drawn(): Promise<DrawnViews> {
    const { views: samples, width } = this.plan;
    const { inputs, indices } = this.#keeper.kept();
    const size = inputs.rows * samples * width;
    const data = fitsFloats(this.plan.scales.views) ? new Float32Array(size) : new Float64Array(size);
    const rows = Math.max(1, Math.floor(DRAWN_NUMBERS / (samples * width)));
    for (let from = 0; from < inputs.rows; from += rows) {
      const part = slice(inputs, from, from + rows);
      const drawn = await this.#draw(part, indices.subarray(from, from + rows));
      data.set(drawn.data, from * samples * width);
    }
    return { samples, views: new Matrix(inputs.rows * samples, width, data), inputs, indices };
  }
}

/** Whether numbers of about 1/scale keep their digits as floats. */
function fitsFloats(scale: number): boolean {
  return scale > 2 ** -100 && scale < 2 ** 100;
}

/** Views [from, to) of each sample, piece by piece: an abort is seen between them. */
export async function drawAll(
  backend: Backend,
  control: Control,
  step: DrawnStep,
  samples: Matrix,
  width: number,
  { seed, indices, from, to }: { seed: number; indices: ArrayLike<number>; from: number; to: number },
): Promise<Matrix> {
  const m = to - from;
  const all = new Matrix(samples.rows * m, width);
  const views = Math.max(1, Math.floor(DRAWN_NUMBERS / Math.max(samples.cols, width)));
  // Whole samples, or parts of one whose views are too many.
  const [rows, each] = views >= m ? [Math.floor(views / m), m] : [1, views];
  for (let row = 0; row < samples.rows; row += rows) {
    for (let view = from; view < to; view += each) {
      control.signal?.throwIfAborted();
      const part = slice(samples, row, row + rows);
      const last = Math.min(to, view + each);
      const place = { seed, indices: Array.from({ length: part.rows }, (_, i) => indices[row + i] as number) };
      const drawn = await drawTogether(backend, control, step, part, { ...place, from: view, to: last });
      all.data.set(drawn.data, (row * m + view - from) * width);
    }
  }
  return all;
}

function drawTogether(
  backend: Backend,
  control: Control,
  step: DrawnStep,
  samples: Matrix,
  { seed, indices, from, to }: { seed: number; indices: ArrayLike<number>; from: number; to: number },
): Promise<Matrix> {
  const m = to - from;
  const rows = new Matrix(samples.rows * m, samples.cols);
  const draws: RowDraws = { seed, samples: new Float64Array(rows.rows), views: new Uint32Array(rows.rows) };
  for (let i = 0; i < rows.rows; i++) {
    const sample = Math.floor(i / m);
    rows.data.set(samples.row(sample), i * rows.cols);
    draws.samples[i] = indices[sample] as number;
    draws.views[i] = from + (i % m);
  }
  return drawViews(backend, control, step, rows, draws);
}

/**
 * The unbiased estimates (theory of U-statistics): with x̂ the mean of a sample's m views and Σ̂ = Σ_j (v_j − x̂)(v_j − x̂)ᵀ/(m − 1),
 * E[Σ̂] = Σ and E[x̂x̂ᵀ] = G + Σ/m. So S = G + Σ is (1/m) Σ_j v_j v_jᵀ, and no difference of large numbers is taken.
 */
async function expectation(
  input: InputFields,
  sums: ViewSums,
  { views: m, shifted }: ViewPlan,
): Promise<ViewExpectation> {
  const { count, deviations, shifts, cross } = sums;
  const { inputSecond, inputMean, targetInput } = input;
  const [dx, dy, d] = [inputSecond.rows, targetInput?.rows ?? 0, deviations.rows];
  // x̂ = x + e, or e is x̂ itself.
  const shift = (top: number, known: Matrix) =>
    shiftBlock(cross, top, shifted ? known : new Matrix(known.rows, d), count);
  const inputCross = await shift(0, inputSecond);
  const covariance = deviations;
  const meanSecond = shifts;
  const second = new Matrix(d, d);
  await inBlocks(d, (top, bottom) => {
    for (let left = 0; left < d; left += BLOCK) {
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < Math.min(d, left + BLOCK); j++) {
          const at = i * d + j;
          // x̂x̂ᵀ = xxᵀ + xeᵀ + exᵀ + eeᵀ: C has the first two.
          const mixed = shifted ? (inputCross.data[at] as number) + (cross.data[j * d + i] as number) / count : 0;
          const ofMeans = mixed + (shifts.data[at] as number) / count;
          const spread = (deviations.data[at] as number) / (count * (m - 1));
          second.data[at] = ofMeans + (spread * (m - 1)) / m;
          meanSecond.data[at] = ofMeans - spread / m;
          covariance.data[at] = spread;
        }
      }
    }
  });
  const mean = await shift(dx + dy, new Matrix(1, dx, inputMean));
  return {
    second: await mirrored(second),
    meanSecond: await mirrored(meanSecond),
    covariance,
    inputCross,
    ...(targetInput && { targetCross: await shift(dx, targetInput) }),
    mean: mean.data as Float64Array,
  };
}

const BLOCK = 32;

/** Stripes of a d×d matrix for work in square blocks, in which walking down a column stays in a cache. */
function inBlocks(d: number, work: (top: number, bottom: number) => void): Promise<void> {
  const stretch = Math.max(1, Math.floor(rowsAtOnce(d) / BLOCK)) * BLOCK;
  return inStretches(d, stretch, (from, to) => {
    for (let top = from; top < to; top += BLOCK) work(top, Math.min(to, top + BLOCK));
  });
}

/** What is known, plus rows of the cross products from `top` on, divided by the count. */
async function shiftBlock(cross: Matrix, top: number, known: Matrix, count: number): Promise<Matrix> {
  const block = new Matrix(known.rows, cross.cols);
  const first = top * cross.cols;
  await inStretches(block.data.length, rowsAtOnce(1), (from, to) => {
    for (let at = from; at < to; at++) {
      block.data[at] = (known.data[at] as number) + (cross.data[first + at] as number) / count;
    }
  });
  return block;
}

/** The upper triangle, mirrored: the lower one differs by the order in which three numbers were added. */
async function mirrored(matrix: Matrix): Promise<Matrix> {
  const { data, rows: n } = matrix;
  await inBlocks(n, (top, bottom) => {
    for (let left = 0; left <= top; left += BLOCK) {
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < Math.min(i, left + BLOCK); j++) data[i * n + j] = data[j * n + i] as number;
      }
    }
  });
  return matrix;
}

/** Rows [from, to) or to the end, over the same memory. */
function slice(matrix: Matrix, from: number, to: number): Matrix {
  const end = Math.min(to, matrix.rows);
  return new Matrix(end - from, matrix.cols, matrix.data.subarray(from * matrix.cols, end * matrix.cols));
}
