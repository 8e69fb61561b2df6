/**
 * Pairs whose functions are linear in features: with second moments Σx, Σy and cross moments C = E[φ(x) ψ(y)ᵀ], the
 * whiteners W_x Σx W_xᵀ = I make an orthonormal dictionary W_x φ, and M = W_x C W_yᵀ (linear CCA; Hotelling 1936).
 */
import type { Backend } from '../../backends/backend.js';
import { along } from '../../backends/failure.js';
import type { Control } from '../../backends/linalg.js';
import { EigenviewError } from '../../errors.js';
import { Matrix } from '../../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../../runtime/turn.js';
import { symmetrise } from '../symmetrise.js';
import { checkCoefficients, checkPoints, checkSide, combined } from './evaluation.js';
import type { Side, ViewPair } from './view-pair.js';

/** How the second moments are inverted. */
export interface WhiteningOptions {
  /**
   * Directions whose second moment is at or below this share of the largest are dropped; default 1e-10. Those that are
   * left are the dictionary.
   */
  rankTolerance?: number;
  /**
   * Adds this multiple of the identity to the second moments, in their units; default 0. Functions are then
   * orthonormal under the moments with the ridge: E[UUᵀ] = AAᵀ less the ridge's share, and correlations shrink.
   */
  ridge?: number;
}

export const DEFAULT_RANK_TOLERANCE = 1e-10;

/** Moments of features; where the pair is centred, about the mean. */
export interface FeatureMoments {
  /** E[φφᵀ]. */
  xx: Matrix;
  /** E[ψψᵀ]: the same matrix as xx where the pair is exchangeable. */
  yy: Matrix;
  /** E[φψᵀ]. */
  xy: Matrix;
  /** Subtracted from the features, where the pair is centred. */
  means: { x: Float64Array; y: Float64Array } | undefined;
}

/** The features of points of one side, before the mean is subtracted. */
export interface FeatureMap {
  dimension: number;
  /** The points are the features. */
  identity: boolean;
  features(points: Matrix): Matrix;
}

export interface WhitenedPair {
  name: string;
  operation: string;
  moments: FeatureMoments;
  maps: { x: FeatureMap; y: FeatureMap };
  exchangeable: boolean;
  rankTolerance: number;
  ridge: number;
}

export async function whitenedPair(
  { linalg }: Backend,
  control: Control,
  { name, operation, moments, maps, exchangeable, rankTolerance, ridge }: WhitenedPair,
): Promise<ViewPair> {
  const whitener = async (view: Side, second: Matrix): Promise<Matrix> => {
    try {
      const { whitener } = await linalg.async.whiten(control, plusRidge(second, ridge), rankTolerance);
      return whitener;
    } catch (error) {
      throw blamed(operation, view, error);
    }
  };
  const whitenX = await whitener('x', moments.xx);
  const whitenY = moments.yy === moments.xx ? whitenX : await whitener('y', moments.yy);
  const half = await linalg.async.matmul(control, whitenX, moments.xy, false, false);
  const gram = await linalg.async.matmul(control, half, whitenY, false, true);
  if (exchangeable) await symmetrised(gram);
  const whiteners = { x: whitenX, y: whitenY };
  const { means } = moments;
  const linear = (coefficients: Matrix, side: Side) => {
    checkSide(side);
    const whiten = whiteners[side];
    checkCoefficients(coefficients, { count: whiten.rows, dimension: maps[side].dimension });
    return linalg.sync.matmul(coefficients, whiten, false, false);
  };
  return {
    name: means === undefined ? name : `${name}, centred`,
    gram,
    exchangeable,
    centered: means !== undefined,
    dimensions: { x: maps.x.dimension, y: maps.y.dimension },
    evaluate(coefficients, points, side = 'x') {
      const encoder = linear(coefficients, side);
      checkPoints('points', points, maps[side].dimension);
      const features = (rows: Matrix) => lessMean(maps[side].features(rows), means?.[side]);
      return combined(encoder, points, features, linalg.sync);
    },
    ...(maps.x.identity && maps.y.identity && { encoder: (coefficients, side = 'x') => linear(coefficients, side) }),
  };
}

/** (A + Aᵀ)/2 in place, the event loop turning. */
export async function symmetrised(matrix: Matrix): Promise<Matrix> {
  await inStretches(matrix.rows, rowsAtOnce(4 * matrix.cols), (from, to) => symmetrise(matrix, from, to));
  return matrix;
}

/** A − factor · a bᵀ, in place. */
export async function lessOuter(matrix: Matrix, a: Float64Array, b: Float64Array): Promise<Matrix> {
  const { cols, data } = matrix;
  await inStretches(matrix.rows, rowsAtOnce(cols), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = 0; j < cols; j++) (data[i * cols + j] as number) -= (a[i] as number) * (b[j] as number);
    }
  });
  return matrix;
}

/** Features about their mean, a copy; as they are without one. */
export function lessMean(features: Matrix, mean: Float64Array | undefined): Matrix {
  if (mean === undefined) return features;
  const { rows, cols, data } = features;
  const out = new Matrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) out.data[at] = (data[at] as number) - (mean[j] as number);
  }
  return out;
}

function plusRidge(second: Matrix, ridge: number): Matrix {
  if (ridge === 0) return second;
  const sum = new Matrix(second.rows, second.cols, new Float64Array(second.data));
  for (let i = 0; i < sum.rows; i++) (sum.data[i * (sum.cols + 1)] as number) += ridge;
  return sum;
}

/** The kernel's error about "the matrix", in the caller's words. */
function blamed(operation: string, view: Side, error: unknown): unknown {
  if (!(error instanceof EigenviewError) || !['SINGULAR', 'NOT_POSITIVE_DEFINITE'].includes(error.code)) return error;
  const where = error.direction === undefined ? '' : along(error.direction);
  const fault = error.code === 'SINGULAR' ? 'vanish' : 'are not those of real numbers';
  return new EigenviewError(error.code, `${operation}: the second moments of view ${view} ${fault}${where}.`, {
    argument: view,
    expected: 'features with a positive second moment (centred: that vary)',
    fix: 'Check the data; with `centered`, constant features vanish.',
    ...(error.direction && { direction: error.direction }),
    cause: error,
  });
}
