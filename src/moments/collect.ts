import type { AppendedNoise } from '../backends/moments.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber, checkSeed } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { STREAMS } from '../runtime/random.js';
import { gaussianViews } from '../views/gaussian.js';
import { checkViews, type ViewProcess, viewDimension } from '../views/view-process.js';
import { chooseSamples, MOST_SAMPLES, PILOT_ROWS } from './auto-samples.js';
import { LAST_SAMPLE } from './drawn-views.js';
import { ExactSink } from './exact.js';
import { Pass, type Sink } from './pass.js';
import { makeSampledSink } from './sampled.js';
import { RowCursor, type Source } from './source.js';
import type { ViewMoments } from './view-moments.js';

export interface ViewMomentsOptions extends CallOptions {
  /** Targets Y, row by row beside the data: n×ℓ, one matrix or any chunks. */
  target?: Source;
  /**
   * m, how many views to draw for each sample, 2 to 4096: moments are then estimated from them, without bias. `auto` takes as
   * many as `targetError` needs, judged from the first 256 samples; a stream that does not say how many `rows` it has is taken
   * to have no more. Shards that are to be merged need one number. Without it moments are exact, where the process has a closed form.
   */
  samples?: number | 'auto';
  /** The seed of the drawn views, default 0: the same views on every backend and for any chunking. */
  seed?: number;
  /** Index of the first row in the random stream, for data in shards; default 0. */
  firstSample?: number;
  /** With `samples: 'auto'`: the relative standard error ({@link RelativeErrors}) of S, G and C to aim at; default 0.01. */
  targetError?: number;
  /** Called after every stretch of rows. An exception it throws ends the call. */
  onProgress?: (progress: { rows: number }) => void;
}

const KEYS = ['target', 'prefixes', 'samples', 'seed', 'firstSample', 'targetError', 'onProgress'] as const;

/**
 * The moments of data under a view process, in one pass over the rows and O(d² + chunk) memory: exact where the process has a
 * closed form, or estimated from `samples` drawn views of each row. The result's `expectation` says which it was.
 *
 * The result has the same bits for any chunking and any number of threads. Cost for n rows of d numbers: n·d² flops, whatever
 * the process; with m views about n·(m + 3)·d² in single precision and n·d² in double, and the drawing.
 *
 * The estimate of G is (m²·x̂x̂ᵀ − Σ_j v_j v_jᵀ)/(m(m − 1)) averaged over samples, x̂ the mean of a sample's views: unbiased,
 * and therefore possibly slightly indefinite. {@link standardErrors} says how far off S, G, Σ and C may be.
 *
 * @param source n×d rows: a Matrix, or an iterable or async iterable of them
 * @param views the process, such as {@link gaussianViews}
 * @param options `target` beside the rows; `prefixes`, strictly ascending sample sizes: the result is then an array with
 * the moments of the first prefixes[0], prefixes[1], … rows, from the same single pass, which ends at the last of them
 * @throws EigenviewError `INVALID_ARGUMENT` where the process has no closed form and `samples` is absent, `NOT_FINITE` (naming
 * row and column), `SHAPE_MISMATCH`, `EMPTY`, `DETACHED`, `OUT_OF_RANGE`, `CUSTOM_FAILED`; the signal's reason when aborted
 * @example
 * ```ts
 * const moments = await viewMoments(Matrix.from([[1, 0], [0, 2]]), gaussianViews({ theta: 1 })); // S = diag(1.5, 3)
 * const shape = { width: 32, height: 32, channels: 3 };
 * const sampled = await viewMoments(await openCifar10('data_batch_1.bin'), presetViews('simclr', shape), { samples: 16, seed: 1 });
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

type Options = ViewMomentsOptions & { prefixes?: readonly number[] };

async function collect(
  source: Source,
  views: ViewProcess,
  options?: Options,
  noise?: AppendedNoise,
): Promise<ViewMoments | ViewMoments[]> {
  const { backend, control } = beginCall('viewMoments', options, KEYS);
  checkViews('views', views);
  checkPrefixes(options?.prefixes);
  checkSamples(options);
  checkProgress(options?.onProgress);
  const prefixes = options?.prefixes;
  const rows = new RowCursor('source', source);
  const targets = options?.target === undefined ? undefined : new RowCursor('target', options.target);
  let sink: Sink | undefined;
  try {
    const first = ((await rows.peek()) as { chunk: Matrix }).chunk;
    const target = (await targets?.peek())?.chunk;
    viewDimension(views, first.cols);
    if (options?.samples === undefined)
      sink = new ExactSink(backend, control, views, first.cols, target?.cols ?? 0, noise);
    else {
      const { seed = 0, firstSample = 0, samples, targetError = DEFAULT_ERROR } = options;
      const choose = async () => {
        const pilot = await rows.lookAhead(PILOT_ROWS);
        const count = prefixes?.[0] ?? rowsOf(source) ?? pilot.rows;
        return chooseSamples(backend, control, views, { pilot, count, seed, firstSample, targetError });
      };
      const m = samples === 'auto' ? await choose() : samples;
      sink = await makeSampledSink(backend, control, views, { first, target, samples: m, seed, firstSample });
    }
    const pass = new Pass(sink, control, rows, targets, options?.onProgress);
    if (prefixes === undefined) {
      await pass.run(Number.POSITIVE_INFINITY);
      return await sink.moments();
    }
    const all: ViewMoments[] = [];
    for (const prefix of prefixes) {
      await pass.run(prefix);
      all.push(await sink.moments());
    }
    return all;
  } finally {
    // All, and without hiding why the pass ended: a source that fails to close has given its rows.
    await Promise.allSettled([rows.close(), targets?.close(), sink?.close()]);
  }
}

/** A relative standard error of moments that few spectra would show. */
const DEFAULT_ERROR = 0.01;

/** How many rows a source says it has; every reader of this package does. */
function rowsOf(source: Source): number | undefined {
  const rows: unknown = (source as { rows?: unknown }).rows;
  return typeof rows === 'number' ? rows : undefined;
}

function checkSamples(options: Options | undefined): void {
  const { samples, seed, firstSample, targetError } = options ?? {};
  if (samples !== undefined && samples !== 'auto') checkInteger('samples', samples, { min: 2, max: MOST_SAMPLES });
  if (seed !== undefined) checkSeed('seed', seed);
  if (firstSample !== undefined) checkInteger('firstSample', firstSample, { min: 0, max: LAST_SAMPLE });
  if (targetError === undefined) return;
  checkNumber('targetError', targetError, { min: 0, above: true });
  if (samples === 'auto') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'A target error chooses the number of views.', {
    argument: 'targetError',
    expected: "to come with samples: 'auto'",
    received: `samples: ${describe(samples)}`,
  });
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
