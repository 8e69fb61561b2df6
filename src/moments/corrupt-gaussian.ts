import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkInteger, checkSeed } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { STREAMS } from '../runtime/random.js';
import { type Covariance, checkCovariance, covarianceRoot } from '../views/covariance.js';
import { LAST_SAMPLE } from './drawn-views.js';
import { checkImage } from './finite.js';
import { chunks, type Source } from './source.js';

export interface CorruptGaussianOptions extends CallOptions {
  /** Γ, the covariance of the noise. */
  gamma: Covariance;
  /** A non-negative integer; the same seed gives the same noise on every backend and at every thread count. */
  seed: number;
  /** Index of the first row in the random stream, for data corrupted in shards; default 0. */
  firstSample?: number;
}

const KEYS = ['gamma', 'seed', 'firstSample'] as const;

/**
 * Corrupted data x̃ = x + γ with γ ~ N(0, Γ), one draw for each row, fixed by (seed, row index, coordinate): how the rows
 * are chunked changes nothing. Coordinates without variance keep their bits.
 *
 * A Matrix gives a promise of a Matrix, a stream gives a stream of chunks.
 *
 * @throws EigenviewError as {@link gaussianViews} for gamma, `SHAPE_MISMATCH`, `OUT_OF_RANGE` for a negative seed,
 * `NOT_FINITE` (naming row and column)
 * @example
 * ```ts
 * const noisy = await corruptGaussian(Matrix.zeros(2, 2), { gamma: new Float64Array([0, 9]), seed: 1 });
 * ```
 */
export function corruptGaussian(source: Matrix, options: CorruptGaussianOptions): Promise<Matrix>;
export function corruptGaussian(
  source: Exclude<Source, Matrix>,
  options: CorruptGaussianOptions,
): AsyncGenerator<Matrix, void, undefined>;
export function corruptGaussian(
  source: Source,
  options: CorruptGaussianOptions,
): Promise<Matrix> | AsyncGenerator<Matrix, void, undefined> {
  const stream = corruptChunks(source, options);
  return source instanceof Matrix ? stream.next().then(({ value }) => value as Matrix) : stream;
}

async function* corruptChunks(
  source: Source,
  options: CorruptGaussianOptions,
): AsyncGenerator<Matrix, void, undefined> {
  const { backend, control } = beginCall('corruptGaussian', options, KEYS);
  const { gamma, seed, firstSample = 0 } = options ?? {};
  checkCovariance('gamma', gamma);
  checkSeed('seed', seed);
  checkInteger('firstSample', firstSample, { min: 0, max: LAST_SAMPLE });
  let root: Float64Array | Matrix | undefined;
  let next = firstSample;
  for await (const chunk of chunks('source', source)) {
    root ??= await covarianceRoot('gamma', gamma, chunk.cols, backend.linalg);
    const noisy = await addNoise(backend, control, chunk, root, seed, next);
    await checkImage(noisy, chunk, next - firstSample);
    yield noisy;
    next += chunk.rows;
  }
}

function addNoise(
  backend: Backend,
  control: Control,
  x: Matrix,
  root: Float64Array | Matrix,
  seed: number,
  firstSample: number,
): Promise<Matrix> {
  return backend.moments.addNoise(control, x, root, { seed, firstSample, stream: STREAMS.corruption });
}
