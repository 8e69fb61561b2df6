/**
 * Multinomial logistic regression: the minimum of (1/n) Σ −log softmax(Ŵ x̂ + b̂)_label + (λ/2)‖Ŵ‖² over centred, scaled
 * features x̂; the bias is free. By truncated Newton, preconditioned by the Hessian whose probabilities are the same in all rows,
 * c·Ĉ + λI for each class with c its mean p(1 − p), Ĉ the covariance (Böhning, Annals of the Institute of Statistical
 * Mathematics 1992, bounds the Hessian by ½ Ĉ). The rows stay as they are in memory: centring and scaling act on weights.
 */
import type { Backend } from '../backends/backend.js';
import type { RowStore, SoftmaxLoss } from '../backends/diagnostics.js';
import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import type { Classes } from './classes.js';
import type { Checked } from './labelled.js';
import type { LinearMap } from './linear-map.js';
import { type Convex, minimise, type NewtonOptions, type Point } from './newton.js';
import { type Scaling, scalingOf, unscale } from './scaling.js';
import { type TrainMoments, trainMoments } from './train-moments.js';

export interface LogisticOptions extends NewtonOptions {
  lambda: number;
  standardise: boolean;
}

export interface Logistic extends LinearMap {
  iterations: number;
  products: number;
  converged: boolean;
  /** The penalised mean cross-entropy. */
  loss: number;
}

export async function fitLogistic(
  backend: Backend,
  control: Control,
  train: Checked,
  { values, indices }: Classes,
  options: LogisticOptions,
): Promise<Logistic> {
  const { store, ...found } = await remember(backend, control, train);
  try {
    const scaling = await scalingOf(found, options.standardise);
    const { values: spectrum, vectors } = await backend.linalg.async.eigh(
      control,
      scaling.covariance,
      undefined,
      undefined,
    );
    const loss = store.softmax(indices, values.length);
    const problem = new Penalised(backend, control, loss, scaling, { spectrum, vectors }, options.lambda);
    const least = await minimise(problem, startAt(indices, values.length, scaling.mean.length), options);
    const { at, iterations, products, value } = least;
    // Where weights separate the classes, larger ones fit better still: there is no optimum to have converged to.
    const converged = least.converged && !(options.lambda === 0 && (await separates(problem, at, indices.length)));
    return { ...problem.mapAt(at), iterations, products, converged, loss: value };
  } finally {
    store.close();
  }
}

/**
 * Whether the class of every row scores best: only then do weights a million times as large bring all losses to 0, and each is
 * below log 2 if their sum is.
 */
async function separates(problem: Convex, at: Float64Array, rows: number): Promise<boolean> {
  const { value } = await problem.evaluate(at.map((x) => 1e6 * x));
  return rows * value < Math.LN2;
}

/** One pass keeps the rows, less an origin, and takes their moments. */
async function remember(
  backend: Backend,
  control: Control,
  train: Checked,
): Promise<TrainMoments & { store: RowStore }> {
  let store: RowStore | undefined;
  const visit = async (rows: Matrix) => {
    store ??= backend.diagnostics.rows(rows.cols);
    await store.add(control, rows);
  };
  try {
    const found = await trainMoments(backend, control, train, { visit });
    return { ...found, store: store as unknown as RowStore };
  } catch (error) {
    (store as RowStore | undefined)?.close();
    throw error;
  }
}

/** No weights, and the bias that gives each class its frequency: every class occurs. */
function startAt(indices: Int32Array, classes: number, d: number): Float64Array {
  const start = new Float64Array(classes * (d + 1));
  const counts = new Float64Array(classes);
  for (const index of indices) counts[index] = (counts[index] as number) + 1;
  counts.forEach((count, c) => {
    start[c * (d + 1) + d] = Math.log(count / indices.length);
  });
  return start;
}

/** The objective over [Ŵ | b̂], classes×(d + 1), flat. */
class Penalised implements Convex {
  readonly #width: number;
  #curvature: Float64Array;

  constructor(
    readonly backend: Backend,
    readonly control: Control,
    readonly loss: SoftmaxLoss,
    readonly scaling: Scaling,
    readonly basis: { spectrum: Float64Array; vectors: Matrix },
    readonly lambda: number,
  ) {
    this.#width = scaling.mean.length + 1;
    this.#curvature = new Float64Array();
  }

  async evaluate(at: Float64Array): Promise<Point> {
    const { loss, gradient, curvature } = await this.loss.evaluate(this.control, this.#toRaw(at));
    this.#curvature = curvature;
    let squares = 0;
    this.#eachWeight((i) => {
      squares += (at[i] as number) ** 2;
    });
    return { at, value: loss + (this.lambda / 2) * squares, gradient: this.#fromRaw(gradient, at) };
  }

