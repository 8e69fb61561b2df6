import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkSteps } from '../views/draw.js';
import { type ViewProcess, viewDimension } from '../views/view-process.js';
import { relativeErrors } from './relative-errors.js';
import { drawAll } from './sampled.js';

/** Samples and views of each that are drawn to see how much views vary. */
export const PILOT_ROWS = 256;
const PILOT_VIEWS = 8;

/** Views of a sample at most. */
export const MOST_SAMPLES = 4096;

/** What a pilot says of the error it says to some 5 %. */
const MARGIN = 1.05;

export interface Pilot {
  /** The first samples. */
  pilot: Matrix;
  /** How many there are in all. */
  count: number;
  seed: number;
  firstSample: number;
  targetError: number;
}

/**
 * How many views of each sample bring the relative standard errors of S, G and C to `targetError`, judged from the first
 * samples: errors fall like (count · m)^−½.
 */
export async function chooseSamples(
  backend: Backend,
  control: Control,
  views: ViewProcess,
  { pilot, count, seed, firstSample, targetError }: Pilot,
): Promise<number> {
  const step = await views.step(pilot.cols, backend.linalg);
  checkSteps(step);
  const width = viewDimension(views, pilot.cols);
  const indices = Float64Array.from({ length: pilot.rows }, (_, i) => firstSample + i);
  const place = { seed, indices, from: 0, to: PILOT_VIEWS };
  const drawn = await drawAll(backend, control, step, pilot, width, place);
  const errors = await relativeErrors(backend, control, { samples: PILOT_VIEWS, views: drawn, inputs: pilot }, count);
  const worst = MARGIN * Math.max(...Object.values(errors));
  // Even, so that all views take part in the standard errors; at least four, so that G and Σ have one.
  const needed = Math.max(4, 2 * Math.ceil((PILOT_VIEWS * (worst / targetError) ** 2) / 2));
  if (needed <= MOST_SAMPLES) return needed;
  const least = worst * Math.sqrt(PILOT_VIEWS / MOST_SAMPLES);
  // Rounded up, so that it is not refused when it is asked for.
  const digits = 10 ** (1 - Math.floor(Math.log10(least)));
  throw new EigenviewError('OUT_OF_RANGE', 'So small an error needs too many views.', {
    argument: 'targetError',
    expected: `at least ${Math.ceil(least * digits) / digits}, what ${MOST_SAMPLES} views of each of ${count} samples give`,
    received: String(targetError),
    fix: 'Give more data, or a larger error.',
  });
}
