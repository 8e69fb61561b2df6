/** A run of trainLinear, from where it begins or goes on to where it ends. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { untilAborted } from '../runtime/turn.js';
import { stepOptimizer } from './ask-optimizer.js';
import { customFailed } from './call-custom.js';
import { type CheckpointOptions, type Progress, type TrainingRecord, writeCheckpoint } from './checkpoint.js';
import { emaUpdate } from './ema-update.js';
import type { Fingerprint } from './fingerprint.js';
import { encoderGradient } from './linear-encoder-gradient.js';
import { interleave, type Minibatches, split } from './minibatches.js';
import { type Embeddings, type Evaluation, notFinitePart, type Objective } from './objective.js';
import type { Optimizer } from './optimizer.js';
import type { OptimizerState } from './optimizer-state.js';
import { isNumerical, isOverflow, overflow } from './overflow.js';
import { type Rate, rateAt } from './schedule.js';

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
  /**
   * `diverged`: a loss, a gradient or a weight was no longer finite, or the objective no longer had a value; `aborted`:
   * by the signal; `unsaved`: the checkpoint could not be written, and the run ended there.
   */
  reason: 'done' | 'aborted' | 'diverged' | 'unsaved';
  /** What diverged, or why nothing could be written. */
  cause?: EigenviewError;
  optimizerState: OptimizerState;
}

/** Of a target encoder. */
export const MOMENTUM = { min: 0, max: 1 };

/** What is to be done. */
export interface Plan {
  goal: Objective;
  optimizer: Optimizer;
  batches: Minibatches;
  steps: number;
  /** Of the target encoder. */
  momentum: Rate | undefined;
  checkpoint: (CheckpointOptions & { fingerprint: Fingerprint }) | undefined;
  onProgress: ((progress: TrainingProgress) => unknown) | undefined;
}

/** Why a run ends. */
type Stop = Pick<TrainedEncoder, 'reason' | 'cause'>;

/** Between a write that failed and the second attempt, in milliseconds. */
const WRITE_AGAIN = 100;

export class LinearRun {
  #progress: Progress;
  readonly #history: TrainingRecord[];
  readonly #first: number;

  constructor(
    readonly plan: Plan,
    progress: Progress,
    readonly backend: Backend,
    readonly control: Control,
  ) {
    this.#progress = progress;
    this.#history = [...progress.history];
    this.#first = progress.steps;
  }

  async train(): Promise<TrainedEncoder> {
    try {
      return this.#result(await this.#run());
    } catch (error) {
      if (this.control.signal?.aborted) return this.#result(await this.#saved({ reason: 'aborted' }));
      // The error counts, whether or not what was reached can be written.
      if (this.#progress.steps > this.#first) await this.#save();
      throw error;
    }
  }

  async #run(): Promise<Stop> {
    const { steps, checkpoint } = this.plan;
    while (this.#progress.steps < steps) {
      if (this.control.signal?.aborted) return this.#saved({ reason: 'aborted' });
      const stop = await this.#advance();
      // What diverged is not worth resuming: the file stays as it was before.
      if (stop !== undefined) return stop;
      await this.#tell();
      const { steps: done } = this.#progress;
      if (checkpoint?.every === undefined || done % checkpoint.every !== 0 || done === steps) continue;
      const cause = await this.#save();
      if (cause !== undefined) return { reason: 'unsaved', cause };
    }
    return this.#saved({ reason: 'done' });
  }

  async #tell(): Promise<void> {
    const { onProgress, steps } = this.plan;
    if (onProgress === undefined) return;
    const { steps: step } = this.#progress;
    try {
      const told = Promise.resolve(onProgress({ step, steps, loss: (this.#history[step - 1] as TrainingRecord).loss }));
      // It is left behind by an abort.
      told.catch(() => undefined);
      await untilAborted(told, this.control.signal);
    } catch (cause) {
      if (!this.control.signal?.aborted) throw customFailed('onProgress', cause);
    }
  }

  /** One step, or why there was none. */
  async #advance(): Promise<Stop | undefined> {
    const { steps } = this.#progress;
    const drawn = await this.plan.batches.views(this.backend, this.control, steps);
    try {
      const embeddings = await this.#embed(drawn);
      const evaluation = await this.#evaluate(embeddings);
      this.#progress = await this.#descend(drawn, embeddings, evaluation);
      this.#history.push({ step: steps, loss: evaluation.loss, parts: evaluation.parts });
      return undefined;
    } catch (error) {
      if (this.control.signal?.aborted) throw error;
      if (isOverflow(error)) return { reason: 'diverged', cause: error };
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
    checkFinite('An embedding', [p, constants]);
    return { p1, p2, z1, z2, constant: predictor !== undefined || target !== undefined, z };
  }

  async #evaluate(embeddings: Embedded): Promise<Evaluation> {
    const { signal } = this.control;
    const call: CallOptions = { backend: this.backend.name, ...(signal && { signal }) };
    const { memory, steps: step } = this.#progress;
    const evaluation = await this.plan.goal.evaluate(embeddings, { call, step, memory }).catch((cause: unknown) => {
      // At the first step arguments may be at fault, later only the weights that it led to.
      if (step === 0 || !isNumerical(cause)) throw cause;
      throw new EigenviewError('OUT_OF_RANGE', `Training went where the objective has no value. ${cause.message}`, {
        cause,
      });
    });
    const what = notFinitePart(evaluation);
    if (what !== undefined) throw overflow(what);
    return evaluation;
  }

  async #descend(drawn: Matrix, { z }: Embedded, { gradients, memory }: Evaluation): Promise<Progress> {
    const { steps, parameters, target, optimizer: before } = this.#progress;
    const { optimizer, momentum } = this.plan;
    const slopes = await this.#slopes(drawn, z, interleave(...gradients));
    checkFinite('A gradient', slopes);
    const { parameters: after, state } = stepOptimizer(optimizer, parameters, slopes, before);
    checkFinite('A weight', after);
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

  /** The end of a run that is worth resuming. */
  async #saved(stop: Stop): Promise<Stop> {
    const cause = await this.#save();
    return cause === undefined ? stop : { reason: 'unsaved', cause };
  }

  /** Why it could not be written, at the second attempt as well. */
  async #save(): Promise<EigenviewError | undefined> {
    const { checkpoint } = this.plan;
    if (checkpoint === undefined) return undefined;
    const write = () => writeCheckpoint(checkpoint.path, this.#progress, checkpoint.fingerprint);
    try {
      await write().catch(() => pause(WRITE_AGAIN).then(write));
      return undefined;
    } catch (error) {
      if (error instanceof EigenviewError) return error;
      throw error;
    }
  }

  #result(stop: Stop): TrainedEncoder {
    const { steps, parameters, target, optimizer } = this.#progress;
    const [encoder, predictor] = parameters as [Matrix, Matrix?];
    return {
      encoder,
      ...(predictor && { predictor }),
      ...(target && { target }),
      history: this.#history,
      steps,
      ...stop,
      optimizerState: optimizer,
    };
  }
}

interface Embedded extends Embeddings {
  /** Both views' embeddings before the predictor, row after row. */
  z: Matrix;
}

function checkFinite(what: string, matrices: readonly Matrix[]): void {
  for (const { data } of matrices) if (!data.every(Number.isFinite)) throw overflow(what);
}
