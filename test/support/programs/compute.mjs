/** A worker that computes one thing of each kind and posts the numbers. */
import { parentPort } from 'node:worker_threads';
import { eig, gaussianViews, inverseSqrt, matmul, svd, svdBatch, svdSync, viewMoments } from '../../../dist/index.js';
import { scattered } from './inputs.mjs';

export async function compute() {
  const a = scattered(1, 90, 70);
  const gram = await matmul(a, a, { transposeA: true });
  const [{ s }, { values }, root, batch, moments] = await Promise.all([
    svd(a),
    eig(scattered(2, 45, 45)),
    inverseSqrt(gram),
    svdBatch([1, 2, 3, 4, 5, 6].map((seed) => scattered(seed, 40, 30))),
    viewMoments(scattered(3, 3000, 40), gaussianViews({ theta: 1 })),
  ]);
  return {
    // One thread a job, so that they are the same to the last bit.
    exact: [svdSync(a).s, moments.second.data],
    close: [s, values.re, values.im, root.data, ...batch.map((each) => each.s)],
  };
}

parentPort?.postMessage(await compute());
