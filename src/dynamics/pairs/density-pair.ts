/**
 * The kernel estimate of nonparametric CCA (Michaeli, Wang and Livescu, ICML 2016): with Nadaraya–Watson weights
 * W_x(x, l) = K_x(x, x_l)/Σ_m K_x(x, x_m), and W_y alike, the ratio p(xᵢ, yⱼ)/(p(xᵢ)p(yⱼ)) at the samples is estimated
 * by n (W_x W_yᵀ)ᵢⱼ. That is a joint table of sampled states, P ∝ W_x W_yᵀ; with its own marginals r and c, M =
 * diag(r)^{-1/2} P diag(c)^{-1/2} has s₁ = 1, the constant, and all s ≤ 1.
 *
 * With M = Σ sᵢ aᵢ bᵢᵀ the dictionary is that of the estimate's canonical functions: gram diag(s). At any point
 * (Nyström), uᵢ(x) = E[vᵢ(y) | x]/sᵢ = Σ_l W_x(x, l) B_li / Σ_l W_x(x, l) q_l, with B = W_yᵀ diag(c)^{-1/2} b/sᵢ and
 * q_l = Σⱼ W_y(yⱼ, l), which at the samples are aᵢ/√r to rounding.
 */
import type { Backend } from '../../backends/backend.js';
import type { Control } from '../../backends/linalg.js';
import { beginCall, type CallOptions } from '../../backends/select.js';
import { EigenviewError } from '../../errors.js';
import { checkBoolean, checkDense, checkInteger, checkNumber, checkRankTolerance, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../../runtime/turn.js';
import { medianDistance } from '../dictionaries/bandwidth.js';
import { checkCoefficients, checkNotConstant, checkPoints, checkSide, combined } from './evaluation.js';
import { Smoother } from './smoother.js';
import type { ViewPair } from './view-pair.js';
import { lessOuter } from './whitened-pair.js';

export interface DensityPairOptions extends CallOptions {
  /** h of the Gaussian kernels of both views, in the units of the data. */
  bandwidth?: number;
  /** Default `bandwidth`, or else {@link bandwidthOf} x times n^{-1/(dx + dy + 4)}. */
  bandwidthX?: number;
  /** The same of y. */
  bandwidthY?: number;
  /** Takes the kernel of a point with its nearest samples alone, so many of them; default all. */
  neighbours?: number;
  /** How many functions the dictionary has at most, those of the largest correlations; default 64. */
  count?: number;
  /** Functions whose correlation is at or below this share of the largest, 1, are dropped; default 1e-6. */
  rankTolerance?: number;
  /** Takes the constant function, u₁ = 1 with s₁ = 1, out of the dictionary; default false. */
  centered?: boolean;
}

const KEYS = ['bandwidth', 'bandwidthX', 'bandwidthY', 'neighbours', 'count', 'rankTolerance', 'centered'] as const;

/** Three n×n matrices at once: 1.6 GB. */
const MOST_SAMPLES = 8192;

const DEFAULT_COUNT = 64;

/** The Nyström extension divides by correlations: their rounding, over this, is still small. */
const DEFAULT_RANK_TOLERANCE = 1e-6;

/**
 * The pair of smoothed samples: nonparametric CCA. For up to 8192 samples of few dimensions; O(n³) time, O(n²) memory.
 *
 * Smoothing lowers correlations, of normals of variance σ² by about 1/(1 + h²/σ²); the default bandwidth, the median
 * heuristic with Scott's rate, tends to 0 as samples are added.
 *
 * @param x n×dx
 * @param y n×dy
 * @throws EigenviewError `TOO_LARGE`, `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`, `OUT_OF_RANGE`; the signal's reason
 * when aborted
 * @example
 * ```ts
 * const pair = await densityPair(x, y, { centered: true });
 * const { functions } = await canonicalFunctions(pair, { k: 2 });
 * const u = pair.evaluate(functions, x); // n×2
 * ```
 */
export async function densityPair(x: Matrix, y: Matrix, options?: DensityPairOptions): Promise<ViewPair> {
  const { backend, control } = beginCall('densityPair', options, KEYS);
  const { centered = false, count = DEFAULT_COUNT, rankTolerance = DEFAULT_RANK_TOLERANCE } = options ?? {};
  checkBoolean('centered', centered);
  checkInteger('count', count, { min: 1 });
  checkRankTolerance(rankTolerance);
  checkSamples(x, y);
  const smoothers = smoothersOf(x, y, options ?? {});
  const weights = {
    x: await smoothers.x.weights(backend, control, x),
    y: await smoothers.y.weights(backend, control, y),
  };
  const wanted = centered ? count : count - 1;
  const { correlations, extensions } = await estimate(backend, control, weights, wanted, rankTolerance);
  const lowest = centered ? 0 : 1;
  const m = correlations.length + lowest;
  checkNotConstant('x and y', m);
  return {
    name: `density of ${x.rows} samples${centered ? ', centred' : ''}`,
    gram: Matrix.diagonal([...new Array<number>(lowest).fill(1), ...correlations]),
    exchangeable: false,
    centered,
    dimensions: { x: x.cols, y: y.cols },
    evaluate(coefficients, points, side = 'x') {
      checkSide(side);
      const smoother = smoothers[side];
      checkCoefficients(coefficients, { count: m, dimension: smoother.dimension });
      checkPoints('points', points, smoother.dimension);
      const features = (rows: Matrix) => extended(backend, smoother, extensions[side], rows, lowest);
      return combined(coefficients, points, features, backend.linalg.sync, smoother.samples);
    },
  };
}

function checkSamples(x: unknown, y: unknown): void {
  checkDense('x', x);
  checkDense('y', y);
  if (x.rows !== y.rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The views differ in the number of samples.', {
      argument: 'y',
      expected: `of ${x.rows} rows, as many as x`,
      received: shape(y),
    });
  }
  if (x.rows <= MOST_SAMPLES) return;
  throw new EigenviewError('TOO_LARGE', 'The density of so many samples takes too large a matrix.', {
    argument: 'x',
    expected: `of at most ${MOST_SAMPLES} rows`,
    received: String(x.rows),
    fix: 'Take a random subset of the samples, or samplePair with randomFeatures or nystromFeatures.',
  });
}

