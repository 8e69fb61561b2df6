import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkBoolean, checkInteger, checkNumber, checkOneOf } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { centre } from './centre.js';
import { type Classes, classesOf, placesOf } from './classes.js';
import { type Checked, checkSplit, isRereadable, type Split } from './labelled.js';
import type { LinearMap } from './linear-map.js';
import { fitLogistic } from './logistic.js';
import { fitRidge, type RidgeLambda } from './ridge.js';
import type { Outputs } from './rotated.js';
import { classify, regress } from './scores.js';

export interface LinearProbeOptions extends CallOptions {
  /** Default `logistic` for labels, `ridge` for targets, which is all they can have. */
  method?: 'ridge' | 'logistic';
  /**
   * The penalty, in units of the mean variance of a feature: scaling all data changes no prediction. Ridge: a number, `gcv` (the
   * default) or `loo`, the best of 10⁻⁶ … 10² by generalised cross-validation, or by leaving out each row in turn, which reads
   * the training rows once more. Logistic: a number, default 10⁻³.
   */
  lambda?: number | 'gcv' | 'loo';
  /** Brings every feature to variance 1, not only their mean; default false. Rare features then weigh as much as others. */
  standardise?: boolean;
  /** Logistic: on the largest component of the gradient, features at mean variance 1; default 10⁻⁵. */
  tolerance?: number;
  /** Logistic: Newton steps at most, default 100. */
  maxIterations?: number;
}

/** A measure on either set; of the training set where its rows could be read again. */
export interface Measured {
  train?: number;
  test: number;
}

export interface LinearProbe extends LinearMap {
  method: 'ridge' | 'logistic';
  /** The label each row of `weights` scores, ascending; absent for targets. */
  classes?: Int32Array;
  /** Share of rows whose class scores best; absent for targets. */
  accuracy?: Measured;
  /** Share of rows whose class is among the best five; absent for targets. */
  top5?: Measured;
  /** 1 − Σ‖y − ŷ‖²/Σ‖y − ȳ‖² of targets. */
  r2?: Measured;
  lambda: number;
  /** Newton steps; 0 for ridge. */
  iterations: number;
  /**
   * Whether the gradient met the tolerance; true for ridge, a closed form. False at λ = 0 where the weights tell all training
   * rows apart: the larger they are, the less the loss, and there is no optimum.
   */
  converged: boolean;
  /** What was minimised, penalty included: a mean of ‖y − ŷ‖² (one-hot y for labels), or of the cross-entropy. */
  loss: number;
}

const KEYS = ['method', 'lambda', 'standardise', 'tolerance', 'maxIterations'] as const;

/**
 * How much of labels or targets a linear map of frozen features can tell: fitted on train, judged on test.
 *
 * - `ridge`: least squares to one-hot labels, or to targets, in closed form from the moments of one pass. n·d² flops, O(d²)
 *   memory.
 * - `logistic`: multinomial logistic regression to its minimum, by truncated Newton. The training rows are held in memory, in
 *   single precision where that loses nothing; some hundred passes over them, each 8·n·d·classes flops.
 *
 * Features far from 0 lose no digits to that. A label of the test set that the training set lacks counts as missed. Results have the same bits for any chunking.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` for a single class or for targets with `logistic`, `SHAPE_MISMATCH`, `NOT_FINITE`
 * naming row and column, `EMPTY`, `OUT_OF_RANGE`
 * @example
 * ```ts
 * const train = { x: await openMnist('data/mnist') };
 * const test = { x: await openMnist('data/mnist', { split: 'test' }) };
 * const { accuracy } = await linearProbe({ train, test }); // { train: 0.935, test: 0.926 } on raw pixels
 * ```
 */
export async function linearProbe(data: Split, options?: LinearProbeOptions): Promise<LinearProbe> {
  const { backend, control } = beginCall('linearProbe', options, KEYS);
  const { train, test } = checkSplit(data, 'linearProbe');
  const settings = checkSettings(train, options ?? {});
  if ((train.labels === undefined) !== (test.labels === undefined)) throw mixed(train);
  if (train.labels === undefined || test.labels === undefined) {
    return probeTargets(backend, control, train as WithTargets, test as WithTargets, settings);
  }
  return probeLabels(backend, control, train, test, settings, classesOf('train.labels', train.labels));
}

