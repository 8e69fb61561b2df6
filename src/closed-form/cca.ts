/**
 * Linear canonical correlation analysis: with M = Σxx^{-1/2} Σxy Σyy^{-1/2} = U diag(s) Vᵀ, the encoders U_kᵀ Σxx^{-1/2}
 * and V_kᵀ Σyy^{-1/2} (Hotelling 1936).
 */
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkOptions, checkSameShape, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import {
  checkDirections,
  checkRegularisation,
  REGULARISATION,
  type Regularisation,
  type Site,
  whitening,
} from './whitening.js';

/** Second moments of a pair of views; centred ones give canonical correlations in the usual sense. */
export interface PairMoments {
  /** E[x xᵀ], dx×dx. */
  xx: Matrix;
  /** E[y yᵀ], dy×dy. */
  yy: Matrix;
  /** E[x yᵀ], dx×dy. */
  xy: Matrix;
}

export interface CcaOptions extends Regularisation, CallOptions {
  /** Number of canonical pairs, 1 … min(dx, dy). */
  k: number;
}

export interface Cca {
  /** Encoder of x, k×dx, with white codes. */
  x: Matrix;
  /** Encoder of y, k×dy, with white codes. */
  y: Matrix;
  /** The k canonical correlations, descending. */
  correlations: Float64Array;
}

/**
 * The pairs of linear functions of two views that correlate most.
 *
 * @throws EigenviewError `SINGULAR` (with the `direction`) when xx or yy has no inverse and neither ridge nor
 * rankTolerance is given, `NOT_SYMMETRIC`, `SHAPE_MISMATCH`, `OUT_OF_RANGE` for k
 * @example
 * ```ts
 * const one = Matrix.identity(1);
 * const { correlations } = await cca({ xx: one, yy: one, xy: Matrix.from([[0.5]]) }, { k: 1 }); // [0.5]
 * ```
 */
export async function cca(moments: PairMoments, options: CcaOptions): Promise<Cca> {
  const site: Site = { ...beginCall('cca', options, ['k', ...REGULARISATION]), operation: 'cca' };
  checkPair(moments);
  checkRegularisation(options);
  const { xx, yy, xy } = moments;
  const { k } = options ?? {};
  checkInteger('k', k, { min: 1, max: Math.min(xx.rows, yy.rows) });
  const wx = await whitening(site, 'the second moment xx', xx, options);
  const wy = await whitening(site, 'the second moment yy', yy, options);
  checkDirections(k, Math.min(wx.rows, wy.rows), Math.min(xx.rows, yy.rows));
  const { matmul, svd } = site.backend.linalg.async;
  const half = await matmul(site.control, wx, xy, false, false);
  const whitened = await matmul(site.control, half, wy, false, true);
  const { u, s, vt } = await svd(site.control, whitened, k);
  checkCorrelations(s);
  return {
    x: await matmul(site.control, u, wx, true, false),
    y: await matmul(site.control, vt, wy, false, false),
    correlations: s,
  };
}

/** Correlations above 1, beyond what ill-conditioned moments round to, mean that xx, yy and xy are not of one pair. */
function checkCorrelations(correlations: Float64Array): void {
  const largest = correlations[0] as number;
  if (largest <= 1 + 1e-6) return;
  throw new EigenviewError(
    'NOT_POSITIVE_DEFINITE',
    'These are not the second moments of a pair: a correlation exceeds 1.',
    {
      argument: 'xy',
      expected: 'such that [[xx, xy], [xyᵀ, yy]] is positive semi-definite',
      received: `a largest correlation of ${largest}`,
    },
  );
}

function checkPair(moments: unknown): asserts moments is PairMoments {
  if (typeof moments !== 'object' || moments === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'cca takes the second moments of a pair of views.', {
      argument: 'moments',
      expected: 'an object { xx, yy, xy }',
      received: describe(moments),
    });
  }
  checkOptions('cca moments', moments, ['xx', 'yy', 'xy']);
  const { xx, yy, xy } = moments as PairMoments;
  checkSymmetric('xx', xx);
  checkSymmetric('yy', yy);
  checkDense('xy', xy);
  checkSameShape('xy', xy, xx.rows, yy.rows);
}
