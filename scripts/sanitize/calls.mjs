// Every operation of the addon as calls that can be repeated without end: what they take and what must come of them.

/** @typedef {Record<string, any>} Addon */

/**
 * @typedef {object} Call
 * @property {string} name
 * @property {() => unknown} run returns, or resolves, when the call has done what it must
 */

/** 16×16, so that a matrix lost in every call shows: 2 KB. */
const N = 16;

const general = Float64Array.from({ length: N * N }, (_, i) => Math.sin(i * i + 1));
const symmetric = general.map((_, at) => Math.cos(Math.floor(at / N) + (at % N)) + (at % (N + 1) === 0 ? N : 0));
const zero = new Float64Array(N * N);
const indefinite = symmetric.map((x, at) => (at === 0 ? -x : x));
const huge = new Float64Array(N * N).fill(1e308);
const single = Float32Array.from(general);
const detached = new Float64Array(N * N);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

const diagonals = Float64Array.from({ length: 2 * N }, (_, i) => 1 + (i % 5));
/** Two samples of N coordinates and one target, the second of whom may fail. @param {Float64Array} second */
const judged = (second) => {
  const seconds = Float64Array.of(...symmetric, ...second);
  return [seconds, N, general.slice(0, 2 * N), 1, Float64Array.of(9, 9), diagonals, Float64Array.of(1, 3), 9, 7];
};

/** Operation, arguments, and the code it fails with, if it does. @type {[string, unknown[], string?][]} */
const table = [
  ['svd', [1, general, N, N, N]],
  ['svd', [2, single, N, N, 3]],
  ['svd', [1, huge, N, N, N], 'OUT_OF_RANGE'],
  ['svd', [1, detached, N, N, N], 'DETACHED'],
  ['eigh', [1, symmetric, N, N, N, undefined]],
  ['eigh', [1, symmetric, N, N, 2, symmetric, N, N]],
  ['eigh', [1, symmetric, N, N, N, indefinite, N, N], 'NOT_POSITIVE_DEFINITE'],
  ['eig', [1, general, N, N]],
  ['cholesky', [1, symmetric, N, N]],
  ['cholesky', [1, indefinite, N, N], 'NOT_POSITIVE_DEFINITE'],
  ['solve', [1, general, N, N, single, N, N]],
  ['solve', [1, zero, N, N, general, N, N], 'SINGULAR'],
  ['inverseSqrt', [1, symmetric, N, N, undefined]],
  ['inverseSqrt', [1, zero, N, N, 1e-9], 'SINGULAR'],
  ['whiten', [1, symmetric, N, N, 1e-9]],
  ['whiten', [1, zero, N, N, undefined], 'SINGULAR'],
  ['matmul', [1, general, N, N, symmetric, N, N, true, false]],
  ['matmul', [1, huge, N, N, huge, N, N, false, true], 'OUT_OF_RANGE'],
  ['svdBatch', [2, general, 4, 4, 4, new Int32Array(1)]],
  ['svdBatch', [1, huge, 4, 16, 4, undefined], 'OUT_OF_RANGE'],
  ['svdBatch', [2, general, 4, 4, 4, new Int32Array([1])], 'CANCELLED'],
  ['eighBatch', [2, symmetric, 4, 4, 2, undefined]],
  ['judge', [2, ...judged(symmetric), undefined]],
  ['judge', [2, ...judged(indefinite), new Int32Array(1)]],
  ['judge', [1, ...judged(huge), undefined]],
  ['judge', [2, ...judged(symmetric), new Int32Array([1])], 'CANCELLED'],
  ['judge', [1, detached, ...judged(symmetric).slice(1), undefined], 'DETACHED'],
  ['project', [2, general, N, N, symmetric, N, N]],
  ['addNoise', [2, single, N, N, symmetric, N, N, 1, 2, 3, 2 ** 40]],
  ['addNoise', [2, general, N, N, new Float64Array(N).fill(0.1), 1, N, 1, 2, 3, 4]],
  ['addNoise', [1, general, N, N, detached, N, N, 1, 2, 3, 4], 'DETACHED'],
];

/** Wide enough for a staging area to fill within some hundred rows. */
const WIDTH = 700;
const wide = new Float32Array(WIDTH * 600).fill(0.5);
const spoiled = wide.map((x, at) => (at === 12345 ? Number.NaN : x));

/** @param {Addon} addon @returns {Call[]} */
export function allCalls(addon) {
  return [
    ...table.flatMap(([operation, args, code]) => {
      const name = code === undefined ? operation : `${operation} (${code})`;
      return [
        { name, run: () => settle(() => addon[operation](...args), code) },
        { name: `${name}, async`, run: () => settle(() => addon[`${operation}Async`](...args), code) },
      ];
    }),
    { name: 'describe', run: () => addon.describe() },
    { name: 'probeLibrary', run: () => addon.probeLibrary('a library that does not exist') },
    { name: 'Gram', run: () => smallGram(addon) },
    { name: 'Gram, closed', run: () => closedGram(addon) },
    {
      name: 'Gram (DETACHED)',
      run: () => settle(() => new addon.Gram(N, 0).fill(detached, N, undefined, 0), 'DETACHED'),
    },
  ];
}

/** Calls that take milliseconds. @param {Addon} addon @returns {Call[]} */
export function slowCalls(addon) {
  return [
    { name: 'Gram, sum beside fill', run: () => wideGram(addon, wide) },
    { name: 'Gram (NOT_FINITE)', run: () => settle(() => wideGram(addon, spoiled), 'NOT_FINITE') },
  ];
}

/** Whether the call returns, or throws or rejects with the code. @param {() => unknown} call @param {string} [code] */
async function settle(call, code) {
  try {
    await call();
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === code) return;
    throw error;
  }
  if (code !== undefined) throw new Error(`${code} was expected`);
}

/** @param {Addon} addon */
async function smallGram(addon) {
  const gram = new addon.Gram(N, N);
  gram.fill(general, N, single, 0);
  const { count } = await gram.snapshot(2);
  if (count !== N) throw new Error(`${count} rows instead of ${N}`);
}

/** Freed under a job; refuses whatever comes after. @param {Addon} addon */
async function closedGram(addon) {
  const gram = new addon.Gram(N, 0, Float64Array.of(1, 2), 3, 4, 5);
  gram.fill(general, N, undefined, 0);
  const snapshot = gram.snapshot(1);
  gram.close();
  gram.close();
  await settle(() => gram.fill(general, N, undefined, 0), 'INTERNAL');
  await settle(() => gram.help(1), 'INTERNAL');
  const { count } = await snapshot;
  if (count !== N) throw new Error(`${count} rows instead of ${N}`);
}

/** One staging area summed while the next rows come in. @param {Addon} addon @param {Float32Array} rows */
async function wideGram(addon, rows) {
  const gram = new addon.Gram(WIDTH, 0);
  let summing = Promise.resolve();
  for (let at = 0; at < 600; ) {
    at += gram.fill(rows, 600, undefined, at);
    if (!gram.full()) continue;
    await summing;
    gram.swap();
    summing = Promise.all([gram.help(1), gram.help(2)]).then(() => gram.check());
    summing.catch(() => {});
  }
  await summing;
  await gram.snapshot(2);
}