  async product(direction: Float64Array): Promise<Float64Array> {
    return this.#fromRaw(await this.loss.product(this.control, this.#toRaw(direction)), direction);
  }

  async precondition(vector: Float64Array): Promise<Float64Array> {
    const { vectors } = this.basis;
    const { matmul } = this.backend.linalg.async;
    const rotated = await matmul(this.control, this.#weightsOf(vector), vectors, false, false);
    for (let at = 0; at < rotated.data.length; at++) {
      const scale = this.#inverse(Math.floor(at / rotated.cols), at % rotated.cols);
      rotated.data[at] = (rotated.data[at] as number) * scale;
    }
    const weights = await matmul(this.control, rotated, vectors, false, true);
    const result = new Float64Array(vector.length);
    const slopes = this.#biasSlopes(vector);
    for (let c = 0; c < weights.rows; c++) {
      result.set(weights.row(c), c * this.#width);
      const bias = (c + 1) * this.#width - 1;
      result[bias] = (slopes[c] as number) / this.#curvatureOf(c);
    }
    return result;
  }

  /** W and b on the rows as they are, the biases of mean 0: adding one number to all changes no probability. */
  mapAt(at: Float64Array): LinearMap {
    const d = this.#width - 1;
    const weights = this.#weightsOf(at);
    const { weights: raw, bias } = unscale(
      weights,
      Float64Array.from({ length: weights.rows }, (_, c) => at[c * this.#width + d] as number),
      this.scaling,
    );
    const mean = bias.reduce((sum, x) => sum + x / bias.length, 0);
    return { weights: raw, bias: bias.map((x) => x - mean) };
  }

  /**
   * One number added to all biases changes nothing: slopes along them sum to 0. Rounding's share of that sum, where nothing
   * curves, is left out; beside weights that a huge λ keeps at 0 it would be all there is.
   */
  #biasSlopes(vector: Float64Array): Float64Array {
    const slopes = Float64Array.from(
      { length: this.#curvature.length },
      (_, c) => vector[(c + 1) * this.#width - 1] as number,
    );
    const mean = slopes.reduce((sum, x) => sum + x / slopes.length, 0);
    return slopes.map((x) => x - mean);
  }

  #curvatureOf(c: number): number {
    return Math.max(this.#curvature[c] as number, 1e-8);
  }

  /** 1/(cλⱼ + λ); directions that do not vary have no part in the gradient either. */
  #inverse(c: number, j: number): number {
    const { spectrum } = this.basis;
    const floor = 1e-10 * (spectrum[0] as number);
    const value = this.#curvatureOf(c) * Math.max(spectrum[j] as number, floor) + this.lambda;
    return value > 0 ? 1 / value : 1;
  }

  #weightsOf(at: Float64Array): Matrix {
    const d = this.#width - 1;
    const weights = new Matrix(at.length / this.#width, d);
    for (let c = 0; c < weights.rows; c++) weights.row(c).set(at.subarray(c * this.#width, c * this.#width + d));
    return weights;
  }

  /** Weights on x̂ as weights on x. */
  #toRaw(at: Float64Array): Matrix {
    const { mean, scale } = this.scaling;
    const d = mean.length;
    const raw = new Matrix(at.length / this.#width, this.#width);
    for (let c = 0; c < raw.rows; c++) {
      const from = c * this.#width;
      let bias = at[from + d] as number;
      for (let j = 0; j < d; j++) {
        const weight = (at[from + j] as number) * (scale[j] as number);
        raw.data[from + j] = weight;
        bias -= weight * (mean[j] as number);
      }
      raw.data[from + d] = bias;
    }
    return raw;
  }

  /** A derivative by the weights on x as that by those on x̂, and the penalty's along `at` with it. */
  #fromRaw({ data }: Matrix, at: Float64Array): Float64Array {
    const { mean, scale } = this.scaling;
    const d = mean.length;
    const result = Float64Array.from(data);
    for (let from = 0; from < data.length; from += this.#width) {
      const bias = data[from + d] as number;
      for (let j = 0; j < d; j++) {
        const centred = (data[from + j] as number) - bias * (mean[j] as number);
        result[from + j] = centred * (scale[j] as number) + this.lambda * (at[from + j] as number);
      }
    }
    return result;
  }

  #eachWeight(visit: (index: number) => void): void {
    const count = this.#curvature.length * this.#width;
    for (let i = 0; i < count; i++) if (i % this.#width !== this.#width - 1) visit(i);
  }
}
