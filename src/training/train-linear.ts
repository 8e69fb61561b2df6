import { createHash } from 'node:crypto';
import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkBoolean, checkDense, checkInteger, checkOptions, checkSameShape, checkSeed } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { Source } from '../moments/source.js';
import { normal, STREAMS } from '../runtime/random.js';
import { checkSteps } from '../views/draw.js';
import { checkViews, type ViewProcess, viewDimension } from '../views/view-process.js';
import {
  type CheckpointOptions,
  checkCheckpoint,
  type Fingerprint,
  type Progress,
  readCheckpoint,
  type TrainingRecord,
  writeCheckpoint,
} from './checkpoint.js';
import { emaUpdate } from './ema-update.js';
import { gatherRows } from './gather-rows.js';
import { encoderGradient } from './linear-encoder-gradient.js';
import { interleave, Minibatches, split } from './minibatches.js';
import {
  type Embeddings,
  type Evaluation,
  isFiniteEvaluation,
  type Objective,
  readObjective,
  type TrainingObjective,
} from './objective.js';
import { checkOptimizer, type Optimizer } from './optimizer.js';
import type { OptimizerState } from './optimizer-state.js';
import { isOverflow } from './overflow.js';
import { checkRate, type Rate, rateAt } from './schedule.js';

export interface TrainLinearOptions extends CallOptions {
  /** Dimension of the embeddings, at least 1. */
  k: number;
  /** Rows in a batch, 1 … n. */
  batchSize: number;
  /** How long to train: steps, or epochs, of ⌊n / batchSize⌋ steps each. */
  steps?: number;
  epochs?: number;
  /** Such as `adamW({ learningRate: 0.01 })`. */
  optimizer: Optimizer;
  /** Of the views, the order of the rows and the start; default 0. */
  seed?: number;
  /** W to begin with, k×d for views of d numbers; default: normals of variance 1/d. */
  init?: Matrix;
  /**
   * Views are compared with what a target encoder makes of the other view: a moving average of W, held constant.
   * `momentum` in [0, 1], or a schedule, such as BYOL's `cosineSchedule({ start: 0.996, end: 1, steps })`.
   */
  target?: { momentum: Rate };
  /**
   * A learned linear map P, k×k, of the embeddings, which the other view's are compared with, held constant; default
   * false.
   */
  predictor?: boolean;
  /** Told after every step. */
  onProgress?: (progress: TrainingProgress) => void;
  /** Where to write what the run can be resumed from. */
  checkpoint?: CheckpointOptions;
  /** Goes on from the checkpoint if there is one; without it such a file is refused. */
  resume?: boolean;
}

export interface TrainingProgress {
  /** Steps that were made, and that will be. */
  step: number;
  steps: number;
  /** Before the last step. */
  loss: number;
}

export interface TrainedEncoder {
  /** W, k×d, always finite: where training diverged, the last before it. */
  encoder: Matrix;
  /** P, k×k, where one was learned. */
  predictor?: Matrix;
  /** The moving average of W, where there was one. */
  target?: Matrix;
  /** The loss of every step's batch, before the step. */
  history: readonly TrainingRecord[];
  /** Steps that led to `encoder`. */
  steps: number;
  /** `diverged`: a loss, a gradient or a weight was no longer finite; `aborted`: by the signal. */
  reason: 'done' | 'aborted' | 'diverged';
  optimizerState: OptimizerState;
}

const KEYS = [
  'k',
  'batchSize',
  'steps',
  'epochs',
  'optimizer',
  'seed',
  'init',
  'target',
  'predictor',
  'onProgress',
  'checkpoint',
  'resume',
] as const;

