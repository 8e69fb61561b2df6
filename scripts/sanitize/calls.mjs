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

/** @param {string} kind @param {Iterable<number>} numbers @param {object} [more] */
const step = (kind, numbers, more) => ({ kind, numbers: Float64Array.from(numbers), ...more });
const coordinates = Array.from({ length: N }, (_, i) => i);
const noise = step('noise', coordinates);
/** Every kind of step over N numbers, and what is left of them: N / 2. */
const tree = step('sequence', [], {
  steps: [
    step('choice', [0.5, 1], { steps: [step('identity', []), noise] }),
    step('correlatedNoise', symmetric),
    step('mask', [0.5, 2, ...coordinates]),
    step('permutation', [2, 0.5, 1, ...coordinates.map((i) => i + 1), ...coordinates.map((i) => -1 - i)]),
    step('affine', [1, N / 2, 1, ...general.slice(0, (N * N) / 2), ...coordinates.slice(0, N / 2)]),
  ],
});
/** Image transforms and their parameters, src/views/image. @type {[string, number[]][]} */
const transforms = [
  ['randomResizedCrop', [0.2, 1, 0.75, 1.25]],
  ['horizontalFlip', []],
  ['colorJitter', [0.4, 0.4, 0.4, 0.1]],
  ['grayscale', []],
  ['gaussianBlur', [0.1, 2, 5]],
  ['solarize', [128]],
  ['gaussianNoise', [10, 1]],
  ['shotNoise', [60]],
  ['impulseNoise', [0.1]],
  ['speckleNoise', [0.2]],
  ['pixelate', [3, 2]],
  ['zoomBlur', [1, 1.1]],
  ['defocusBlur', [1.5, 0.5]],
  ['motionBlur', [2, 1]],
  ['fog', [100, 2]],
  ['brightness', [30]],
  ['contrast', [0.5]],
  ['saturate', [2, 0.1]],
  ['elastic', [2, 1, 0.5]],
];
/** All of them, one after another, on images of 5×3 pixels in colour. */
const ofImages = step('sequence', [], {
  steps: transforms.map(([name, parameters]) => step('image', [5, 3, 3, 255, ...parameters], { name })),
});
const IMAGE = 5 * 3 * 3;
const images = Float64Array.from({ length: 2 * IMAGE }, (_, i) => (i * 37) % 256);
/** @param {object} step @param {number} rows @param {Float64Array} x */
const drawn = (step, rows, x) => [
  2,
  step,
  0,
  x,
  rows,
  x.length / rows,
  3,
  4,
  Float64Array.from({ length: rows }, (_, i) => 2 ** 40 + i),
  new Uint32Array(rows).fill(2 ** 31 - 1),
];

/** Every kind of field, of encoders of two dimensions, as src/backends/native/dynamics.ts describes them. */
const square = { k: 2, rows: N, cols: N, first: symmetric, second: symmetric };
const diagonalGram = { k: 2, rows: N, cols: N, first: diagonals.slice(0, N) };
const simsiam = { kind: 'simsiam', ...diagonalGram, predictorRidge: 0.1, encoderRidge: 0.1 };
const singular = { kind: 'linear-simsiam', ...square, lambda: 0, learned: false, scale: 1 };
const fields = [
  { field: simsiam, columns: N },
  { field: { ...simsiam, first: symmetric }, columns: N },
  { field: { kind: 'peira', ...square, lambda: 0.1, shared: true }, columns: N },
  { field: { kind: 'peira', ...diagonalGram, lambda: 0.1, shared: false }, columns: 2 * N },
  { field: { ...singular, lambda: 0.1, isotropic: 2 }, columns: N },
  { field: { ...singular, learned: true, rate: 0.5 }, columns: 2 * N + 2 },
];
const deepLinear = { kind: 'deep-linear', k: 1, rows: 1, cols: N, depth: 2, latent: true };
const features = new Float64Array(N).fill(0.5);
const integration = {
  tMax: 0.5,
  minTime: 0,
  rtol: 1e-3,
  atol: 1e-3,
  steadyTolerance: 1e-6,
  rate: 1,
  amplitude: 1,
  relaxation: 1,
};
/** Explicit steps, or implicit ones. @param {number} stepping */
const stepped = (stepping) => ({ ...integration, maxSteps: 5, stepping, descends: false, save: 0, room: 2 ** 20 });
/** From two starts. @param {object} field @param {number} columns @param {object} how */
const trajectories = (field, columns, how) => [2, field, general.slice(0, 4 * columns), 2, how];

