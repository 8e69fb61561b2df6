import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkInteger, checkSeed } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { STREAMS } from '../runtime/random.js';
import { type CorruptionSource, corruptionViews } from '../views/corruption.js';
import { checkSteps, drawViews } from '../views/draw.js';
import { checkViews, type DrawnStep, type ViewProcess, viewDimension } from '../views/view-process.js';
import { LAST_SAMPLE } from './drawn-views.js';
import { checkImage } from './finite.js';
import { chunks, type Source } from './source.js';

export interface CorruptOptions extends CallOptions {
  /** 1 … 5, of a common corruption; a view process has none. */
  severity?: number;
  /** A non-negative integer; the same seed gives the same corrupted data on every backend. */
  seed: number;
  /** Index of the first row in the random stream, for data corrupted in shards; default 0. */
  firstSample?: number;
}

const KEYS = ['severity', 'seed', 'firstSample'] as const;

/**
 * A corrupted data set: each row goes through the corruption once, fixed by (seed, row index), so that reading the data again, or
 * in other chunks, gives the same. A Matrix gives a promise of a Matrix, a stream gives a stream of chunks.
 *
 * @param corruption a common corruption of images, `{ transform, width, height, channels }`, or any view process
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE` (naming row and column)
 * @example
 * ```ts
 * const foggy = corrupt(images, { transform: 'fog', width: 32, height: 32, channels: 3 }, { severity: 3, seed: 1 });
 * for await (const chunk of foggy) console.log(chunk.rows);
 * ```
 */
export function corrupt(
  source: Matrix,
  corruption: CorruptionSource | ViewProcess,
  options: CorruptOptions,
): Promise<Matrix>;
export function corrupt(
  source: Exclude<Source, Matrix>,
  corruption: CorruptionSource | ViewProcess,
  options: CorruptOptions,
): AsyncGenerator<Matrix, void, undefined>;
export function corrupt(
  source: Source,
  corruption: CorruptionSource | ViewProcess,
  options: CorruptOptions,
): Promise<Matrix> | AsyncGenerator<Matrix, void, undefined> {
  const stream = corruptChunks(source, corruption, options);
  return source instanceof Matrix ? stream.next().then(({ value }) => value as Matrix) : stream;
}

/** Rows that are drawn together. */
const PIECE_NUMBERS = 2 ** 20;

async function* corruptChunks(
  source: Source,
  corruption: CorruptionSource | ViewProcess,
  options: CorruptOptions,
): AsyncGenerator<Matrix, void, undefined> {
  const { backend, control } = beginCall('corrupt', options, KEYS);
  const { severity, seed, firstSample = 0 } = options ?? {};
  checkSeed('seed', seed);
  checkInteger('firstSample', firstSample, { min: 0, max: LAST_SAMPLE });
  const process = toProcess(corruption, severity);
  let step: DrawnStep | undefined;
  let next = firstSample;
  for await (const chunk of chunks('source', source)) {
    const width = viewDimension(process, chunk.cols, 'corruption');
    if (step === undefined) {
      step = await process.step(chunk.cols, backend.linalg);
      checkSteps(step);
    }
    const corrupted = new Matrix(chunk.rows, width);
    const rows = Math.max(1, Math.floor(PIECE_NUMBERS / Math.max(chunk.cols, width)));
    for (let from = 0; from < chunk.rows; from += rows) {
      const count = Math.min(rows, chunk.rows - from);
      const part = new Matrix(count, chunk.cols, chunk.data.subarray(from * chunk.cols, (from + count) * chunk.cols));
      const samples = Float64Array.from({ length: count }, (_, i) => next + from + i);
      // A stream of its own: the views of a sample are not its corruption.
      const views = new Uint32Array(count).fill(STREAMS.corruption);
      const drawn = await drawViews(backend, control, step, part, { seed, samples, views });
      corrupted.data.set(drawn.data, from * width);
    }
    await checkImage(corrupted, chunk, next - firstSample);
    yield corrupted;
    next += chunk.rows;
  }
}

function toProcess(corruption: CorruptionSource | ViewProcess, severity: unknown): ViewProcess {
  if (typeof corruption === 'object' && corruption !== null && 'transform' in corruption) {
    return corruptionViews(corruption, 'severity', severity);
  }
  checkViews('corruption', corruption);
  if (severity === undefined) return corruption;
  throw new EigenviewError('INVALID_ARGUMENT', 'Only a common corruption has severities.', {
    argument: 'severity',
    expected: 'nothing beside a view process',
    received: String(severity),
  });
}