/**
 * Trains a linear encoder, z = W τ(x), by stochastic gradient descent on an objective of two views. Batches are rows in
 * a random order, each with two views drawn for this epoch: in epoch e the views 2e and 2e + 1 of {@link sampleViews}
 * with the same seed. On one backend a resumed run has the bits of one in one go. Encodings and gradients have the same
 * bits at every number of threads, and so do weights, if the objective does.
 *
 * @param source n×d data; a stream is read into memory whole. Do not change them meanwhile
 * @param views how views are drawn
 * @param objective a name (`vicreg`, `barlowTwins`, `simclr`, `lejepa`, `spectralContrastive`, `whitenedMse`, `peira`,
 * `simsiam`, `byol`), a name with options (`{ name: 'vicreg', covariance: 2 }`), or a function
 * @returns aborted or diverged as well: `reason` says. An abort before the first step rejects
 * @throws EigenviewError `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `NOT_FINITE`, `UNKNOWN_OPTION`, `CUSTOM_FAILED` of functions
 * of the caller's; `FILE_EXISTS`, `FILE_FORMAT`, `FILE_IO` of the checkpoint; as the objective throws at the first
 * batch
 * @example
 * ```ts
 * const { encoder, history } = await trainLinear(x, gaussianViews({ theta: 0.1 }), 'vicreg', {
 *   k: 2, batchSize: 256, epochs: 20, optimizer: adamW({ learningRate: 0.01 }), seed: 1,
 * });
 * ```
 */
export async function trainLinear(
  source: Source,
  views: ViewProcess,
  objective: TrainingObjective,
  options: TrainLinearOptions,
): Promise<TrainedEncoder> {
  const { backend, control } = beginCall('trainLinear', options, KEYS);
  checkViews('views', views);
  const goal = readObjective(objective);
  checkTraining(options);
  const rows = await gatherRows('source', source, control);
  const run = await prepare(rows, views, goal, options, backend, control);
  return run.train();
}

function checkTraining(options: TrainLinearOptions | undefined): void {
  const { k, batchSize, steps, epochs, ...rest } = options ?? ({} as Partial<TrainLinearOptions>);
  checkInteger('k', k, { min: 1 });
  checkInteger('batchSize', batchSize, { min: 1 });
  if ((steps === undefined) === (epochs === undefined)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Training lasts a number of steps, or of epochs.', {
      argument: 'steps',
      expected: 'given, or epochs, not both',
      received: `steps ${steps}, epochs ${epochs}`,
    });
  }
  if (steps !== undefined) checkInteger('steps', steps, { min: 0 });
  if (epochs !== undefined) checkInteger('epochs', epochs, { min: 0 });
  const { optimizer, seed, target, predictor, onProgress, checkpoint, resume } = rest;
  checkOptimizer(optimizer);
  if (seed !== undefined) checkSeed('seed', seed);
  if (target !== undefined) {
    checkOptions('target', target, ['momentum']);
    checkRate('target.momentum', target.momentum, MOMENTUM);
  }
  if (predictor !== undefined) checkBoolean('predictor', predictor);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new EigenviewError('INVALID_ARGUMENT', 'Progress is reported to a function.', {
      argument: 'onProgress',
      expected: 'a function',
      received: describe(onProgress),
    });
  }
  checkCheckpoint(checkpoint, resume);
}

const MOMENTUM = { min: 0, max: 1 };

/** Epoch e draws views 2e and 2e + 1, numbers below 2³¹. */
const MOST_EPOCHS = 2 ** 30;