/** @param {{ field: object, columns: number }} each @returns {[string, unknown[]][]} */
const ofField = ({ field, columns }) => [
  ['evaluateField', [field, general.slice(0, 2 * columns)]],
  ['fieldJacobian', [2, field, general.slice(0, 2 * columns), new Int32Array(1)]],
  ['integrateField', [...trajectories(field, columns, stepped(1)), undefined]],
  ['integrateField', [...trajectories(field, columns, stepped(2)), new Int32Array(1)]],
];

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
  ...fields.flatMap(ofField),
  ['evaluateField', [{ ...deepLinear, first: features, second: features }, features]],
  ['evaluateField', [{ ...deepLinear, first: features, second: detached }, features], 'DETACHED'],
  ['evaluateField', [singular, zero.slice(0, 2 * N)], 'SINGULAR'],
  ['evaluateField', [{ ...simsiam, first: detached }, general.slice(0, 2 * N)], 'DETACHED'],
  ['evaluateField', [{ ...simsiam, kind: 'no such' }, general.slice(0, 2 * N)], 'INTERNAL'],
  ['fieldJacobian', [1, simsiam, detached, undefined], 'DETACHED'],
  ['fieldJacobian', [2, simsiam, general.slice(0, 2 * N), new Int32Array([1])], 'CANCELLED'],
  ['integrateField', [...trajectories(simsiam, N, stepped(0)), new Int32Array([1])]],
  ['integrateField', [2, simsiam, huge.slice(0, 4 * N), 2, { ...stepped(0), save: 2, times: features }, undefined]],
  ['integrateField', [...trajectories(simsiam, N, { ...stepped(0), room: 3 }), undefined], 'TOO_LARGE'],
  ['integrateField', [2, simsiam, detached, 2, stepped(0), undefined], 'DETACHED'],
  ['project', [2, general, N, N, symmetric, N, N]],
  ['addNoise', [2, single, N, N, symmetric, N, N, 1, 2, 3, 2 ** 40]],
  ['addNoise', [2, general, N, N, new Float64Array(N).fill(0.1), 1, N, 1, 2, 3, 4]],
  ['addNoise', [1, general, N, N, detached, N, N, 1, 2, 3, 4], 'DETACHED'],
  ['drawViews', drawn(tree, N, general)],
  ['drawViews', drawn(ofImages, 2, images)],
  ['drawViews', drawn(step('no such', []), N, general), 'INTERNAL'],
  ['drawViews', [1, noise, 0, detached, N, N, ...drawn(noise, N, general).slice(6)], 'DETACHED'],
  ['drawViews', [...drawn(noise, N, general).slice(0, 8), detached, new Uint32Array(N)], 'DETACHED'],
  ['squaredDifferences', [2, single, N, Float64Array.of(1, -1)]],
  ['squaredDifferences', [2, single, N, Float64Array.of(1, -1, 3)], 'DETACHED'],
  ['squaredDifferences', [2, single, N, detached], 'DETACHED'],
];

/** Rows of three numbers: more than two staging areas of them. */
const WIDTH = 3;
const ROWS = 180_000;
const long = new Float32Array(WIDTH * ROWS).fill(0.5);
const spoiled = long.map((x, at) => (at === 123456 ? Number.NaN : x));

/** What an accumulator of views takes behind dx and dy. @param {object | undefined} drawing @param {number} width */
const plan = (drawing, width) => [drawing, 3, width, false, 1, 2, 2 ** 33, 1, 1, 1];
const views = Float64Array.from({ length: N * 3 * N }, (_, i) => Math.cos(i * i));

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
    ...viewGramCalls(addon),
    ...rowsCalls(addon),
    ...lossCalls(addon),
  ];
}

