import { beginCall, type CallOptions } from '../backends/select.js';
import { peiraMinimum } from '../dynamics/filters.js';
import type { Flow } from '../dynamics/flow.js';
import { peiraFlow } from '../dynamics/flows/peira.js';
import { discretePair } from '../dynamics/pairs/discrete-pair.js';
import { EigenviewError } from '../errors.js';
import { peira } from '../losses/peira.js';
import { PeiraMoments } from '../losses/peira-moments.js';
import { checkInteger, checkNumber, checkOneOf, checkSeed } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { normal, STREAMS, uniform } from '../runtime/random.js';
import { isNumerical, isOverflow } from './overflow.js';
import { checkRate, type Rate, rateAt } from './schedule.js';

/** How a step estimates the gradient from a batch. */
export type PeiraAlgorithm = 'minibatch-trace' | 'running-averages';

export interface TrainPeiraOptions extends CallOptions {
  /** Functions learned, 1 … min(states of x, states of y). */
  k: number;
  /** λ > 0. */
  lambda: number;
  /**
   * `minibatch-trace` differentiates the loss of the batch's own moments, whose expectation is not the population's
   * loss. `running-averages`, the paper's, updates averages of the moments first and takes the auxiliary loss's
   * gradient with them.
   */
  algorithm: PeiraAlgorithm;
  /** Pairs of states in a batch, drawn independently, at least 1. */
  batchSize: number;
  /** η of the running averages, above 0 and at most 1; default 0.02. */
  rate?: number;
  steps: number;
  /**
   * At least 0; a number, or a function of the step. With running averages it must be small against η, and where `k` is
   * more than the functions that the minimum keeps (√s > λ) no more than about ηλ: the others outrun their averages.
   */
  learningRate: Rate;
  /** Of the pairs and of the start; default 0. */
  seed?: number;
  /** An encoder for each view (default), or one for both, of states that both views have. */
  encoders?: 'two' | 'shared';
  /** Steps between two entries of the history; default a hundredth of `steps`. */
  every?: number;
}

export interface TrainedPeira {
  /** U, k×(states of x): column i holds the functions' values at state i. */
  x: Matrix;
  /** V, k×(states of y); with a shared encoder U itself. */
  y: Matrix;
  /** The exact loss over the table, at the start, every so many steps, and at the end. */
  history: { step: number; loss: number }[];
  /** The exact loss over the table at the end. */
  loss: number;
  /** The least that any encoders have, −½ Σ (√s − λ)₊² over the k largest correlations. */
  minimum: number;
  /** Steps that led to x and y: where training diverged, to the last entry of the history. */
  steps: number;
  reason: 'done' | 'aborted' | 'diverged';
}

const KEYS = [
  'k',
  'lambda',
  'algorithm',
  'batchSize',
  'rate',
  'steps',
  'learningRate',
  'seed',
  'encoders',
  'every',
] as const;

/**
 * Trains PEIRA's encoders of views with finitely many states, as tables of their values, by stochastic gradient descent
 * on batches of pairs drawn from the joint table (Arbel, Terver, Ponce, "PEIRA: Learning Predictive Encoders through
 * Inter-View Regressor Alignment", 2026, arXiv 2605.17671): what an algorithm reaches can be held against the exact
 * minimum.
 *
 * @param table the joint probabilities P(x = i, y = j), of sum 1
 * @returns aborted or diverged as well: `reason` says. An abort before the first step rejects
 * @throws EigenviewError `OUT_OF_RANGE`, `NOT_FINITE`, `EMPTY`, `UNKNOWN_OPTION`; `NOT_SYMMETRIC` for a shared encoder
 * of a table that is not;
 * `CUSTOM_FAILED` when a schedule throws
 * @example
 * ```ts
 * const table = Matrix.from([[0.4, 0.1], [0.1, 0.4]]);
 * const { loss, minimum } = await trainPeira(table, {
 *   k: 2, lambda: 0.1, algorithm: 'running-averages', batchSize: 8, steps: 5000, learningRate: 0.2,
 * });
 * ```
 */
export async function trainPeira(table: Matrix, options: TrainPeiraOptions): Promise<TrainedPeira> {
  const { backend, control } = beginCall('trainPeira', options, KEYS);
  const { k, lambda, encoders = 'two' } = options ?? {};
  const pair = discretePair(table);
  const flow = peiraFlow(pair, { k, lambda, encoders });
  checkTraining(options);
  const { signal } = control;
  const call: CallOptions = { backend: backend.name, ...(signal && { signal }) };
  return new PeiraRun(new Table(table), flow, options, call).train();
}

