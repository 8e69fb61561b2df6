import type { LinalgBackend } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import {
  block,
  checkNoOverflow,
  homogeneous,
  plus,
  type RandomAffine,
  sandwich,
  symmetrise,
  unbordered,
} from './random-affine.js';
import { type ViewProcess, viewDimension } from './view-process.js';

/** Moments of the inputs alone, all that exact expectations need. */
export interface InputMoments {
  count: number;
  /** XᵀX/n, d×d. */
  second: Matrix;
  /** YᵀX/n, ℓ×d. */
  targetInput?: Matrix;
  mean: Float64Array;
  targetMean?: Float64Array;
}

/** Moments of the views, averaged over the process. */
export interface ViewExpectation {
  /** S = E[τ(x)τ(x)ᵀ]. */
  second: Matrix;
  /** G, the second moment of mean views. */
  meanSecond: Matrix;
  /** Σ = S − G. */
  covariance: Matrix;
  /** C = XᵀX̄/n. */
  inputCross: Matrix;
  /** B = YᵀX̄/n. */
  targetCross?: Matrix;
  mean: Float64Array;
}

/**
 * The exact expectation over views, from the moments of the inputs.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` where the process has no closed form, `SHAPE_MISMATCH`, `OUT_OF_RANGE`
 */
export async function expectViews(
  views: ViewProcess,
  input: InputMoments,
  linalg: LinalgBackend,
): Promise<ViewExpectation> {
  const { name } = views;
  viewDimension(views, input.second.rows);
  const exact = closedForm(views);
  const second = homogeneous(input.second, input.mean);
  const covariance = checkNoOverflow(name, await exact.spread(second, linalg));
  if (exact.additive) return additive(name, input, covariance);
  await symmetrise(covariance);
  const meanSecond = checkNoOverflow(name, await symmetrise(unbordered(await sandwich(exact, second, linalg))));
  const cross = checkNoOverflow(name, await exact.mean(inputRows(input), linalg));
  const d = input.second.rows;
  return {
    second: checkNoOverflow(name, plus(meanSecond, covariance)),
    meanSecond,
    covariance,
    inputCross: block(cross, 0, d),
    ...(input.targetInput && { targetCross: block(cross, d, cross.rows - 1) }),
    mean: Float64Array.from(cross.row(cross.rows - 1).subarray(0, -1)),
  };
}

/** @throws EigenviewError `INVALID_ARGUMENT` where the process has none */
export function closedForm({ exact, name }: ViewProcess): RandomAffine {
  if (exact !== undefined) return exact;
  throw new EigenviewError('INVALID_ARGUMENT', `The moments of this process (${name}) have no closed form.`, {
    argument: 'samples',
    expected: "the number of views to draw for each sample, at least 2, or 'auto'",
    received: 'nothing',
    fix: 'Pass { samples: 8, seed: 0 } to viewMoments.',
  });
}

/** Zero-mean additive noise: x̄ = x, so G = C = XᵀX/n and B = YᵀX/n. */
export function additive(name: string, input: InputMoments, covariance: Matrix): ViewExpectation {
  const { second, mean, targetInput } = input;
  const sum = plus(second, covariance);
  // A NaN was in the inputs already: who needs them finite says where it is.
  if (maxAbs(sum.data) === Number.POSITIVE_INFINITY) checkNoOverflow(name, sum);
  return {
    second: sum,
    meanSecond: second,
    covariance,
    inputCross: second,
    mean,
    ...(targetInput === undefined ? {} : { targetCross: targetInput }),
  };
}

/** Σ r [x | 1]ᵀ/n over r = [x | y | 1]: on these rows the mean map makes C, B and the mean view. */
function inputRows({ second, mean, targetInput, targetMean }: InputMoments): Matrix {
  const d = second.rows;
  const targets = targetInput?.rows ?? 0;
  const rows = new Matrix(d + targets + 1, d + 1);
  const put = (at: number, row: ArrayLike<number>, last: number) => {
    rows.data.set(row, at * (d + 1));
    rows.data[at * (d + 1) + d] = last;
  };
  for (let i = 0; i < d; i++) put(i, second.row(i), mean[i] as number);
  for (let i = 0; i < targets; i++) put(d + i, (targetInput as Matrix).row(i), targetMean?.[i] as number);
  put(d + targets, mean, 1);
  return rows;
}
