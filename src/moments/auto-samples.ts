import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { checkSteps } from '../views/draw.js';
import type { ViewProcess } from '../views/view-process.js';
import { relativeErrors } from './relative-errors.js';
import { drawAll } from './sampled.js';

/** Samples and views of each that are drawn to see how much views vary. */
const PILOT_ROWS = 256;
const PILOT_VIEWS = 8;

/** Views that are worth their time; an error that needs more is better asked for by number. */
const MOST = 512;

/**
 * How many views of each sample bring the relative standard errors of S, G and C below `targetError`, judged from the first
 * samples: errors fall like (count · m)^−½.
 */
export async function chooseSamples(
  backend: Backend,
  control: Control,
  views: ViewProcess,
  {
    first,
    count,
    seed,
    firstSample,
    targetError,
  }: { first: Matrix; count: number; seed: number; firstSample: number; targetError: number },
): Promise<number> {
  const step = await views.step(first.cols, backend.linalg);
  checkSteps(step);
  const rows = Math.min(first.rows, PILOT_ROWS);
  const inputs = new Matrix(rows, first.cols, first.data.subarray(0, rows * first.cols));
  const indices = Float64Array.from({ length: rows }, (_, i) => firstSample + i);
  const drawn = await drawAll(backend, control, step, inputs, { seed, indices, from: 0, to: PILOT_VIEWS });
  const errors = await relativeErrors(backend, control, { samples: PILOT_VIEWS, views: drawn, inputs }, count);
  const worst = Math.max(...Object.values(errors));
  // Even, so that all views take part in the standard errors; at least four, so that Σ has one.
  const needed = 2 * Math.ceil((PILOT_VIEWS * (worst / targetError) ** 2) / 2);
  if (needed > MOST) {
    throw new EigenviewError('OUT_OF_RANGE', 'So small an error needs too many views.', {
      argument: 'targetError',
      expected: `at least ${(worst * Math.sqrt(PILOT_VIEWS / MOST)).toPrecision(2)} for ${count} samples`,
      received: String(targetError),
      fix: `Give more data, a larger error, or samples: ${needed} if it must be.`,
    });
  }
  return Math.max(4, needed);
}
