import { beginCall, type CallOptions } from '../backends/select.js';
import { checkDense, checkInteger, checkSeed } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkSteps } from '../views/draw.js';
import { checkViews, type ViewProcess, viewDimension } from '../views/view-process.js';
import { LAST_SAMPLE } from './drawn-views.js';
import { drawAll } from './sampled.js';

export interface SampleViewsOptions extends CallOptions {
  /** m, the views of each sample; default 1. */
  samples?: number;
  /** Default 0. */
  seed?: number;
  /** Index of the first row in the random stream; default 0. */
  firstSample?: number;
  /** Index of the first view; default 0. */
  firstView?: number;
}

const KEYS = ['samples', 'seed', 'firstSample', 'firstView'] as const;

/**
 * Draws views: the very ones that {@link viewMoments} takes its moments over for the same seed.
 *
 * @param x n×d samples
 * @returns (n·m)×d′, the m views of the first sample, then those of the second, …
 * @throws EigenviewError `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `NOT_FINITE`, `CUSTOM_FAILED`; the signal's reason when aborted
 * @example
 * ```ts
 * const views = await sampleViews(Matrix.from([[1, 2, 3]]), maskViews({ keep: 0.5 }), { samples: 4, seed: 1 }); // 4×3
 * ```
 */
export async function sampleViews(x: Matrix, views: ViewProcess, options?: SampleViewsOptions): Promise<Matrix> {
  const { backend, control } = beginCall('sampleViews', options, KEYS);
  checkDense('x', x);
  checkViews('views', views);
  const { samples = 1, seed = 0, firstSample = 0, firstView = 0 } = options ?? {};
  checkInteger('samples', samples, { min: 1 });
  checkSeed('seed', seed);
  checkInteger('firstSample', firstSample, { min: 0, max: LAST_SAMPLE });
  checkInteger('firstView', firstView, { min: 0, max: 2 ** 31 - 1 - samples });
  const width = viewDimension(views, x.cols);
  const step = await views.step(x.cols, backend.linalg);
  checkSteps(step);
  const indices = Float64Array.from({ length: x.rows }, (_, i) => firstSample + i);
  return drawAll(backend, control, step, x, width, { seed, indices, from: firstView, to: firstView + samples });
}
