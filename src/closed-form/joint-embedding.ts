/**
 * Joint embedding: min_W (1/n) Σ E‖W τ₁(xᵢ) − W τ₂(xᵢ)‖² subject to W S Wᵀ = I. With S^{-1/2} G S^{-1/2} = Q Ω Qᵀ:
 * W* = Q_kᵀ S^{-1/2}, up to a rotation; loss 2(k − Σ_{i≤k} ωᵢ). JE-vs-RC, NeurIPS 2025, theorem 2.
 */
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { beginEncoder, type EncoderOptions, type EncoderProblem, leadingRows } from './encoder.js';
import { eigenvalueErrors } from './spectrum-errors.js';
import { checkDirections, padded, type Site, sumOfSquares } from './whitening.js';

export interface JointEmbedding {
  /** W*, k×d, with W (S + ridge·I) Wᵀ = I. Unique as a row space only. */
  encoder: Matrix;
  /** ω, descending, of length d (k with `spectrum: 'top'`); zero for directions that rankTolerance dropped. */
  eigenvalues: Float64Array;
  /** Of the eigenvalues, over other draws of the views; for moments sampled from four views or more. */
  standardErrors?: Float64Array;
  /** E‖W τ₁(x) − W τ₂(x)‖² at this solution. */
  loss: number;
}

/**
 * The linear encoder most invariant to the augmentation among those with white embeddings, in closed form.
 *
 * Eigenvalues of exact moments lie in [0, 1]. Those of sampled moments are unbiased and may leave it; they are reported
 * as they are.
 *
 * @throws EigenviewError `SINGULAR` (with the `direction`) when S has no inverse and neither ridge nor rankTolerance is
 * given, `OUT_OF_RANGE` for k
 * @example
 * ```ts
 * const { encoder, eigenvalues } = await jointEmbedding(moments, { k: 2 });
 * ```
 */
export async function jointEmbedding(moments: ViewMoments, options: EncoderOptions): Promise<JointEmbedding> {
  const { site, whitener } = await beginEncoder('jointEmbedding', moments, options);
  return solveJointEmbedding(site, moments, whitener, options);
}

/** The solution for a given whitener W₀ of S + ridge·I: the eigenvectors of W₀ G W₀ᵀ, W = Q_kᵀ W₀. */
export async function solveJointEmbedding(
  site: Site,
  moments: ViewMoments,
  whitener: Matrix,
  { k, ridge = 0, spectrum = 'full' }: EncoderProblem,
): Promise<JointEmbedding> {
  checkDirections(k, whitener.rows, moments.dim);
  const { backend, control } = site;
  const { matmul, eigh } = backend.linalg.async;
  const half = await matmul(control, whitener, moments.meanSecond, false, false);
  const whitened = await matmul(control, half, whitener, false, true);
  const { values, vectors } = await eigh(control, whitened, undefined, spectrum === 'top' ? k : undefined);
  // All directions are wanted only where their errors are.
  const directions = moments.drawn ? vectors.cols : k;
  const learned = await matmul(control, columns(vectors, directions), whitener, true, false);
  const encoder = leadingRows(learned, k);
  const standardErrors = await eigenvalueErrors(site, moments, learned, values);
  let invariance = 0;
  for (let i = 0; i < k; i++) invariance += values[i] as number;
  // With a ridge the constraint is on S + ridge·I, so tr(W S Wᵀ) = k − ridge‖W‖².
  const energy = k - (ridge === 0 ? 0 : ridge * sumOfSquares(encoder.data));
  const eigenvalues = spectrum === 'top' ? values : padded(values, moments.dim);
  const loss = 2 * (energy - invariance);
  return {
    encoder,
    eigenvalues,
    loss,
    ...(standardErrors && { standardErrors: padded(standardErrors, eigenvalues.length) }),
  };
}

function columns(vectors: Matrix, k: number): Matrix {
  if (vectors.cols === k) return vectors;
  const out = new Matrix(vectors.rows, k);
  for (let i = 0; i < vectors.rows; i++) out.data.set(vectors.row(i).subarray(0, k), i * k);
  return out;
}
