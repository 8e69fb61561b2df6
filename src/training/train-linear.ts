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
import { startOptimizer } from './ask-optimizer.js';
import {
  type CheckpointOptions,
  checkCheckpoint,
  type Progress,
  prepareCheckpoint,
  readCheckpoint,
} from './checkpoint.js';
import {
  type Fingerprint,
  jsonFingerprint,
  matrixFingerprint,
  rowsFingerprint,
  viewsFingerprint,
} from './fingerprint.js';
import { gatherRows } from './gather-rows.js';
import { LinearRun, MOMENTUM, type Plan, type TrainedEncoder, type TrainingProgress } from './linear-run.js';
import { Minibatches } from './minibatches.js';
import { type Objective, readObjective, type TrainingObjective } from './objective.js';
import { checkOptimizer, type Optimizer } from './optimizer.js';
import { checkRate, type Rate } from './schedule.js';

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
  /** Told after every step; a promise that it answers is awaited. */
  onProgress?: (progress: TrainingProgress) => unknown;
  /** Where to write what the run can be resumed from. */
  checkpoint?: CheckpointOptions;
  /** Goes on from the checkpoint if there is one; without it such a file is refused. */
  resume?: boolean;
}

export type { TrainedEncoder, TrainingProgress };

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
 * @returns aborted, diverged or not saved as well: `reason` says, and `cause`. An abort before the first step rejects
 * @throws EigenviewError `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `NOT_FINITE`, `UNKNOWN_OPTION`; `INVALID_ARGUMENT`, also for
 * `simsiam` and `byol` without a predictor; `FILE_EXISTS`, `FILE_FORMAT`, `FILE_IO` of the checkpoint, before the first
 * step; as the objective throws at the first batch; `CUSTOM_FAILED` of functions of the caller's: objective, schedules,
 * optimizer, views and `onProgress`. What a run that ends in an error had reached is in its checkpoint, if it has one
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
  checkPredictor(goal, options);
  const { checkpoint, resume = false } = options;
  if (checkpoint !== undefined) await prepareCheckpoint(checkpoint.path, resume);
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

function checkPredictor({ needsPredictor }: Objective, { predictor }: TrainLinearOptions): void {
  if (!needsPredictor || predictor === true) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Without a predictor, training by this objective collapses.', {
    argument: 'predictor',
    expected: 'true with simsiam and byol',
    received: String(predictor ?? false),
    fix: 'Set `predictor: true`; or choose an objective that keeps embeddings apart, such as vicreg.',
  });
}

/** Epoch e draws views 2e and 2e + 1, numbers below 2³¹. */
const MOST_EPOCHS = 2 ** 30;

async function prepare(
  rows: Matrix,
  views: ViewProcess,
  goal: Objective,
  options: TrainLinearOptions,
  backend: Backend,
  control: Control,
): Promise<LinearRun> {
  const { k, batchSize, seed = 0, optimizer, target, checkpoint } = options;
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
    optimizer: startOptimizer(optimizer, parameters),
    history: [],
  };
  const keeping = checkpoint && {
    ...checkpoint,
    fingerprint: fingerprintOf(rows, viewsFingerprint(views.name, step), goal, options, encoder),
  };
  const plan: Plan = {
    goal,
    optimizer,
    batches,
    steps,
    momentum: target?.momentum,
    checkpoint: keeping,
    onProgress: options.onProgress,
  };
  const known = keeping && (await readCheckpoint(keeping.path, keeping.fingerprint, begin, optimizer));
  if (known !== undefined) checkInteger('steps', steps, { min: known.steps });
  return new LinearRun(plan, known ?? begin, backend, control);
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

function fingerprintOf(
  rows: Matrix,
  views: unknown,
  goal: Objective,
  { k, batchSize, seed = 0, optimizer, target, predictor = false }: TrainLinearOptions,
  encoder: Matrix,
): Fingerprint {
  const momentum = typeof target?.momentum === 'function' ? 'schedule' : target?.momentum;
  return {
    source: rowsFingerprint(rows),
    views,
    objective: jsonFingerprint('objective', goal.description),
    k,
    batchSize,
    seed,
    optimizer: jsonFingerprint('optimizer', [optimizer.name, optimizer.settings]),
    init: matrixFingerprint(encoder),
    target: momentum ?? null,
    predictor,
  };
}