/** Objectives on batches, behind which come the gradients that each call is given anew. @param {Addon} addon */
function lossCalls(addon) {
  const like = single.slice(0, 4 * N);
  const batch = general.slice(0, 4 * N);
  const spoiltBatch = batch.with(7, Number.NaN);
  const vicreg = [25, 25, 1, 1, 1e-4];
  const sketch = [17, 3, 0.5, 0.5];
  /** @type {[string, number, unknown[], unknown[], (string | undefined)?, Int32Array?][]} */
  const calls = [
    ['vicreg', 2, [batch, like], vicreg],
    ['vicreg', 1, [batch], vicreg, undefined, new Int32Array(1)],
    ['vicreg', 1, [batch, spoiltBatch], vicreg, 'NOT_FINITE'],
    ['vicreg', 2, [batch.map((x) => 1e300 * x), batch], vicreg, 'OUT_OF_RANGE'],
    ['vicreg', 2, [batch, batch], vicreg, 'CANCELLED', new Int32Array([1])],
    ['vicreg', 2, [batch, detached], vicreg, 'DETACHED'],
    ['barlowTwins', 2, [batch, like], [1, 5e-3, 0, 1]],
    ['barlowTwins', 2, [batch, zero.slice(0, 4 * N)], [1, 5e-3, 0, 1], 'OUT_OF_RANGE'],
    ['simclr', 2, [batch, like], [0.1]],
    ['simclr', 1, [batch, like], [1e-3]],
    ['simclr', 2, [batch, zero.slice(0, 4 * N)], [0.1], 'OUT_OF_RANGE'],
    ['sigreg', 2, [batch, like, batch], [...sketch, 1, 2, 2 ** 31 + 8, 5]],
    ['sigreg', 1, [batch], [...sketch, general, N]],
    ['sigreg', 1, [batch], [...sketch, detached, N], 'DETACHED'],
  ];
  return calls.flatMap(([operation, threads, batches, args, code, cancelled]) => {
    const call = (/** @type {string} */ name) => {
      const gradients = batches.map(() => new Float64Array(4 * N));
      return addon[name](threads, batches, 4, N, gradients, cancelled, ...args);
    };
    const name = `${operation} of ${batches.length}${code === undefined ? '' : ` (${code})`}`;
    return [
      { name, run: () => settle(() => call(operation), code) },
      { name: `${name}, async`, run: () => settle(() => call(`${operation}Async`), code) },
    ];
  });
}

/** @param {Addon} addon @returns {Call[]} */
function rowsCalls(addon) {
  const labels = Int32Array.from({ length: N }, (_, i) => i % 3);
  const weights = general.slice(0, 3 * (N + 1));
  const stop = new Int32Array([1]);
  /** @param {(rows: any) => unknown} use */
  const stored = async (use) => {
    const rows = new addon.Rows(N);
    try {
      rows.fill(single, N);
      await use(rows);
    } finally {
      rows.close();
    }
  };
  /** @param {(rows: any) => unknown} use */
  const classified = (use) =>
    stored((rows) => {
      rows.classify(labels, 3);
      return use(rows);
    });
  /** @type {[string, () => unknown, string?][]} */
  const calls = [
    ['Rows, fill', () => stored((rows) => rows.fill(general, N))],
    ['Rows, fill', () => stored((rows) => rows.fill(detached, N)), 'DETACHED'],
    ['Rows, potential', () => stored((rows) => rows.potential(2, 2, new Int32Array(1)))],
    ['Rows, nearest', () => stored((rows) => rows.nearest(2, general, N, 3, undefined))],
    ['Rows, nearest', () => stored((rows) => rows.nearest(1, single, N, 3, stop)), 'CANCELLED'],
    ['Rows, nearest', () => stored((rows) => rows.nearest(1, detached, N, 3, undefined)), 'DETACHED'],
    ['Rows, classify', () => stored((rows) => rows.classify(labels.slice(1), 3)), 'DETACHED'],
    ['Rows, evaluate', () => classified((rows) => rows.evaluate(2, weights, undefined))],
    ['Rows, evaluate', () => classified((rows) => rows.evaluate(1, detached, undefined)), 'DETACHED'],
    ['Rows, evaluate', () => classified((rows) => rows.evaluate(1, weights, stop)), 'CANCELLED'],
    ['Rows, evaluate before classify', () => stored((rows) => rows.evaluate(1, weights, undefined)), 'INTERNAL'],
    ['Rows, product', () => classified((rows) => rows.product(2, weights, new Int32Array(1)))],
    ['Rows, closed', () => closedRows(addon)],
  ];
  return calls.map(([name, call, code]) => ({
    name: code === undefined ? name : `${name} (${code})`,
    run: () => settle(call, code),
  }));
}

