/**
 * The ridge probe in closed form, from the moments of one pass: W = B̂ (Ĉ + λI)⁻¹ for centred, scaled features x̂, with their
 * covariance Ĉ and B̂ = E[(y − ȳ) x̂ᵀ], which minimises mean‖y − W x̂ − b‖² + λ‖W‖² with b free. Hoerl & Kennard 1970. λ by
 * generalised cross-validation: Golub, Heath & Wahba, Technometrics 1979; by leaving one out: Allen's PRESS, 1974.
 */
import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { type Checked, isRereadable } from './labelled.js';
import { leaveOneOut } from './leave-one-out.js';
import type { LinearMap } from './linear-map.js';
import { inverseOf, type Outputs, type Rotated, rotatedWeights } from './rotated.js';
import { type Scaling, scalingOf, unscale } from './scaling.js';
import { trainMoments } from './train-moments.js';

/** What λ is tried at where it is to be chosen: 10⁻⁶, 10⁻⁵·⁵, …, 10², in units of the mean variance of a feature. */
export const LAMBDAS: readonly number[] = Array.from({ length: 17 }, (_, i) => 10 ** (-6 + i / 2));

/** How λ is chosen: a number, or the best of {@link LAMBDAS}. */
export type RidgeLambda = number | 'gcv' | 'loo';

export interface Ridge extends LinearMap {
  lambda: number;
  /** mean‖y − ŷ‖² + λ‖W‖², W those of x̂. */
  loss: number;
}

export async function fitRidge(
  backend: Backend,
  control: Control,
  train: Checked,
  outputs: Outputs,
  { lambda, standardise }: { lambda: RidgeLambda; standardise: boolean },
): Promise<Ridge> {
  if (lambda === 'loo' && !isRereadable(train)) throw needsSecondPass();
  const problem = await prepareRidge(backend, control, train, outputs, standardise);
  const chosen = await choose(backend, control, train, outputs, problem, lambda);
  return { ...(await solve(backend, control, problem, chosen)), lambda: chosen, loss: lossAt(problem, chosen) };
}

/** The one pass over the rows that the fit needs. */
export async function prepareRidge(
  backend: Backend,
  control: Control,
  train: Checked,
  outputs: Outputs,
  standardise: boolean,
): Promise<Rotated> {
  const found = await trainMoments(backend, control, train, { targets: outputs.rows });
  return rotate(backend, control, found.moments, await scalingOf(found, standardise));
}

function needsSecondPass(): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'Leaving one out reads the training rows twice.', {
    argument: 'train.x',
    expected: 'a matrix or a source that can be read again',
    received: 'an iterator',
    fix: "Use lambda: 'gcv', which needs one pass.",
  });
}

async function rotate(backend: Backend, control: Control, moments: ViewMoments, scaling: Scaling): Promise<Rotated> {
  const { mean, scale, covariance } = scaling;
  const targetInput = moments.targetInput as Matrix;
  const targetMean = moments.targetMean as Float64Array;
  const cross = new Matrix(targetInput.rows, targetInput.cols);
  for (let c = 0, at = 0; c < cross.rows; c++) {
    for (let j = 0; j < cross.cols; j++, at++) {
      const centred = (targetInput.data[at] as number) - (targetMean[c] as number) * (mean[j] as number);
      cross.data[at] = centred * (scale[j] as number);
    }
  }
  const { eigh, matmul } = backend.linalg.async;
  const { values, vectors } = await eigh(control, covariance, undefined, undefined);
  const rounding = values.length * Number.EPSILON * Math.max(0, values[0] as number);
  const squares = targetMean.reduce((sum, x) => sum + x * x, 0);
  return {
    count: moments.count,
    scaling,
    values: values.map((value) => (value > rounding ? value : 0)),
    vectors,
    cross: await matmul(control, cross, vectors, false, false),
    targetMean,
    targetVariance: Math.max(0, (moments.targetEnergy as number) - squares),
  };
}

async function choose(
  backend: Backend,
  control: Control,
  train: Checked,
  outputs: Outputs,
  problem: Rotated,
  lambda: RidgeLambda,
): Promise<number> {
  if (typeof lambda === 'number') return lambda;
  const errors =
    lambda === 'loo'
      ? await leaveOneOut(backend, control, train, outputs, problem, LAMBDAS)
      : LAMBDAS.map((each) => generalisedError(problem, each));
  return LAMBDAS[errors.indexOf(Math.min(...errors))] as number;
}

/** (RSS/n)/(1 − trace of the hat matrix/n)²; the largest number there is where the fit has as many parameters as rows. */
export function generalisedError({ count, values, cross, targetVariance }: Rotated, lambda: number): number {
  const freedom = values.reduce((sum, value) => sum + value * inverseOf(value, lambda), 1);
  const left = 1 - freedom / count;
  if (left <= Number.EPSILON * count) return Number.MAX_VALUE;
  let explained = 0;
  for (let at = 0, j = 0; at < cross.data.length; at++, j = j + 1 === values.length ? 0 : j + 1) {
    const value = values[j] as number;
    explained += (cross.data[at] as number) ** 2 * (value + 2 * lambda) * inverseOf(value, lambda) ** 2;
  }
  return Math.max(0, targetVariance - explained) / left ** 2;
}

function lossAt({ values, cross, targetVariance }: Rotated, lambda: number): number {
  let explained = 0;
  for (let at = 0, j = 0; at < cross.data.length; at++, j = j + 1 === values.length ? 0 : j + 1) {
    explained += (cross.data[at] as number) ** 2 * inverseOf(values[j] as number, lambda);
  }
  return Math.max(0, targetVariance - explained);
}

async function solve(backend: Backend, control: Control, problem: Rotated, lambda: number): Promise<LinearMap> {
  const { scaling, vectors, targetMean } = problem;
  const scaled = rotatedWeights(problem, lambda);
  const weights = await backend.linalg.async.matmul(control, scaled, vectors, false, true);
  return unscale(weights, targetMean, scaling);
}