function checkTraining({ algorithm, batchSize, rate, steps, learningRate, seed, every }: TrainPeiraOptions): void {
  checkOneOf('algorithm', algorithm, ['minibatch-trace', 'running-averages']);
  checkInteger('batchSize', batchSize, { min: 1 });
  if (rate !== undefined) {
    checkNumber('rate', rate, { min: 0, above: true, max: 1 });
    if (algorithm === 'minibatch-trace') {
      throw new EigenviewError('INVALID_ARGUMENT', 'A rate is of running averages.', {
        argument: 'rate',
        expected: "absent with algorithm 'minibatch-trace'",
        received: String(rate),
      });
    }
  }
  checkInteger('steps', steps, { min: 0 });
  checkRate('learningRate', learningRate, { min: 0 });
  if (seed !== undefined) checkSeed('seed', seed);
  if (every !== undefined) checkInteger('every', every, { min: 1 });
}

/** Where views are drawn from; pairs of states are the only views of a table. */
const VIEWS = 0;

/** A joint table as something to draw from. */
class Table {
  readonly states: { x: number; y: number };
  /** √P(x = i) and √P(y = j): what values at states are multiplied with to be coefficients of normalised indicators. */
  readonly roots: { x: Float64Array; y: Float64Array };
  readonly #cumulative: Float64Array;

  constructor({ rows, cols, data }: Matrix) {
    this.states = { x: rows, y: cols };
    this.#cumulative = new Float64Array(data.length);
    const [ofX, ofY] = [new Float64Array(rows), new Float64Array(cols)];
    let below = 0;
    for (let at = 0; at < data.length; at++) {
      const share = data[at] as number;
      below += share;
      this.#cumulative[at] = below;
      (ofX[Math.floor(at / cols)] as number) += share;
      (ofY[at % cols] as number) += share;
    }
    this.roots = { x: ofX.map(Math.sqrt), y: ofY.map(Math.sqrt) };
  }