/** Freed under a job; refuses whatever comes after. @param {Addon} addon */
async function closedRows(addon) {
  const rows = new addon.Rows(N);
  rows.fill(general, N);
  const found = rows.nearest(1, general, N, 1, undefined);
  rows.close();
  rows.close();
  await settle(() => rows.fill(general, N), 'INTERNAL');
  await settle(() => rows.potential(1, 2, undefined), 'INTERNAL');
  if ((await found).rows[3] !== 3) throw new Error('a row is not the nearest to itself');
}

/** @param {Addon} addon @returns {Call[]} */
function viewGramCalls(addon) {
  /** @param {object | undefined} drawing @param {number} width @param {unknown[]} rows */
  const sum = async (drawing, width, ...rows) => {
    const gram = new addon.ViewGram(N, N, ...plan(drawing, width));
    try {
      gram.fill(...rows);
      const { count } = await gram.snapshot(2);
      if (count !== N) throw new Error(`${count} rows instead of ${N}`);
    } finally {
      gram.close();
    }
  };
  const failing = general.map((x, at) => (at === 100 ? Number.POSITIVE_INFINITY : x));
  /** @type {[string, () => unknown, string?][]} */
  const calls = [
    ['ViewGram', () => sum(tree, N / 2, general, N, single, 0)],
    ['ViewGram, views given', () => sum(undefined, N, general, N, single, 0, views)],
    ['ViewGram, closed', () => closedViewGram(addon)],
    ['ViewGram', () => new addon.ViewGram(N, 0, ...plan(step('no such', []), N)), 'INTERNAL'],
    ['ViewGram', () => new addon.ViewGram(2 ** 31 - 1, 1, ...plan(noise, N)), 'TOO_LARGE'],
    ['ViewGram', () => sum(noise, N, detached, N, single, 0), 'DETACHED'],
    ['ViewGram, views given', () => sum(undefined, N, general, N, single, 0, detached), 'DETACHED'],
    ['ViewGram, views given', () => sum(undefined, N, general, N, single, 0, new Float32Array(views)), 'INTERNAL'],
    ['ViewGram', () => sum(noise, N, failing, N, single, 0), 'NOT_FINITE'],
    ['ViewGram', () => sum(noise, N, huge, N, single, 0), 'OUT_OF_RANGE'],
  ];
  return calls.map(([name, call, code]) => ({
    name: code === undefined ? name : `${name} (${code})`,
    run: () => settle(call, code),
  }));
}

/** Calls that take a millisecond, or many, each to be made only once for `every` of the others. @param {Addon} addon */
export function slowCalls(addon) {
  const gram = () => new addon.Gram(WIDTH, 0);
  const viewGram = () => new addon.ViewGram(WIDTH, 0, ...plan(step('noise', [1, 2, 3]), WIDTH));
  /** @type {[string, () => unknown, number][]} */
  const accumulators = [
    ['Gram', gram, 50],
    ['ViewGram', viewGram, 500],
  ];
  return accumulators.flatMap(([name, make, every]) => [
    { name: `${name}, sum beside fill`, run: () => sumBesideFill(make(), long), every },
    {
      name: `${name}, sum beside fill (NOT_FINITE)`,
      run: () => settle(() => sumBesideFill(make(), spoiled), 'NOT_FINITE'),
      every,
    },
  ]);
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

/** As closedGram. @param {Addon} addon */
async function closedViewGram(addon) {
  const gram = new addon.ViewGram(N, 0, ...plan(tree, N / 2));
  gram.fill(general, N, undefined, 0);
  const snapshot = gram.snapshot(1);
  gram.close();
  await settle(() => gram.fill(general, N, undefined, 0), 'INTERNAL');
  await settle(() => gram.help(1), 'INTERNAL');
  const { count } = await snapshot;
  if (count !== N) throw new Error(`${count} rows instead of ${N}`);
}

/** Staging areas summed while the next rows come in. @param {any} gram @param {Float32Array} rows */
async function sumBesideFill(gram, rows) {
  let turns = 0;
  let summing = Promise.resolve();
  try {
    for (let at = 0; at < ROWS; ) {
      at += gram.fill(rows, ROWS, undefined, at);
      if (!gram.full()) continue;
      await summing;
      gram.swap();
      turns++;
      summing = Promise.all([gram.help(1), gram.help(2)]).then(() => gram.check());
      summing.catch(() => {});
    }
    await summing;
    await gram.snapshot(2);
  } finally {
    gram.close();
  }
  if (turns < 2) throw new Error(`${turns} staging areas instead of two`);
}