function smoothersOf(x: Matrix, y: Matrix, options: DensityPairOptions): { x: Smoother; y: Smoother } {
  const { bandwidth, bandwidthX = bandwidth, bandwidthY = bandwidth, neighbours = x.rows } = options;
  for (const [name, value] of Object.entries({ bandwidth, bandwidthX, bandwidthY })) {
    if (value !== undefined) checkNumber(name, value, { min: 0, above: true });
  }
  checkInteger('neighbours', neighbours, { min: 1 });
  // Scott's rate for a density in dx + dy dimensions.
  const rate = x.rows ** (-1 / (x.cols + y.cols + 4));
  return {
    x: new Smoother('x', x, bandwidthX ?? rate * medianDistance('x', x, 0), neighbours),
    y: new Smoother('y', y, bandwidthY ?? rate * medianDistance('y', y, 0), neighbours),
  };
}

/** What the values of one side's functions at any point are made of. */
interface Extension {
  /** B, n×m. */
  numerators: Matrix;
  /** q, n×1. */
  denominator: Matrix;
}

interface Estimate {
  /** Without that of the constant. */
  correlations: Float64Array;
  extensions: { x: Extension; y: Extension };
}

/** @param weights W_x and W_y, n×n; overwritten */
async function estimate(
  { linalg }: Backend,
  control: Control,
  weights: { x: Matrix; y: Matrix },
  wanted: number,
  rankTolerance: number,
): Promise<Estimate> {
  const { matmul, svd } = linalg.async;
  const sums = { x: await columnSums(weights.x), y: await columnSums(weights.y) };
  const total = inner(sums.x, sums.y);
  // Rows of W over √(total · marginal): their products are those of diag(r)^{-1/2} P diag(c)^{-1/2}.
  const roots = { x: await scaleRows(weights.x, sums.y, total), y: await scaleRows(weights.y, sums.x, total) };
  const denominators = { x: column(sums.y), y: column(sums.x) };
  const k = Math.min(wanted, weights.x.rows);
  if (k === 0) {
    const none = new Matrix(weights.x.rows, 0);
    const [x, y] = [denominators.x, denominators.y].map((denominator) => ({ numerators: none, denominator }));
    return { correlations: new Float64Array(), extensions: { x: x as Extension, y: y as Extension } };
  }
  const gram = await matmul(control, weights.x, weights.y, false, true);
  const { u, s, vt } = await svd(control, await lessOuter(gram, roots.x, roots.y), k);
  const correlations = s.filter((value) => value > rankTolerance).map((value) => Math.min(1, value));
  const scale = correlations.map((value) => Math.sqrt(total) / value);
  const ofX = await matmul(control, weights.y, withoutConstant(vt, roots.y), true, true);
  const ofY = await matmul(control, weights.x, withoutConstant(u.transpose(), roots.x), true, true);
  return {
    correlations,
    extensions: {
      x: { numerators: leading(ofX, scale), denominator: denominators.x },
      y: { numerators: leading(ofY, scale), denominator: denominators.y },
    },
  };
}