interface Settings {
  method: 'ridge' | 'logistic';
  lambda: RidgeLambda;
  standardise: boolean;
  tolerance: number;
  maxIterations: number;
}

type WithTargets = Checked & { targets: Matrix };
type WithLabels = Checked & { labels: Int32Array };

function checkSettings(train: Checked, options: LinearProbeOptions): Settings {
  const ofLabels = train.labels !== undefined;
  const { method = ofLabels ? 'logistic' : 'ridge', standardise = false } = options;
  const { lambda = method === 'ridge' ? 'gcv' : 1e-3, tolerance = 1e-5, maxIterations = 100 } = options;
  checkOneOf('method', method, ['ridge', 'logistic']);
  checkBoolean('standardise', standardise);
  checkNumber('tolerance', tolerance, { min: 0, above: true });
  checkInteger('maxIterations', maxIterations, { min: 1 });
  if (typeof lambda === 'string' && method === 'ridge') checkOneOf('lambda', lambda, ['gcv', 'loo']);
  else checkNumber('lambda', lambda, { min: 0 });
  if (method === 'logistic' && !ofLabels) throw noLabels();
  return { method, lambda, standardise, tolerance, maxIterations };
}

function noLabels(): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'Logistic regression is of classes.', {
    argument: 'method',
    expected: "'ridge' for targets",
    received: "'logistic'",
  });
}

function mixed(train: Checked): EigenviewError {
  const [have, lack] = train.labels === undefined ? ['targets', 'labels'] : ['labels', 'targets'];
  return new EigenviewError('INVALID_ARGUMENT', 'Training and test set are labelled alike.', {
    argument: 'test',
    expected: `a set with ${have}, as train`,
    received: `a set with ${lack}`,
  });
}

async function probeTargets(
  backend: Backend,
  control: Control,
  train: WithTargets,
  test: WithTargets,
  settings: Settings,
): Promise<LinearProbe> {
  const { targets } = train;
  const width = targets.cols;
  if (test.targets.cols !== width) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Training and test targets differ in width.', {
      argument: 'test.targets',
      expected: `of ${width} columns, as train.targets`,
      received: String(test.targets.cols),
    });
  }
  // About their mean: of targets far from 0 sums of squares leave variances without digits.
  const { centred, mean } = await centre(targets);
  const rows = (from: number, to: number) =>
    new Matrix(to - from, width, centred.data.subarray(from * width, to * width));
  const { weights, bias, lambda, loss } = await fitRidge(backend, control, train, { width, rows }, settings);
  const map = { weights, bias: bias.map((x, c) => x + (mean[c] as number)) };
  const r2: Measured = { test: await regress(backend, control, map, test) };
  if (isRereadable(train)) r2.train = await regress(backend, control, map, train);
  return { method: 'ridge', ...map, r2, lambda, iterations: 0, converged: true, loss };
}

async function probeLabels(
  backend: Backend,
  control: Control,
  train: WithLabels,
  test: WithLabels,
  settings: Settings,
  classes: Classes,
): Promise<LinearProbe> {
  const { method, lambda } = settings;
  const fit =
    method === 'ridge'
      ? { iterations: 0, converged: true, ...(await fitRidge(backend, control, train, oneHot(classes), settings)) }
      : {
          lambda: lambda as number,
          ...(await fitLogistic(backend, control, train, classes, { ...settings, lambda: lambda as number })),
        };
  const map = { weights: fit.weights, bias: fit.bias };
  const unseen = await classify(backend, control, map, test, placesOf(test.labels, classes.values));
  const seen = isRereadable(train) ? await classify(backend, control, map, train, classes.indices) : undefined;
  const { iterations, converged, loss } = fit;
  return {
    method,
    ...map,
    classes: classes.values,
    accuracy: { ...(seen && { train: seen.accuracy }), test: unseen.accuracy },
    top5: { ...(seen && { train: seen.top5 }), test: unseen.top5 },
    lambda: fit.lambda,
    iterations,
    converged,
    loss,
  };
}

/** Made a chunk at a time: of many classes the whole would be larger than the rows. */
function oneHot({ values, indices }: Classes): Outputs {
  const width = values.length;
  const rows = (from: number, to: number) => {
    const chunk = new Matrix(to - from, width);
    for (let row = from; row < to; row++) chunk.data[(row - from) * width + (indices[row] as number)] = 1;
    return chunk;
  };
  return { width, rows };
}