async function prepare(
  rows: Matrix,
  views: ViewProcess,
  goal: Objective,
  options: TrainLinearOptions,
  backend: Backend,
  control: Control,
): Promise<Run> {
  const { k, batchSize, seed = 0, optimizer, target, checkpoint, resume = false } = options;
  checkInteger('batchSize', batchSize, { min: 1, max: rows.rows });
  const width = viewDimension(views, rows.cols);
  const step = await views.step(rows.cols, backend.linalg);
  checkSteps(step);
  const batches = new Minibatches({ rows, step, width, batchSize, seed });
  const steps = options.steps ?? (options.epochs as number) * batches.perEpoch;
  checkInteger('steps', steps, { min: 0, max: MOST_EPOCHS * batches.perEpoch });
  const encoder = checkInit(options.init, k, width, seed);
  const parameters = options.predictor === true ? [encoder, Matrix.identity(k)] : [encoder];
  const begin: Progress = {
    steps: 0,
    parameters,
    target: target && encoder,
    memory: [],
    optimizer: optimizer.start(parameters),
    history: [],
  };
  const plan: Plan = {
    goal,
    optimizer,
    batches,
    steps,
    momentum: target?.momentum,
    checkpoint,
    onProgress: options.onProgress,
  };
  const fingerprint = fingerprintOf(rows, views, goal, options, encoder);
  const known = checkpoint && (await readCheckpoint(checkpoint.path, resume, fingerprint, begin));
  if (known !== undefined) checkInteger('steps', steps, { min: known.steps });
  return new Run(plan, known ?? begin, fingerprint, backend, control);
}

function checkInit(init: unknown, k: number, width: number, seed: number): Matrix {
  if (init === undefined) {
    const numbers = normal(seed, 0, STREAMS.start, new Float64Array(k * width));
    return new Matrix(
      k,
      width,
      numbers.map((x) => x / Math.sqrt(width)),
    );
  }
  checkDense('init', init);
  checkSameShape('init', init, k, width);
  return new Matrix(k, width, Float64Array.from(init.data));
}

/** Rows that stand for the data in a fingerprint: a guard against mistakes, not a proof. */
const ROWS_HASHED = 16;

function fingerprintOf(
  rows: Matrix,
  views: ViewProcess,
  goal: Objective,
  { k, batchSize, seed = 0, optimizer, target, predictor = false }: TrainLinearOptions,
  encoder: Matrix,
): Fingerprint {
  const stride = Math.max(1, Math.floor(rows.rows / ROWS_HASHED));
  const data = createHash('sha256');
  for (let i = 0; i < rows.rows; i += stride) data.update(Float64Array.from(rows.row(i)));
  const momentum = typeof target?.momentum === 'function' ? 'schedule' : target?.momentum;
  return {
    source: [rows.rows, rows.cols, data.digest('hex').slice(0, 32)],
    views: views.name,
    objective: goal.description,
    k,
    batchSize,
    seed,
    optimizer: [optimizer.name, optimizer.settings],
    init: createHash('sha256').update(encoder.data).digest('hex').slice(0, 32),
    target: momentum,
    predictor,
  };
}

interface Plan {
  goal: Objective;
  optimizer: Optimizer;
  batches: Minibatches;
  steps: number;
  /** Of the target encoder. */
  momentum: Rate | undefined;
  checkpoint: CheckpointOptions | undefined;
  onProgress: ((progress: TrainingProgress) => void) | undefined;
}

/** The run itself, from where it begins or goes on. */
class Run {
  #progress: Progress;
  readonly #history: TrainingRecord[];

  constructor(
    readonly plan: Plan,
    progress: Progress,
    readonly fingerprint: Fingerprint,
    readonly backend: Backend,
    readonly control: Control,
  ) {
    this.#progress = progress;
    this.#history = [...progress.history];
  }

