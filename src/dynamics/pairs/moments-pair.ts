import { beginCall, type CallOptions } from '../../backends/select.js';
import { describe, EigenviewError } from '../../errors.js';
import { checkBoolean, checkRankTolerance, checkRidge, checkSymmetric } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { ViewMoments } from '../../moments/view-moments.js';
import type { ViewPair } from './view-pair.js';
import {
  DEFAULT_RANK_TOLERANCE,
  lessOuter,
  symmetrised,
  type WhiteningOptions,
  whitenedPair,
} from './whitened-pair.js';

export interface MomentsPairOptions extends WhiteningOptions, CallOptions {
  /** Subtracts the views' mean from both moments, so that functions have mean 0; default false. */
  centered?: boolean;
}

/**
 * Linear functions of two independent views of one sample: E[xxᵀ] = S and E[xyᵀ] = G, the moments of {@link
 * viewMoments}, so that M = W G Wᵀ with W S Wᵀ = I. Exchangeable; positive semi-definite where the moments are exact.
 * Its functions are linear encoders: the constant is among them only if the data have a constant coordinate.
 *
 * @throws EigenviewError `SINGULAR` where S is zero, `NOT_FINITE`, `NOT_SYMMETRIC`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const pair = await momentsPair(await viewMoments(x, gaussianViews({ theta: 1 })), { centered: true });
 * const { functions } = await canonicalFunctions(pair, { k: 2 });
 * const encoder = pair.encoder?.(functions); // 2×d
 * ```
 */
export async function momentsPair(moments: ViewMoments, options?: MomentsPairOptions): Promise<ViewPair> {
  const { backend, control } = beginCall('momentsPair', options, ['rankTolerance', 'ridge', 'centered']);
  const { rankTolerance = DEFAULT_RANK_TOLERANCE, ridge = 0, centered = false } = options ?? {};
  checkRankTolerance(rankTolerance);
  checkRidge(ridge);
  checkBoolean('centered', centered);
  checkMoments(moments);
  const { second, meanSecond, viewMean, dim } = moments;
  const mean = centered ? Float64Array.from(viewMean) : undefined;
  const xx = await about(second, mean);
  const xy = await symmetrised(await about(meanSecond, mean));
  const map = { dimension: dim, identity: true, features: (points: Matrix) => points };
  return whitenedPair(backend, control, {
    name: `linear, ${dim} dimension${dim === 1 ? '' : 's'}`,
    operation: 'momentsPair',
    moments: { xx, yy: xx, xy, means: mean && { x: mean, y: mean } },
    maps: { x: map, y: map },
    exchangeable: true,
    rankTolerance,
    ridge,
  });
}

function checkMoments(moments: unknown): asserts moments is ViewMoments {
  if (!(moments instanceof ViewMoments)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The pair is made of the moments of views.', {
      argument: 'moments',
      expected: 'what viewMoments returns',
      received: describe(moments),
    });
  }
  // Moments can be written to after they were made.
  checkSymmetric('moments.second', moments.second);
  checkSymmetric('moments.meanSecond', moments.meanSecond);
}

/** A copy, less the mean's own second moment. */
async function about(second: Matrix, mean: Float64Array | undefined): Promise<Matrix> {
  const copy = new Matrix(second.rows, second.cols, Float64Array.from(second.data));
  return mean === undefined ? copy : lessOuter(copy, mean, mean);
}
