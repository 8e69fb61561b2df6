// Ends the environments of jobs that are under way:
//
//     node teardown.mjs ADDON workers    terminates worker threads amid their jobs; this thread must survive
//     node teardown.mjs ADDON exit       exits amid jobs, with status 7
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const WORKERS = 12;
const n = 200;

const addonPath = isMainThread ? process.argv[2] : workerData;
const addon = createRequire(import.meta.url)(addonPath);
const matrix = Float64Array.from({ length: n * n }, (_, i) => Math.sin(i * i));

/** Successes, failures with facts to hand over, and a sum that its object must outlive. */
function startJobs() {
  const jobs = [];
  for (let i = 0; i < 8; i++) jobs.push(addon.svdAsync(1 + (i % 2), matrix, n, n, n));
  for (let i = 0; i < 20; i++) jobs.push(addon.inverseSqrtAsync(1, new Float64Array(9), 3, 3, undefined));
  const diagonals = new Float64Array(20 * n).fill(1);
  const energies = Float64Array.of(9);
  const judged = [matrix, n, matrix.slice(0, n), 1, energies, diagonals, Float64Array.of(3), 9, 7, new Int32Array(1)];
  jobs.push(addon.judgeAsync(2, ...judged));
  const field = { kind: 'simsiam', k: 1, rows: n, cols: n, first: matrix, predictorRidge: 1, encoderRidge: 1 };
  const tolerances = { rtol: 1e-14, atol: 1e-14, steadyTolerance: 0, rate: 1, amplitude: 1, relaxation: 1 };
  const integration = { tMax: 1e9, minTime: 1e9, ...tolerances, maxSteps: 200, stepping: 2, descends: false };
  const how = { ...integration, save: 0, room: 2 ** 20 };
  jobs.push(addon.integrateFieldAsync(2, field, matrix.slice(0, 4 * n), 4, how, new Int32Array(1)));
  const noise = { kind: 'noise', numbers: new Float64Array(n).fill(1) };
  for (const gram of [new addon.Gram(n, 0), new addon.ViewGram(n, 0, noise, 4, n, true, 1, 2, 3, 1, 1, 1)]) {
    for (let at = 0; !gram.full(); ) at = (at + gram.fill(matrix, n, undefined, at)) % n;
    gram.swap();
    jobs.push(gram.help(2));
  }
  jobs.push(addon.drawViewsAsync(2, noise, 0, matrix, n, n, 1, 2, new Float64Array(n), new Uint32Array(n)));
  for (const job of jobs) job.catch(() => {});
}

if (!isMainThread) {
  startJobs();
  parentPort?.postMessage('started');
  setInterval(() => {}, 1000);
} else if (process.argv[3] === 'exit') {
  startJobs();
  setTimeout(() => {
    console.log('exited amid jobs');
    process.exit(7);
  }, 20);
} else {
  for (let i = 0; i < WORKERS; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: addonPath });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await new Promise((resolve) => setTimeout(resolve, 3 * i));
    await worker.terminate();
  }
  const { s } = await addon.svdAsync(1, matrix, n, n, n);
  if (!(s[0] > 0)) throw new Error('no answer after the workers ended');
  console.log(`${WORKERS} workers`);
}
