import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import type { DrawnViews } from './drawn-views.js';
import {
  covarianceDifferences,
  type Differences,
  halvesShare,
  LEAST_FOR_PAIRS,
  meanDifferences,
  meanShifts,
  pairProducts,
  pairVariance,
  secondDifferences,
} from './halves.js';
import { type RelativeErrors, relativeErrors } from './relative-errors.js';
import { ViewMoments } from './view-moments.js';
import { scaleOf } from './view-scales.js';

/** Standard errors of sampled moments, element by element, for the same data under other draws of the views. */
export interface StandardErrors {
  /** Of S, d×d. */
  second: Matrix;
  /** Of G, d×d; only from four views a sample on. */
  meanSecond?: Matrix;
  /** Of Σ, d×d; only from four views a sample on. */
  covariance?: Matrix;
  /** Of C, d_in×d. */
  inputCross: Matrix;
  /** Of all elements together. */
  relative: RelativeErrors;
}

/**
 * How far sampled moments may be from the exact ones: is m enough?
 *
 * A jackknife over views: of up to 512 samples kept at random, the views are cut into two halves, each of which gives the
 * moment; half their difference varies as the moment does, but for a part of G and Σ for which it is corrected (halves.ts). So
 * squared errors are right on average, whatever the distribution of the views. Rounding of single precision, 2e-6 of
 * the root mean squares, is in them too. Work: about 8 m·d² flops for each kept sample.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` for exact moments, which have none; the signal's reason when aborted
 * @example
 * ```ts
 * const moments = await viewMoments(x, views, { samples: 8 });
 * const { second, relative } = await standardErrors(moments); // |S − exact S| < 2 second, in 19 of 20 elements
 * ```
 */
export async function standardErrors(moments: ViewMoments, options?: CallOptions): Promise<StandardErrors> {
  const { backend, control } = beginCall('standardErrors', options);
  const site = { backend, control };
  // In units in which numbers are about 1, so that their fourth powers neither overflow nor vanish.
  const { drawn, views: viewScale, inputs: inputScale } = await normalised(checkSampled(moments));
  const { samples: m, inputs } = drawn;
  const { count } = moments;
  const [view, input] = [roots(moments.second), roots(moments.inputSecond)];
  const square = (variances: Matrix) => toErrors(variances, count, viewScale * viewScale, view, view);
  const shifts = await meanShifts(drawn);
  const ofCross = await backend.linalg.async.matmul(control, await squares(inputs), await squares(shifts), true, false);
  const share = halvesShare(m);
  return {
    second: await square(await meanSquares(site, secondDifferences(drawn), share)),
    ...(m >= LEAST_FOR_PAIRS && (await pairErrors(site, drawn, square))),
    inputCross: await toErrors(await scaled(ofCross, share / inputs.rows), count, inputScale * viewScale, input, view),
    relative: await relativeErrors(backend, control, drawn, count, {
      views: norm(moments.second, viewScale * viewScale),
      inputs: norm(moments.inputSecond, inputScale * inputScale),
    }),
  };
}

interface Site {
  backend: Backend;
  control: Control;
}

/** Of G and Σ, whose products of different views' deviations are the same but for their sign. */
async function pairErrors(site: Site, drawn: DrawnViews, square: (variances: Matrix) => Promise<Matrix>) {
  const products = (await meanSquares(site, await pairProducts(drawn))).data;
  const corrected = async (differences: Differences) => {
    const ofHalves = await meanSquares(site, differences);
    return square(await mapped(ofHalves, (value, at) => pairVariance(drawn.samples, value, products[at] as number)));
  };
  return {
    meanSecond: await corrected(await meanDifferences(drawn)),
    covariance: await corrected(await covarianceDifferences(drawn)),
  };
}

function checkSampled(moments: unknown): DrawnViews {
  if (!(moments instanceof ViewMoments) || moments.drawn === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Only sampled moments have standard errors.', {
      argument: 'moments',
      expected: 'ViewMoments estimated from drawn views',
      received: moments instanceof ViewMoments ? 'exact ViewMoments' : describe(moments),
      fix: 'Pass { samples: 8 } to viewMoments.',
    });
  }
  return moments.drawn;
}

/** The kept views as floats and the kept samples, both about 1, and what they are to be multiplied by again. */
async function normalised(drawn: DrawnViews): Promise<{ drawn: DrawnViews; views: number; inputs: number }> {
  const [ofViews, ofInputs] = [scaleOf(drawn.views.data), scaleOf(drawn.inputs.data)];
  const { views, inputs } = drawn;
  const floats = new Float32Array(views.data.length);
  await inStretches(floats.length, rowsAtOnce(1), (from, to) => {
    for (let at = from; at < to; at++) floats[at] = ofViews * (views.data[at] as number);
  });
  return {
    drawn: { ...drawn, views: new Matrix(views.rows, views.cols, floats), inputs: await scaled(inputs, ofInputs) },
    views: 1 / ofViews,
    inputs: 1 / ofInputs,
  };
}

/** The mean of (Σ_j w_j u_j u_jᵀ)∘² over groups of vectors, times `factor`, d×d. */
async function meanSquares({ backend, control }: Site, { vectors, weights }: Differences, factor = 1): Promise<Matrix> {
  const sum = await backend.views.squaredDifferences(control, vectors, weights);
  return scaled(sum, (factor * weights.length) / vectors.rows);
}

function squares(matrix: Matrix): Promise<Matrix> {
  return mapped(matrix, (x) => x * x);
}

function scaled(matrix: Matrix, factor: number): Promise<Matrix> {
  return mapped(matrix, (x) => factor * x);
}

/** Element by element, the event loop turning. */
async function mapped({ rows, cols, data }: Matrix, map: (value: number, at: number) => number): Promise<Matrix> {
  const result = new Float64Array(data.length);
  await inStretches(data.length, rowsAtOnce(1), (from, to) => {
    for (let at = from; at < to; at++) result[at] = map(data[at] as number, at);
  });
  return new Matrix(rows, cols, result);
}

/** Sums of products in single precision are off by about so much of their root mean squares' product. */
const ROUNDING = 2 ** -19;

/**
 * Errors of means over `count` samples of a variance each, in the data's units. Rounding included, so that an element on which
 * all views agree has an error too.
 */
async function toErrors(
  variances: Matrix,
  count: number,
  unit: number,
  rows: Float64Array,
  cols: Float64Array,
): Promise<Matrix> {
  const errors = new Matrix(variances.rows, variances.cols);
  await inStretches(variances.rows, rowsAtOnce(variances.cols), (from, to) => {
    for (let i = from, at = from * variances.cols; i < to; i++) {
      for (let j = 0; j < variances.cols; j++, at++) {
        // In units of `unit`, whose squares do not overflow.
        const rounding = (ROUNDING * (rows[i] as number) * (cols[j] as number)) / unit;
        errors.data[at] = unit * Math.sqrt((variances.data[at] as number) / count + rounding * rounding);
      }
    }
  });
  return errors;
}

/** ‖M‖_F in a unit. */
function norm({ data }: Matrix, unit: number): number {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += ((data[at] as number) / unit) ** 2;
  return Math.sqrt(sum);
}

function roots({ data, rows }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => Math.sqrt(Math.max(0, data[i * (rows + 1)] as number)));
}
