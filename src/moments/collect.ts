import type { AppendedNoise, GramAccumulator, GramSnapshot } from '../backends/moments.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkAttached, checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { STREAMS } from '../runtime/random.js';
import { gaussianViews } from '../views/gaussian.js';
import type { ViewProcess } from '../views/view-process.js';
import { RowCursor, type Source } from './source.js';
import { momentsUnder, type ViewMoments } from './view-moments.js';

export interface ViewMomentsOptions extends CallOptions {
  /** Targets Y, row by row beside the data: n×ℓ, one matrix or any chunks. */
  target?: Source;
  /** Called after every stretch of rows. An exception it throws ends the call. */
  onProgress?: (progress: { rows: number }) => void;
}

const KEYS = ['target', 'prefixes', 'onProgress'] as const;

/**
 * The exact moments of data under a view process, in one pass over the rows and O(d² + chunk) memory.
 *
 * The result has the same bits for any chunking and any number of threads. Cost: n·d² flops for the moments of n rows of
 * d numbers, whatever the process.
 *
 * @param source n×d rows: a Matrix, or an iterable or async iterable of them
 * @param views the process, such as {@link gaussianViews}
 * @param options `target` beside the rows; `prefixes`, strictly ascending sample sizes: the result is then an array with
 * the moments of the first prefixes[0], prefixes[1], … rows, from the same single pass, which ends at the last of them
 * @throws EigenviewError `NOT_FINITE` (naming row and column), `SHAPE_MISMATCH`, `EMPTY`, `DETACHED`, `OUT_OF_RANGE`;
 * the signal's reason when aborted
 * @example
 * ```ts
 * const moments = await viewMoments(Matrix.from([[1, 0], [0, 2]]), gaussianViews({ theta: 1 })); // S = diag(1.5, 3)
 * ```
 */
export async function viewMoments(
  source: Source,
  views: ViewProcess,
  options: ViewMomentsOptions & { prefixes: readonly number[] },
): Promise<ViewMoments[]>;
export async function viewMoments(
  source: Source,
  views: ViewProcess,
  options?: ViewMomentsOptions,
): Promise<ViewMoments>;
export async function viewMoments(
  source: Source,
  views: ViewProcess,
  options?: ViewMomentsOptions & { prefixes?: readonly number[] },
): Promise<ViewMoments | ViewMoments[]> {
  return collect(source, views, options);
}

/**
 * The moments, without a pass of their own, of [x | z] with independent noise z ~ N(0, diag(gamma)): the same bits as
 * those of x extended by zeros and corrupted by {@link corruptGaussian} with the same seed.
 */
export async function extendedMoments(
  source: Source,
  { gamma, seed, ...options }: ViewMomentsOptions & { prefixes: readonly number[]; gamma: Float64Array; seed: number },
): Promise<ViewMoments[]> {
  const noise = { deviations: gamma.map(Math.sqrt), seed, stream: STREAMS.corruption };
  return (await collect(source, gaussianViews(), options, noise)) as ViewMoments[];
}

async function collect(
  source: Source,
  views: ViewProcess,
  options?: ViewMomentsOptions & { prefixes?: readonly number[] },
  noise?: AppendedNoise,
): Promise<ViewMoments | ViewMoments[]> {
  const { backend, control } = beginCall('viewMoments', options, KEYS);
  checkViews(views);
  checkPrefixes(options?.prefixes);
  checkProgress(options?.onProgress);
  const prefixes = options?.prefixes;
  const rows = new RowCursor('source', source);
  const targets = options?.target === undefined ? undefined : new RowCursor('target', options.target);
  let accumulator: GramAccumulator | undefined;
  try {
    const first = await rows.peek();
    const firstTarget = await targets?.peek();
    const dx = (first as { chunk: Matrix }).chunk.cols;
    const dy = firstTarget?.chunk.cols ?? 0;
    const width = dx + (noise?.deviations.length ?? 0);
    accumulator = backend.moments.gram(dx, dy, noise);
    const pass = new Pass(accumulator, control, rows, targets, options?.onProgress);
    const result = (snapshot: GramSnapshot) => momentsUnder(inputMoments(snapshot, width, dy), views);
    if (prefixes === undefined) {
      await pass.run(Number.POSITIVE_INFINITY);
      return result(await pass.snapshot());
    }
    const all: ViewMoments[] = [];
    for (const prefix of prefixes) {
      await pass.run(prefix);
      all.push(result(await pass.snapshot()));
    }
    return all;
  } finally {
    // All, and without hiding why the pass ended: a source that fails to close has given its rows.
    await Promise.allSettled([rows.close(), targets?.close(), accumulator?.close()]);
  }
}

