/**
 * The objective of latent dynamics models PLDM (Sobal et al., "Learning from Reward-Free Offline Data: A Case for Planning with
 * Latent Dynamics Models", 2025, arXiv 2502.14819) in the form of EB-JEPA's official code (facebookresearch/eb_jepa), of
 * states z, B trajectories of T times, predictions ẑ of the states at times 2 … T and actions a between times:
 *
 *     prediction      = mean (ẑ_t − z_t)²                    over elements, t ≥ 2
 *     variance        = mean_j max(0, γ − √(var_j + ε))      unbiased, over all T·B states
 *     covariance      = mean_{i≠j} Covᵢⱼ²                    of k(k − 1) pairs, unbiased; 0 of one column
 *     similarity      = mean (z_{t+1} − z_t)²                over elements
 *     inverseDynamics = mean (â_t − a_t)²                    over elements; 0 without actions
 *     loss = prediction + 16 variance + 8 covariance + 12 similarity + inverseDynamics,  γ = 1, ε = 1e-4
 */
import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkInteger, checkSameShape, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { checkBatch, checkWeight } from './batch.js';
import { copied, finished, meanSquare, overRows } from './elementwise.js';
import type { Loss } from './loss.js';
import { checkNamed } from './named.js';
import { beginLoss, type Site } from './site.js';
import { checkHinge, spreadOf } from './vicreg.js';

/** Rows are grouped by time: first those of all B trajectories at one time, then, in the same order, at the next. */
export interface PldmBatches {
  /** Embedded states, T·B×k. */
  states: Matrix;
  /** T ≥ 2. */
  times: number;
  /** Of the states but the first B, (T − 1)·B×k. */
  predictions: Matrix;
  /** Actions between successive times, (T − 1)·B×m; together with `predictedActions`, or not at all. */
  actions?: Matrix;
  /** What the inverse dynamics model makes of successive states, (T − 1)·B×m. */
  predictedActions?: Matrix;
}

export interface PldmOptions extends CallOptions {
  /** Weight of the squared errors of predictions. Default 1. */
  prediction?: number;
  /** Weight of the hinge on standard deviations. Default 16. */
  variance?: number;
  /** Weight of the squared covariances. Default 8. */
  covariance?: number;
  /** Weight of the squared differences of successive states. Default 12. */
  similarity?: number;
  /** Weight of the squared errors of actions. Default 1. */
  inverseDynamics?: number;
  /** The standard deviation that the hinge asks for, in units of the states. Default 1. */
  gamma?: number;
  /** What is added to variances before the root. Default 1e-4. */
  epsilon?: number;
}

export type PldmPart = 'prediction' | 'variance' | 'covariance' | 'similarity' | 'inverseDynamics';

const WEIGHTS = { prediction: 1, variance: 16, covariance: 8, similarity: 12, inverseDynamics: 1 } as const;

/**
 * PLDM's loss of embedded trajectories, and its gradients: by predictions, by states and, where given, by predictedActions, in
 * this order. States are also the targets of the predictions, and have the gradient of that: there is no stop-gradient.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `INVALID_ARGUMENT` for actions without predictedActions, or
 * the other way round; `OUT_OF_RANGE` for fewer than two times, a negative weight, γ or ε, or a loss that overflows
 * @example
 * ```ts
 * const states = Matrix.from([[0], [2], [1], [3]]); // two trajectories: 0 → 1 and 2 → 3
 * const { parts } = await pldm({ states, times: 2, predictions: Matrix.from([[1], [4]]) });
 * console.log(parts.prediction, parts.similarity); // 0.5 1
 * ```
 */
export async function pldm(batches: PldmBatches, options?: PldmOptions): Promise<Loss<PldmPart>> {
  const site = beginLoss('pldm', options, [...Object.keys(WEIGHTS), 'gamma', 'epsilon']);
  const { weights, gamma, epsilon } = checkWeights(options);
  const { states, following, earlier, predictions, actions } = checkTrajectories(batches);
  const { control } = site;
  const error = await meanSquare(control, predictions, following, weights.prediction);
  const step = await meanSquare(control, following, earlier, weights.similarity);
  const spread = await spreadOfStates(site, states, { ...weights, gamma, epsilon });
  const inverse = actions && (await meanSquare(control, actions.predicted, actions.taken, weights.inverseDynamics));
  // States are later ones of a step, earlier ones of a step, and targets of predictions.
  const first = states.rows - following.rows;
  await addRows(site, spread.gradient, step.gradient, 1, first);
  await addRows(site, spread.gradient, step.gradient, -1, 0);
  await addRows(site, spread.gradient, error.gradient, -1, first);
  const parts = {
    prediction: error.value,
    variance: spread.variance,
    covariance: spread.covariance,
    similarity: step.value,
    inverseDynamics: inverse?.value ?? 0,
  };
  return finished(control, parts, weights, [error.gradient, spread.gradient, ...(inverse ? [inverse.gradient] : [])]);
}

