/**
 * Starts workers that compute without end and terminates them in the middle of it: `terminate.mjs <rounds>`. Prints how
 * long the slowest took to end, in milliseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const KINDS = ['jobs', 'failures', 'calls in place', 'loading'];

/** @param {number} rounds */
async function terminateOften(rounds) {
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    const workers = [0, 1].map((i) => {
      const kind = KINDS[(2 * round + i) % KINDS.length];
      return new Worker(new URL(import.meta.url), { workerData: kind });
    });
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    await sleep((round * 7) % 30);
    const start = performance.now();
    await Promise.all(workers.map((worker) => worker.terminate()));
    slowest = Math.max(slowest, performance.now() - start);
  }
  console.log(slowest);
}

/** @param {string} kind */
async function computeForever(kind) {
  if (kind === 'loading') parentPort?.postMessage('starting');
  const { eigh, gaussianViews, inverseSqrt, Matrix, solve, svd, svdBatch, svdSync, viewMoments } = await import(
    '../../../dist/index.js'
  );
  const { scattered } = await import('./inputs.mjs');
  const [a, zero, stack] = [scattered(1, 120, 120), Matrix.zeros(120, 120), Array(60).fill(scattered(2, 20, 20))];
  if (kind !== 'loading') parentPort?.postMessage('starting');
  if (kind === 'calls in place') for (;;) svdSync(scattered(3, 12, 12));
  for (;;) {
    const controller = new AbortController();
    const jobs = kind === 'failures' ? failures() : successes(controller.signal);
    setImmediate(() => controller.abort());
    await Promise.allSettled(jobs);
  }

  function failures() {
    return [inverseSqrt(zero), solve(zero, zero), svd(zero, { k: 121 })];
  }

  /** @param {AbortSignal} signal */
  function successes(signal) {
    const moments = viewMoments(scattered(4, 2000, 20), gaussianViews({ theta: 1 }));
    return [svd(a), eigh(zero), svdBatch(stack, { signal }), moments];
  }
}

if (isMainThread) await terminateOften(Number(process.argv[2]));
else await computeForever(workerData);