async function columnSums({ rows, cols, data }: Matrix): Promise<Float64Array> {
  const sums = new Float64Array(cols);
  await inStretches(rows, rowsAtOnce(cols), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = 0; j < cols; j++) (sums[j] as number) += data[i * cols + j] as number;
    }
  });
  return sums;
}

/** Divides row i by √(total · mᵢ), the marginal being m = W q/total, and returns √m. */
async function scaleRows(weights: Matrix, q: Float64Array, total: number): Promise<Float64Array> {
  const root = new Float64Array(weights.rows);
  await inStretches(weights.rows, rowsAtOnce(2 * weights.cols), (from, to) => {
    for (let i = from; i < to; i++) {
      const row = weights.row(i);
      const joint = inner(row, q);
      root[i] = Math.sqrt(joint / total);
      const divisor = Math.sqrt(joint);
      for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / divisor;
    }
  });
  return root;
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function column(values: Float64Array): Matrix {
  return new Matrix(values.length, 1, values);
}

/**
 * Rows less their part along the constant, in place. Singular vectors are orthogonal to it to eps/s only, which the
 * extension would divide by s once more.
 */
function withoutConstant(rows: Matrix, constant: Float64Array): Matrix {
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.row(i);
    const along = inner(row, constant);
    for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) - along * (constant[j] as number);
  }
  return rows;
}

/** The first columns, each times its factor. */
function leading({ rows, cols, data }: Matrix, factors: Float64Array): Matrix {
  const out = new Matrix(rows, factors.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < factors.length; j++, at++)
      out.data[at] = (data[i * cols + j] as number) * (factors[j] as number);
  }
  return out;
}

/** The dictionary at points: the constant, where `lowest` is 1, and the canonical functions of the estimate. */
function extended(
  backend: Backend,
  smoother: Smoother,
  { numerators, denominator }: Extension,
  points: Matrix,
  lowest: number,
): Matrix {
  const out = new Matrix(points.rows, numerators.cols + lowest);
  if (lowest === 1) for (let i = 0; i < out.rows; i++) out.data[i * out.cols] = 1;
  if (numerators.cols === 0) return out;
  const { matmul } = backend.linalg.sync;
  const weights = smoother.weightsSync(backend, points);
  const above = matmul(weights, numerators, false, false);
  const below = matmul(weights, denominator, false, false);
  for (let i = 0; i < out.rows; i++) {
    for (let j = 0; j < above.cols; j++) {
      out.data[i * out.cols + lowest + j] = (above.data[i * above.cols + j] as number) / (below.data[i] as number);
    }
  }
  return out;
}
