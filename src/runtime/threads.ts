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
  count ??= defaultThreads();
  return count;
}

function defaultThreads(): number {
  const wanted = process.env.EIGENVIEW_THREADS;
  if (wanted === undefined || wanted === '') return availableParallelism();
  const parsed = Number(wanted);
  const value: unknown = Number.isNaN(parsed) ? wanted : parsed;
  checkInteger('EIGENVIEW_THREADS', value, { min: 1, max: MAX_THREADS });
  return value;
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
  const wanted = process.env.UV_THREADPOOL_SIZE;
  if (wanted === undefined) return 4;
  // As libuv reads it: the digits it starts with, and what is no count is 1.
  return Math.min(Math.max(1, Number.parseInt(wanted, 10) || 1), MAX_THREADS);
}
