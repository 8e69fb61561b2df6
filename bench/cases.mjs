import { EigenvalueDecomposition, Matrix as JsMatrix, SingularValueDecomposition } from 'ml-matrix';
import { eigh, gaussianViews, Matrix, maskViews, matmulSync, presetViews, svd, viewMoments } from '../dist/index.js';

const ROWS = 60_000;
const DIM = 784;

/** Deterministic numbers in [−½, ½): any will do, as long as nothing denormal comes up. */
function noise(rows, cols, Type = Float64Array) {
  let state = 1;
  const data = new Type(rows * cols);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = state / 2 ** 32;
  }
  return new Matrix(rows, cols, data);
}

/** Symmetric, with a spectrum that decays over five decades like that of image covariances. */
function covariance(dim) {
  const mixed = noise(2 * dim, dim);
  for (let i = 0; i < mixed.data.length; i++) mixed.data[i] *= 300 ** (1 - (i % dim) / dim);
  const rotated = matmulSync(mixed, noise(dim, dim));
  return matmulSync(rotated, rotated, { transposeA: true });
}

const toJs = (matrix) => new JsMatrix(matrix.toArray());

/** XᵀX as anyone would write it, over the first rows only: it is linear in their number. */
function plainGram({ data, cols }, rows) {
  const out = new Float64Array(cols * cols);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < cols; i++) {
      const x = data[r * cols + i];
      for (let j = i; j < cols; j++) out[i * cols + j] += x * data[r * cols + j];
    }
  }
  return out;
}

const gramFlops = ROWS * DIM * DIM;

async function moments() {
  const x = noise(ROWS, DIM);
  const sample = 2000;
  const part = toJs(new Matrix(sample, DIM, x.data.subarray(0, sample * DIM)));
  return {
    name: `exact moments, ${ROWS}×${DIM} float64`,
    work: gramFlops,
    unit: 'GFLOP/s',
    contestants: [
      { name: 'eigenview', run: async () => void (await viewMoments(x, gaussianViews())) },
      { name: 'plain loop', run: () => void plainGram(x, sample), share: sample / ROWS, rounds: 3 },
      { name: 'ml-matrix', run: () => void part.transpose().mmul(part), share: sample / ROWS, rounds: 3 },
    ],
  };
}

const withNumpy =
  (make, operation, label = 'NumPy') =>
  async (python) => {
    const found = await make(python);
    if (python !== undefined) {
      const peer = { name: label, run: () => python.run(operation) };
      found.contestants.splice(1, 0, peer);
    }
    return found;
  };

/** In NumPy all views at once take 1 GB, and one view after another less time. */
const withViewPeers = (make, operation) =>
  withNumpy(
    withNumpy(make, `${operation}-at-once`, 'NumPy, all views at once'),
    operation,
    'NumPy, one view after another',
  );

async function moments32() {
  const x = noise(ROWS, DIM, Float32Array);
  return {
    name: `exact moments, ${ROWS}×${DIM} float32 data`,
    work: gramFlops,
    unit: 'GFLOP/s',
    contestants: [{ name: 'eigenview', run: async () => void (await viewMoments(x, gaussianViews())) }],
  };
}

async function pixels() {
  const x = noise(ROWS, DIM, Float32Array);
  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.floor(256 * (x.data[i] + 0.5));
  return {
    name: `exact moments, ${ROWS}×${DIM} 8-bit pixels`,
    work: gramFlops,
    unit: 'GFLOP/s',
    contestants: [{ name: 'eigenview', run: async () => void (await viewMoments(x, gaussianViews())) }],
  };
}

async function symmetric() {
  const a = covariance(DIM);
  const js = toJs(a);
  return {
    name: `eigh, d = ${DIM}`,
    contestants: [
      { name: 'eigenview', run: async () => void (await eigh(a)) },
      { name: 'ml-matrix', run: () => void new EigenvalueDecomposition(js, { assumeSymmetric: true }), rounds: 2 },
    ],
  };
}

async function symmetricTop() {
  const a = covariance(DIM);
  return {
    name: `eigh, d = ${DIM}, top 50`,
    contestants: [{ name: 'eigenview', run: async () => void (await eigh(a, { k: 50 })) }],
  };
}

async function singular() {
  const a = noise(512, 512);
  const js = toJs(a);
  return {
    name: 'svd, 512×512',
    contestants: [
      { name: 'eigenview', run: async () => void (await svd(a)) },
      { name: 'ml-matrix', run: () => void new SingularValueDecomposition(js), rounds: 2 },
    ],
  };
}

/** Numbers of the size of pixels that are not whole, as views are not. */
function pixelLike(rows, cols) {
  const x = noise(rows, cols);
  for (let i = 0; i < x.data.length; i++) x.data[i] = 255 * (x.data[i] + 0.5);
  return x;
}

/**
 * Sampled moments beside the bare rank-k update over as many rows as there are views (exact moments of views that lie there
 * already), and beside the js backend on a few of the rows.
 */
async function sampled(name, rows, views, samples, jsRows) {
  const dim = rows.cols;
  const few = new Matrix(jsRows, dim, rows.data.subarray(0, jsRows * dim));
  const drawn = pixelLike(rows.rows * samples, dim);
  const run = (x, options) => async () => void (await viewMoments(x, views, { samples, ...options }));
  return {
    name: `${name}, ${samples} views of ${rows.rows}×${dim}`,
    work: rows.rows * samples * dim * dim,
    unit: 'GFLOP/s',
    contestants: [
      { name: 'eigenview', run: run(rows) },
      { name: 'rank-k update alone', run: async () => void (await viewMoments(drawn, gaussianViews())) },
      { name: 'js backend', run: run(few, { backend: 'js' }), share: jsRows / rows.rows, rounds: 1 },
    ],
  };
}

const VIEW_ROWS = 20_000;
const noisyViews = () => sampled('additive noise', pixelLike(VIEW_ROWS, DIM), gaussianViews({ theta: 100 }), 8, 40);
const maskedViews = () => sampled('masking', pixelLike(VIEW_ROWS, DIM), maskViews({ keep: 0.5 }), 8, 40);
const simclrViews = () =>
  sampled(
    'SimCLR pipeline',
    pixelLike(2000, 3072),
    presetViews('simclr', { width: 32, height: 32, channels: 3 }),
    16,
    1,
  );

export const cases = [
  withNumpy(moments, 'gram'),
  withNumpy(moments32, 'gram', 'NumPy (float64)'),
  withNumpy(pixels, 'gram', 'NumPy (float64)'),
  withNumpy(symmetric, 'eigh', 'SciPy'),
  withNumpy(symmetricTop, 'eigh-top', 'SciPy'),
  withNumpy(singular, 'svd'),
  withViewPeers(noisyViews, 'noisy-views'),
  withViewPeers(maskedViews, 'masked-views'),
  simclrViews,
];
