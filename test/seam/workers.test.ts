/** Worker threads, each with its own copy of the package over one native library. */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { runProgram } from '../support/program.js';

interface Computed {
  exact: Float64Array[];
  close: Float64Array[];
}

function computedByWorker(): Promise<Computed> {
  const worker = new Worker(new URL('../support/programs/compute.mjs', import.meta.url), { execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

test('several compute at the same time what one alone does', async () => {
  const alone = await computedByWorker();
  const together = await Promise.all([1, 2, 3, 4].map(computedByWorker));
  for (const { exact, close } of together) {
    expect(exact).toEqual(alone.exact);
    close.forEach((numbers, i) => {
      // The largest number is about 50; threads may sum in another order.
      expect(numbers).toBeCloseToArray(alone.close[i] as Float64Array, 1e-10);
    });
  }
});

test('terminated in the middle of native work, they end soon and take nothing with them', async () => {
  const { code, signal, stdout, stderr } = await runProgram('terminate', [10]);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  // What is in native code at that moment runs to its end, tens of milliseconds; the rest is slack for a busy machine.
  expect(Number(stdout)).toBeLessThan(3000);
});
