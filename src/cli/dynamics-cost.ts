/** Whether a run takes long: told before it begins, or refused. */
import type { Flow } from '../dynamics/flow.js';
import { EigenviewError } from '../errors.js';
import { duration } from './progress.js';

/** Seconds on one core of a common machine, of one start: integrating and judging it at all. */
const EACH = 0.001;
/** Amplitudes at saved times and the nearest equilibrium: products of k×m and m×m matrices, some hundred of them. */
const PRODUCTS = 7e-7;
/** Implicit steps factorise n×n matrices, where n is no more than this. */
const FACTORS = 6e-10;
const LARGEST_FACTORED = 1024;

const WARN_SECONDS = 30;
const MOST_SECONDS = 6 * 3600;

/** An estimate within a factor of some 3. */
export function estimatedSeconds({ k, columns, correlations }: Pick<Flow, 'k' | 'columns' | 'correlations'>): number {
  const n = k * columns;
  const modes = correlations.length;
  return EACH + PRODUCTS * k * modes ** 2 + (n <= LARGEST_FACTORED ? FACTORS * n ** 3 : 0);
}

/**
 * @returns a warning, of what takes more than half a minute
 * @throws EigenviewError `TOO_LARGE` for what would take hours
 */
export function checkCost(flow: Pick<Flow, 'k' | 'columns' | 'correlations'>, starts: number): string | undefined {
  const seconds = starts * estimatedSeconds(flow);
  if (seconds < WARN_SECONDS) return undefined;
  const size = `${starts} ${starts === 1 ? 'start' : 'starts'} of ${flow.k}×${flow.columns} numbers`;
  if (seconds > MOST_SECONDS) {
    throw new EigenviewError('TOO_LARGE', `${size} would take some ${duration(seconds)}.`, {
      argument: '--starts',
      expected: `no more than some ${duration(MOST_SECONDS)} of work`,
      received: String(starts),
      fix: 'Take fewer starts, a smaller --k, or a pair of fewer functions.',
    });
  }
  return `${size}: this takes some ${duration(seconds)}`;
}