  async train(): Promise<TrainedEncoder> {
    const { steps, checkpoint, onProgress } = this.plan;
    while (this.#progress.steps < steps) {
      if (this.control.signal?.aborted) return this.#end('aborted');
      const stopped = await this.#advance();
      if (stopped !== undefined) return this.#end(stopped);
      const { steps: done } = this.#progress;
      onProgress?.({ step: done, steps, loss: (this.#history[done - 1] as TrainingRecord).loss });
      if (checkpoint?.every !== undefined && done % checkpoint.every === 0 && done < steps) await this.#save();
    }
    return this.#end('done');
  }

  /** One step, or why there was none. */
  async #advance(): Promise<TrainedEncoder['reason'] | undefined> {
    const { steps } = this.#progress;
    try {
      const drawn = await this.plan.batches.views(this.backend, this.control, steps);
      const embeddings = await this.#embed(drawn);
      if (![embeddings.p1, embeddings.p2, embeddings.z1, embeddings.z2].every(isFiniteMatrix)) return 'diverged';
      const { signal } = this.control;
      const call: CallOptions = { backend: this.backend.name, ...(signal && { signal }) };
      const { memory } = this.#progress;
      const evaluation = await this.plan.goal.evaluate(embeddings, { call, step: steps, memory });
      if (!isFiniteEvaluation(evaluation)) return 'diverged';
      this.#progress = await this.#descend(drawn, embeddings, evaluation);
      this.#history.push({ step: steps, loss: evaluation.loss, parts: evaluation.parts });
      return undefined;
    } catch (error) {
      if (this.control.signal?.aborted) return 'aborted';
      if (isOverflow(error)) return 'diverged';
      throw error;
    }
  }

  async #embed(drawn: Matrix): Promise<Embedded> {
    const { parameters, target } = this.#progress;
    const [encoder, predictor] = parameters as [Matrix, Matrix?];
    const { moments } = this.backend;
    const z = await moments.project(this.control, drawn, encoder);
    const p = predictor === undefined ? z : await moments.project(this.control, z, predictor);
    const constants = target === undefined ? z : await moments.project(this.control, drawn, target);
    const [[p1, p2], [z1, z2]] = [split(p), split(constants)];
    return { p1, p2, z1, z2, constant: predictor !== undefined || target !== undefined, z };
  }

  async #descend(drawn: Matrix, { z }: Embedded, { gradients, memory }: Evaluation): Promise<Progress> {
    const { steps, parameters, target, optimizer: before } = this.#progress;
    const { optimizer, momentum } = this.plan;
    const slopes = await this.#slopes(drawn, z, interleave(...gradients));
    const { parameters: after, state } = optimizer.step(parameters, slopes, before);
    if (!after.every(isFiniteMatrix)) throw overflow();
    const follow = (from: Matrix, rate: Rate) =>
      emaUpdate(from, after[0] as Matrix, rateAt('target.momentum', rate, steps, MOMENTUM));
    return {
      steps: steps + 1,
      parameters: after,
      target: target && momentum !== undefined ? follow(target, momentum) : undefined,
      memory,
      optimizer: state,
      history: this.#history,
    };
  }

  /** Through p = z Pᵀ, where there is a predictor: ∂/∂P = (∂/∂p)ᵀ z, ∂/∂z = ∂/∂p P. */
  async #slopes(drawn: Matrix, z: Matrix, byP: Matrix): Promise<Matrix[]> {
    const { backend, control } = this;
    const predictor = this.#progress.parameters[1];
    if (predictor === undefined) return [await encoderGradient(backend, control, drawn, byP)];
    const byZ = await backend.moments.project(control, byP, predictor.transpose());
    return [await encoderGradient(backend, control, drawn, byZ), await encoderGradient(backend, control, z, byP)];
  }

  async #end(reason: TrainedEncoder['reason']): Promise<TrainedEncoder> {
    // What diverged is not worth resuming: the file stays as it was before.
    if (reason !== 'diverged') await this.#save();
    const { steps, parameters, target, optimizer } = this.#progress;
    const [encoder, predictor] = parameters as [Matrix, Matrix?];
    return {
      encoder,
      ...(predictor && { predictor }),
      ...(target && { target }),
      history: this.#history,
      steps,
      reason,
      optimizerState: optimizer,
    };
  }

  async #save(): Promise<void> {
    const path = this.plan.checkpoint?.path;
    if (path !== undefined) await writeCheckpoint(path, this.#progress, this.fingerprint);
  }
}

interface Embedded extends Embeddings {
  /** Both views' embeddings before the predictor, row after row. */
  z: Matrix;
}

function isFiniteMatrix({ data }: Matrix): boolean {
  return data.every(Number.isFinite);
}

function overflow(): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'The step overflows.');
}