/** VICReg's terms of one batch, its covariance term Σ Cov²/k turned into the mean over k(k − 1) pairs. */
async function spreadOfStates(
  { backend, control }: Site,
  states: Matrix,
  weights: { variance: number; covariance: number; gamma: number; epsilon: number },
): Promise<{ variance: number; covariance: number; gradient: Matrix }> {
  const share = states.cols > 1 ? 1 / (states.cols - 1) : 0;
  const { variance, gamma, epsilon } = weights;
  const request = { variance, covariance: share * weights.covariance, gamma, epsilon };
  const found = await spreadOf(backend, control, { argument: 'states', matrix: states }, request);
  return { ...found, covariance: share * found.covariance };
}

/** Adds factor · rows to the rows of `out` from `first` on. */
async function addRows({ control }: Site, out: Matrix, rows: Matrix, factor: number, first: number): Promise<void> {
  const { data, cols } = rows;
  const sum = block(out, first, rows.rows).data;
  await overRows(control, rows, (from, to) => {
    for (let at = from * cols; at < to * cols; at++) sum[at] = (sum[at] as number) + factor * (data[at] as number);
  });
}

/** The rows from `first` on, not copied. */
function block({ data, cols }: Matrix, first: number, rows: number): Matrix {
  return new Matrix(rows, cols, data.subarray(first * cols, (first + rows) * cols));
}

function checkWeights(options: PldmOptions | undefined): {
  weights: Record<PldmPart, number>;
  gamma: number;
  epsilon: number;
} {
  const { gamma = 1, epsilon = 1e-4 } = options ?? {};
  checkHinge(gamma, epsilon);
  const weights: Record<PldmPart, number> = { ...WEIGHTS };
  for (const name of Object.keys(WEIGHTS) as PldmPart[]) {
    const weight = options?.[name] ?? WEIGHTS[name];
    checkWeight(name, weight);
    weights[name] = weight;
  }
  return { weights, gamma, epsilon };
}

interface Trajectories {
  states: Matrix;
  /** The states but those of the last time, and but those of the first. */
  earlier: Matrix;
  following: Matrix;
  predictions: Matrix;
  actions?: { taken: Matrix; predicted: Matrix };
}

const NAMES = ['states', 'times', 'predictions', 'actions', 'predictedActions'] as const;

function checkTrajectories(value: unknown): Trajectories {
  const named = checkNamed('pldm', value, NAMES);
  const given = checkBatch('states', named.states, 2);
  const { rows, cols } = given.matrix;
  checkInteger('times', named.times, { min: 2 });
  checkTimes(rows, named.times);
  const transitions = rows - rows / named.times;
  const guessed = checkBatch('predictions', named.predictions);
  checkSameShape('predictions', guessed.matrix, transitions, cols);
  const pair = checkActions(named.actions, named.predictedActions, transitions);
  const [states, predictions, taken, predicted] = copied([given, guessed, ...pair]) as [
    Matrix,
    Matrix,
    Matrix?,
    Matrix?,
  ];
  return {
    states,
    earlier: block(states, 0, transitions),
    following: block(states, rows - transitions, transitions),
    predictions,
    ...(taken && predicted && { actions: { taken, predicted } }),
  };
}

function checkTimes(rows: number, times: number): void {
  if (rows % times === 0) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The states are not of whole trajectories.', {
    argument: 'states',
    expected: `of a multiple of ${times} rows, as many a time`,
    received: String(rows),
  });
}

function checkActions(actions: unknown, predictedActions: unknown, transitions: number) {
  if (actions === undefined && predictedActions === undefined) return [];
  const missing = actions === undefined ? 'actions' : predictedActions === undefined ? 'predictedActions' : undefined;
  if (missing !== undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Actions and predictions of them come together.', {
      argument: missing,
      expected: 'a Matrix, as the other one is given',
      received: 'undefined',
    });
  }
  const taken = checkBatch('actions', actions);
  const predicted = checkBatch('predictedActions', predictedActions);
  if (taken.matrix.rows !== transitions) {
    throw new EigenviewError('SHAPE_MISMATCH', 'There is one action a transition.', {
      argument: 'actions',
      expected: `of ${transitions} rows`,
      received: shape(taken.matrix),
    });
  }
  checkSameShape('predictedActions', predicted.matrix, transitions, taken.matrix.cols);
  return [taken, predicted];
}
