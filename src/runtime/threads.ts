import { availableParallelism } from 'node:os';
import { checkInteger } from '../matrix/check.js';

let count: number | undefined;

/**
 * How many threads data-sized work may use: {@link setThreads}, else the `EIGENVIEW_THREADS` environment variable, else
 * the cores this process may run on.
 *
 * @example
 * ```ts
 * console.log(threads()); // 2 on a two-core machine
 * ```
 */
export function threads(): number {
  if (count !== undefined) return count;
  const wanted = process.env.EIGENVIEW_THREADS;
  if (wanted === undefined || wanted === '') return availableParallelism();
  const parsed = Number(wanted);
  checkInteger('EIGENVIEW_THREADS', parsed, { min: 1, max: MAX_THREADS });
  return parsed;
}

/**
 * Sets the number of threads for calls that start from now on, in this thread's copy of the package. Sampling, moments,
 * encodings and study cells have the same bits at every count; multi-threaded LAPACK agrees to rounding.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` or `OUT_OF_RANGE`
 * @example
 * ```ts
 * setThreads(1);
 * ```
 */
export function setThreads(value: number): void {
  checkInteger('threads', value, { min: 1, max: MAX_THREADS });
  count = value;
}

/** More threads than any machine this runs on; a guard against a typing error taking the machine down. */
const MAX_THREADS = 1024;

/** Threads of libuv's pool, on which native jobs run; libuv reads the same variable once, at its first job. */
export function poolSize(): number {
  const wanted = Number(process.env.UV_THREADPOOL_SIZE);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MAX_THREADS) : 4;
}
