import { join } from 'node:path';
import { openNpz } from '../data/npz.js';
import { oneHot } from '../data/one-hot.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { packageFolder } from '../runtime/package-folder.js';
import { normal, STREAMS, uniform } from '../runtime/random.js';
import { CHUNK_ROWS, type StudyDataset } from './dataset.js';

/** Made from MNIST by scripts/measure-mnist.mjs. */
const STATISTICS = join(packageFolder, 'data/mnist-statistics.npz');

/** Class-conditional statistics of a data set in its principal coordinates. */
interface ClassStatistics {
  /** Cumulative class frequencies, the last one 1. */
  cumulative: Float64Array;
  /** One mean a class, classes×dims. */
  means: Matrix;
  /** Lower Cholesky factors of the class covariances. */
  factors: Matrix[];
}

/**
 * The embedded data set: each class of MNIST as a Gaussian with its measured weight, mean and covariance in 50 principal
 * components. Sample i of a seed is a function of (seed, i), so any n can be generated, on the fly and nested.
 *
 * @param signalDims how many of the 50 components are the signal; all unless given
 * @throws EigenviewError `OUT_OF_RANGE` for more than there are
 */
export async function builtInDataset(signalDims: number | 'all' = 'all'): Promise<StudyDataset> {
  const statistics = leading(await loadStatistics(), signalDims);
  const { means } = statistics;
  const signal = (seed: number) => (from: number, count: number) => drawSignals(statistics, seed, from, count);
  const targets = (seed: number) => (from: number, count: number) =>
    oneHot(drawClasses(statistics, seed, from, count), means.rows);
  return {
    name: 'built-in',
    id: `built-in 1, ${means.cols} components`,
    dims: means.cols,
    rows: Number.POSITIVE_INFINITY,
    target: 'classes',
    signal: (seed, n) => generate(n, signal(seed)),
    targets: (seed, n) => generate(n, targets(seed)),
  };
}

async function* generate(
  n: number,
  draw: (from: number, count: number) => Matrix,
): AsyncGenerator<Matrix, void, undefined> {
  for (let from = 0; from < n; from += CHUNK_ROWS) yield draw(from, Math.min(CHUNK_ROWS, n - from));
}

function drawClasses({ cumulative }: ClassStatistics, seed: number, from: number, count: number): Int32Array {
  const u = new Float64Array(1);
  return Int32Array.from({ length: count }, (_, i) => {
    uniform(seed, from + i, STREAMS.builtInClass, u);
    return cumulative.findIndex((edge) => (u[0] as number) < edge);
  });
}

/** Row i is mean + L g for its class. */
function drawSignals(statistics: ClassStatistics, seed: number, from: number, count: number): Matrix {
  const { means, factors } = statistics;
  const dims = means.cols;
  const classes = drawClasses(statistics, seed, from, count);
  const out = new Matrix(count, dims);
  const g = new Float64Array(dims);
  for (let i = 0; i < count; i++) {
    normal(seed, from + i, STREAMS.builtIn, g);
    const label = classes[i] as number;
    const factor = (factors[label] as Matrix).data;
    for (let a = 0; a < dims; a++) {
      let value = means.data[label * dims + a] as number;
      for (let b = 0; b <= a; b++) value += (factor[a * dims + b] as number) * (g[b] as number);
      out.data[i * dims + a] = value;
    }
  }
  return out;
}

async function loadStatistics(): Promise<ClassStatistics> {
  const file = await openNpz(STATISTICS);
  const counts = await file.read('counts');
  const means = await file.read('means');
  const packed = await file.read('factors');
  const total = Array.from(counts.data).reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const cumulative = Float64Array.from(counts.data, (count) => {
    seen += count;
    return seen / total;
  });
  return {
    cumulative,
    means: new Matrix(means.rows, means.cols, new Float64Array(means.data)),
    factors: Array.from({ length: means.rows }, (_, c) => unpack(packed.row(c), means.cols)),
  };
}

/** A factor is lower triangular: its first rows need no later normals, so fewer components have the same numbers. */
function leading(statistics: ClassStatistics, signalDims: number | 'all'): ClassStatistics {
  const { cols } = statistics.means;
  if (signalDims === 'all') return statistics;
  checkInteger('signalDims', signalDims, { min: 1, max: cols });
  const crop = (a: Matrix, rows: number) =>
    Matrix.from(Array.from({ length: rows }, (_, i) => Array.from(a.row(i).subarray(0, signalDims))));
  return {
    cumulative: statistics.cumulative,
    means: crop(statistics.means, statistics.means.rows),
    factors: statistics.factors.map((factor) => crop(factor, signalDims)),
  };
}

/** A lower triangle stored row after row. */
function unpack(triangle: ArrayLike<number>, n: number): Matrix {
  const full = new Matrix(n, n);
  let next = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) full.data[i * n + j] = triangle[next++] as number;
  }
  return full;
}