  /** Independent pairs of states, the same for (seed, step). */
  draw(seed: number, step: number, count: number): { x: Uint32Array; y: Uint32Array } {
    const { y: cols } = this.states;
    const total = this.#cumulative.at(-1) as number;
    const cells = Array.from(uniform(seed, step, VIEWS, new Float64Array(count)), (share) => this.#cell(share * total));
    return {
      x: Uint32Array.from(cells, (cell) => Math.floor(cell / cols)),
      y: Uint32Array.from(cells, (cell) => cell % cols),
    };
  }

  /** The first cell whose cumulative probability is above a level: never one without probability. */
  #cell(level: number): number {
    let [from, to] = [0, this.#cumulative.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#cumulative[middle] as number) > level) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

class PeiraRun {
  /** States in rows, functions in columns. */
  #x: Matrix;
  #y: Matrix;
  #moments: PeiraMoments | undefined;
  /** The encoders at the last entry of the history, whose loss is finite. */
  #recorded: { x: Matrix; y: Matrix };
  readonly #shared: boolean;
  readonly #history: { step: number; loss: number }[] = [];

  constructor(
    readonly table: Table,
    readonly flow: Flow,
    readonly options: TrainPeiraOptions,
    readonly call: CallOptions,
  ) {
    const { k, seed = 0, encoders } = options;
    this.#shared = encoders === 'shared';
    // As large as the functions at the minimum are.
    const start = (states: number, sample: number) =>
      new Matrix(
        states,
        k,
        normal(seed, sample, STREAMS.start, new Float64Array(states * k)).map((z) => flow.amplitude * z),
      );
    this.#x = start(table.states.x, 0);
    this.#y = this.#shared ? this.#x : start(table.states.y, 1);
    this.#recorded = { x: this.#x, y: this.#y };
  }

  async train(): Promise<TrainedPeira> {
    const { steps, every = Math.max(1, Math.floor(steps / 100)) } = this.options;
    for (let step = 0; step < steps; step++) {
      if (this.call.signal?.aborted) return this.#end(step, 'aborted');
      if (step % every === 0 && !this.#record(step)) return this.#end(step, 'diverged');
      const stopped = await this.#advance(step);
      if (stopped !== undefined) return this.#end(step, stopped);
    }
    return this.#end(steps, 'done');
  }

  async #advance(step: number): Promise<TrainedPeira['reason'] | undefined> {
    const { batchSize, seed = 0, lambda, learningRate } = this.options;
    const drawn = this.table.draw(seed, step, batchSize);
    const [z1, z2] = [pick(this.#x, drawn.x), pick(this.#y, drawn.y)];
    const size = rateAt('learningRate', learningRate, step, { min: 0 });
    let gradients: Matrix[];
    try {
      const moments = await this.#averages(z1, z2);
      const estimate = { lambda, ...this.call, ...(moments && { moments }) };
      ({ gradients } = await peira(z1, z2, estimate));
    } catch (error) {
      if (this.call.signal?.aborted) return 'aborted';
      if (isOverflow(error) || (step > 0 && isNumerical(error))) return 'diverged';
      throw error;
    }
    const [first, second] = gradients as [Matrix, Matrix];
    const x = moved(this.#x, drawn.x, first, size);
    const y = moved(this.#shared ? x : this.#y, drawn.y, second, size);
    if (![x, y].every(({ data }) => data.every(Number.isFinite))) return 'diverged';
    this.#x = this.#shared ? y : x;
    this.#y = y;
    return undefined;
  }

  /** The averages with this batch in them; none where each batch is on its own. */
  async #averages(z1: Matrix, z2: Matrix): Promise<PeiraMoments | undefined> {
    const { algorithm, rate = 0.02 } = this.options;
    if (algorithm === 'minibatch-trace') return undefined;
    const before = this.#moments;
    this.#moments =
      before === undefined ? await PeiraMoments.of(z1, z2, this.call) : await before.update(z1, z2, rate, this.call);
    return this.#moments;
  }

  /** Over the table, exactly: the energy of the flow. */
  #loss(): number {
    const { x, y } = this.table.roots;
    const { k } = this.options;
    const coefficients = [weighted(this.#x, x), ...(this.#shared ? [] : [weighted(this.#y, y)])];
    const columns = coefficients.reduce((sum, { rows }) => sum + rows, 0);
    const state = new Matrix(columns, k);
    let at = 0;
    for (const { data } of coefficients) {
      state.data.set(data, at);
      at += data.length;
    }
    return this.flow.energy(state.transpose());
  }

  /** Adds to the history; false where the loss overflows. */
  #record(step: number): boolean {
    let loss: number;
    try {
      loss = this.#loss();
    } catch (error) {
      if (error instanceof EigenviewError && error.code === 'NOT_FINITE') return false;
      throw error;
    }
    this.#recorded = { x: this.#x, y: this.#y };
    this.#history.push({ step, loss });
    return true;
  }

  #end(step: number, reason: TrainedPeira['reason']): TrainedPeira {
    const { k, lambda } = this.options;
    const known = this.#history.at(-1)?.step === step;
    // What diverged ends where its loss was last seen to be finite.
    const finite = reason !== 'diverged' && (known || this.#record(step));
    const { step: steps, loss } = this.#history.at(-1) as { step: number; loss: number };
    const { x, y } = this.#recorded;
    return {
      x: x.transpose(),
      y: y.transpose(),
      history: this.#history,
      loss,
      minimum: peiraMinimum(this.flow.correlations, { k, lambda }),
      steps,
      reason: finite ? reason : 'diverged',
    };
  }
}

function pick({ cols, data }: Matrix, states: Uint32Array): Matrix {
  const out = new Matrix(states.length, cols);
  for (const [i, state] of states.entries()) out.data.set(data.subarray(state * cols, (state + 1) * cols), i * cols);
  return out;
}

/** values − size · gradients, each taken from the state whose value it is by. */
function moved({ rows, cols, data }: Matrix, states: Uint32Array, gradients: Matrix, size: number): Matrix {
  const out = new Matrix(rows, cols, data.slice());
  for (const [i, state] of states.entries()) {
    for (let j = 0; j < cols; j++) {
      (out.data[state * cols + j] as number) -= size * (gradients.data[i * cols + j] as number);
    }
  }
  return out;
}

function weighted({ rows, cols, data }: Matrix, factors: Float64Array): Matrix {
  return new Matrix(
    rows,
    cols,
    data.map((x, at) => x * (factors[Math.floor(at / cols)] as number)),
  );
}