/** One pass over rows and targets side by side. */
class Pass {
  #done = 0;

  constructor(
    readonly accumulator: GramAccumulator,
    readonly control: { signal?: AbortSignal | undefined },
    readonly rows: RowCursor,
    readonly targets: RowCursor | undefined,
    readonly onProgress: ViewMomentsOptions['onProgress'],
  ) {}

  /** Reads on until `end` rows have been seen, or the data end. */
  async run(end: number): Promise<void> {
    while (this.#done < end) {
      this.control.signal?.throwIfAborted();
      const x = await this.rows.peek();
      const y = await this.targets?.peek();
      if (this.targets !== undefined && (x === undefined) !== (y === undefined)) throw this.#uneven(x === undefined);
      if (x === undefined) return this.#finish(end);
      const count = Math.min(
        x.chunk.rows - x.from,
        end - this.#done,
        y === undefined ? Infinity : y.chunk.rows - y.from,
      );
      const beside = y && slice('target', y.chunk, y.from, count);
      await this.accumulator.add(this.control, slice('source', x.chunk, x.from, count), beside);
      this.rows.advance(count);
      this.targets?.advance(count);
      this.#done += count;
      this.onProgress?.({ rows: this.#done });
    }
  }

  snapshot(): Promise<GramSnapshot> {
    return this.accumulator.snapshot(this.control);
  }

  #finish(end: number): void {
    if (end === Number.POSITIVE_INFINITY) return;
    throw new EigenviewError('OUT_OF_RANGE', 'A prefix is longer than the data.', {
      argument: 'prefixes',
      expected: `at most ${this.#done}, the number of rows`,
      received: String(end),
    });
  }

  #uneven(rowsEnded: boolean): EigenviewError {
    return new EigenviewError('SHAPE_MISMATCH', 'Data and targets differ in length.', {
      argument: 'target',
      expected: 'of as many rows as the source',
      received: rowsEnded ? `more than ${this.#done}` : `only ${this.#done}`,
    });
  }
}

/** Rows [from, from + count) as a matrix over the same memory. */
function slice(argument: string, matrix: Matrix, from: number, count: number): Matrix {
  checkAttached(argument, matrix);
  return new Matrix(count, matrix.cols, matrix.data.subarray(from * matrix.cols, (from + count) * matrix.cols));
}

/** Reads the blocks of Σ [x|y|1][x|y|1]ᵀ. */
function inputMoments({ count, gram }: GramSnapshot, dx: number, dy: number) {
  const block = (top: number, rows: number, cols: number) => {
    const out = new Matrix(rows, cols);
    for (let i = 0; i < rows; i++) {
      const at = (top + i) * gram.cols;
      for (let j = 0; j < cols; j++) out.data[i * cols + j] = (gram.data[at + j] as number) / count;
    }
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
    inputSecond: block(0, dx, dx),
    inputMean: mean(0, dx),
    inputEnergy: diagonal(0, dx),
    ...(dy > 0 && {
      targetInput: block(dx, dy, dx),
      targetMean: mean(dx, dx + dy),
      targetEnergy: diagonal(dx, dx + dy),
    }),
  };
}

function checkViews(views: unknown): asserts views is ViewProcess {
  if (typeof (views as ViewProcess | undefined)?.expect !== 'function') {
    throw new EigenviewError('INVALID_ARGUMENT', 'Moments are taken under a view process.', {
      argument: 'views',
      expected: 'a view process, such as gaussianViews() makes',
      received: describe(views),
    });
  }
}

function checkPrefixes(prefixes: unknown): void {
  if (prefixes === undefined) return;
  if (!Array.isArray(prefixes) || prefixes.length === 0) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Prefixes are a list of sample sizes.', {
      argument: 'prefixes',
      expected: 'a non-empty array of ascending integers',
      received: describe(prefixes),
    });
  }
  prefixes.forEach((prefix, i) => {
    checkInteger(`prefixes[${i}]`, prefix, { min: i === 0 ? 1 : (prefixes[i - 1] as number) + 1 });
  });
}

function checkProgress(onProgress: unknown): void {
  if (onProgress === undefined || typeof onProgress === 'function') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Progress is reported to a function.', {
    argument: 'onProgress',
    expected: 'a function',
    received: describe(onProgress),
  });
}
