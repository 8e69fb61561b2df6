/**
 * Reconstruction: min_{E,D} (1/n) Σ E‖xᵢ − D E τ(xᵢ)‖². With the SVD C S^{-1/2} = R Φ Pᵀ: E* = P_kᵀ S^{-1/2},
 * D* = R_k Φ_k, up to an invertible matrix between them; risk tr(XᵀX)/n − Σ_{i≤k} φᵢ².
 * JE-vs-RC, NeurIPS 2025, theorem 1.
 */
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { beginEncoder, type EncoderOptions, type EncoderProblem, leadingRows } from './encoder.js';
import { singularValueErrors } from './spectrum-errors.js';
import { checkDirections, padded, type Site, sumOfSquares } from './whitening.js';

export interface Reconstruction {
  /** E*, k×d, with E S Eᵀ = I. Unique as a row space only. */
  encoder: Matrix;
  /** D*, d×k. */
  decoder: Matrix;
  /** φ, descending, of length d (k with `spectrum: 'top'`); zero for directions that rankTolerance dropped. */
  singularValues: Float64Array;
  /** Of the singular values, over other draws of the views; for sampled moments only. */
  standardErrors?: Float64Array;
  /** E‖x − D E τ(x)‖² at this solution. */
  risk: number;
}

/**
 * The linear autoencoder of inputs from augmented views, in closed form.
 *
 * @throws EigenviewError `SINGULAR` (with the `direction`) when S has no inverse and neither ridge nor rankTolerance is
 * given, `OUT_OF_RANGE` for k
 * @example
 * ```ts
 * const { encoder, risk } = await reconstruction(moments, { k: 2 });
 * ```
 */
export async function reconstruction(moments: ViewMoments, options: EncoderOptions): Promise<Reconstruction> {
  const { site, whitener } = await beginEncoder('reconstruction', moments, options);
  return solveReconstruction(site, moments, whitener, options);
}

/** The solution for a given whitener W of S + ridge·I: the SVD of C Wᵀ, E = P_kᵀ W. */
export async function solveReconstruction(
  site: Site,
  moments: ViewMoments,
  whitener: Matrix,
  { k, ridge = 0, spectrum = 'full' }: EncoderProblem,
): Promise<Reconstruction> {
  checkDirections(k, whitener.rows, moments.dim);
  const { backend, control } = site;
  const { matmul, svd } = backend.linalg.async;
  const whitened = await matmul(control, moments.inputCross, whitener, false, true);
  const { u, s, vt } = await svd(control, whitened, spectrum === 'top' ? k : undefined);
  // All directions are wanted only where their errors are.
  const directions = moments.drawn ? vt.rows : k;
  const learned = await matmul(control, leadingRows(vt, directions), whitener, false, false);
  const encoder = leadingRows(learned, k);
  const standardErrors = await singularValueErrors(site, moments, learned, u, s);
  const decoder = scaledColumns(u, s, k);
  const product = ridge === 0 ? undefined : await matmul(control, decoder, encoder, false, false);
  const penalty = product === undefined ? 0 : ridge * sumOfSquares(product.data);
  const singularValues = spectrum === 'top' ? s : padded(s, moments.dim);
  return {
    encoder,
    decoder,
    singularValues,
    ...(standardErrors && { standardErrors: padded(standardErrors, singularValues.length) }),
    risk: moments.inputEnergy - sumOfSquares(s, k) - penalty,
  };
}

/** R_k Φ_k. */
function scaledColumns(u: Matrix, s: Float64Array, k: number): Matrix {
  const out = new Matrix(u.rows, k);
  for (let i = 0; i < u.rows; i++) {
    for (let j = 0; j < k; j++) out.data[i * k + j] = (u.data[i * u.cols + j] as number) * (s[j] as number);
  }
  return out;
}
