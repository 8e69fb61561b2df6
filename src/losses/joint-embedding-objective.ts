/**
 * Joint embedding at any encoder W (JE-vs-RC: Van Assel et al., "Joint-Embedding vs Reconstruction", NeurIPS 2025, arXiv
 * 2505.12477, section 3). The problem is
 *
 *     min_W (1/n) Σ E‖W τ₁(xᵢ) − W τ₂(xᵢ)‖² = 2 tr(W Σ Wᵀ)   subject to   K = W (S + ridge·I) Wᵀ = I.
 *
 * An encoder that breaks the constraint stands for the white one of the same row space, W₀ = K^{-1/2} W:
 *
 *     invariance = 2 tr(W₀ Σ W₀ᵀ) = 2 tr(K⁻¹ W Σ Wᵀ)
 *     penalty    = ‖W₀‖² = tr(K⁻¹ W Wᵀ)
 *     loss       = invariance + 2 ridge · penalty = 2 tr(K⁻¹ F),  F = W (Σ + ridge·I) Wᵀ
 *
 * which is 2(k − tr(K⁻¹ W G Wᵀ)), at least 2(k − Σ_{i≤k} ωᵢ) at every W. `jointEmbedding` answers its minimiser. Where K = I the
 * gradient is that of the Lagrangian at the multipliers 2F, 4(W (Σ + ridge·I) − F W (S + ridge·I)): the objective's own, less
 * what leads off the constraint.
 */
import type { CallOptions } from '../backends/select.js';
import { checkRidge } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { combined, finished, innerProduct } from './elementwise.js';
import { inverseOf } from './inverse.js';
import { checkMap, checkMoments, takeMoment } from './linear-map.js';
import type { Loss } from './loss.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss, type Site } from './site.js';

export interface JointEmbeddingObjectiveOptions extends CallOptions {
  /** W, k×d. */
  encoder: Matrix;
  /** In the squared units of the views; default 0. */
  ridge?: number;
}

export type JointEmbeddingObjectivePart = 'invariance' | 'penalty';

export interface JointEmbeddingLoss extends Loss<JointEmbeddingObjectivePart> {
  /** ‖W (S + ridge·I) Wᵀ − I‖ in the Frobenius norm: how far the encoder is from meeting the constraint. */
  residual: number;
  /** E‖W τ₁(x) − W τ₂(x)‖² = 2 tr(W Σ Wᵀ) of the encoder as it is. */
  difference: number;
}

/**
 * The joint-embedding loss at a given encoder, by its row space, and the gradient by the encoder. Any invertible map of the
 * embeddings changes neither loss nor parts; the gradient ∇ has no component along such changes, ∇ Wᵀ = 0, so that
 * gradient flow keeps W Wᵀ.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`; `SINGULAR` (with the `direction`, in the space of embeddings) where
 * K has no inverse: rows of the encoder that depend on each other, or that no view reaches; `OUT_OF_RANGE` for a negative ridge,
 * or a loss that overflows
 * @example
 * ```ts
 * const { encoder, loss: least } = await jointEmbedding(moments, { k: 2 });
 * const { loss, residual, gradients } = await jointEmbeddingObjective(moments, { encoder }); // least, 0, and zeros
 * ```
 */
export async function jointEmbeddingObjective(
  moments: ViewMoments,
  options: JointEmbeddingObjectiveOptions,
): Promise<JointEmbeddingLoss> {
  const site = beginLoss('jointEmbeddingObjective', options, ['encoder', 'ridge']);
  checkMoments(moments);
  const { encoder: given, ridge = 0 } = options ?? {};
  checkRidge(ridge);
  const encoder = checkMap('encoder', given, { cols: moments.dim });
  const second = takeMoment('the second moment S of the views', moments.second);
  const covariance = takeMoment('the covariance Σ of the views', moments.covariance);
  return tellOverflow(
    'jointEmbeddingObjective',
    () => largestOf({ encoder, moments: second }),
    () => evaluate(site, encoder, { second, covariance }, ridge),
  );
}

async function evaluate(
  site: Site,
  encoder: Matrix,
  { second, covariance }: { second: Matrix; covariance: Matrix },
  ridge: number,
): Promise<JointEmbeddingLoss> {
  const { control, backend } = site;
  const { matmul } = backend.linalg.async;
  const along = async (moment: Matrix) =>
    combined(control, [
      [1, await matmul(control, encoder, moment, false, false)],
      [ridge, encoder],
    ]);
  const [whole, varying] = [await along(second), await along(covariance)];
  const k = symmetrised(await matmul(control, whole, encoder, false, true));
  const f = await matmul(control, varying, encoder, false, true);
  const inverse = await inverseOf(site, k, {
    argument: 'encoder',
    name: 'the second moment W (S + ridge·I) Wᵀ of the embeddings',
    fix: 'Use an encoder of independent rows, no more than the views have directions; or pass `ridge`.',
    rounding: roundingOf(encoder, second),
  });
  const own = symmetrised(await matmul(control, encoder, encoder, false, true));
  const penalty = await innerProduct(control, inverse, own);
  const loss = 2 * (await innerProduct(control, inverse, symmetrised(f)));
  const shared = await matmul(control, await matmul(control, f, inverse, false, false), whole, false, false);
  const gradient = await matmul(
    control,
    inverse,
    await combined(control, [
      [4, varying],
      [-4, shared],
    ]),
    false,
    false,
  );
  const parts = { invariance: loss - 2 * ridge * penalty, penalty };
  const found = await finished(control, parts, { invariance: 1, penalty: 2 * ridge }, [gradient]);
  return { ...found, residual: fromIdentity(k), difference: 2 * (trace(f) - ridge * trace(own)) };
}

/**
 * What rounding may leave of the diagonal of W S Wᵀ: d·eps·(Σⱼ |Wᵢⱼ| √Sⱼⱼ)², as |Sⱼₗ| ≤ √(Sⱼⱼ Sₗₗ). An embedding of no more
 * than that is of a direction that no view reaches.
 */
function roundingOf(encoder: Matrix, second: Matrix): Float64Array {
  const d = encoder.cols;
  const deviations = Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(0, second.get(j, j))));
  return Float64Array.from({ length: encoder.rows }, (_, i) => {
    const most = deviations.reduce((sum, deviation, j) => sum + Math.abs(encoder.get(i, j)) * deviation, 0);
    return d * Number.EPSILON * most ** 2;
  });
}

function symmetrised(a: Matrix): Matrix {
  const n = a.rows;
  const out = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      out.data[i * n + j] = ((a.data[i * n + j] as number) + (a.data[j * n + i] as number)) / 2;
    }
  }
  return out;
}

/** ‖A − I‖. */
function fromIdentity(a: Matrix): number {
  const squares = Float64Array.from(a.data).reduce(
    (sum, x, at) => sum + (x - (at % (a.cols + 1) === 0 ? 1 : 0)) ** 2,
    0,
  );
  return Math.sqrt(squares);
}

function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += a.data[i * (a.cols + 1)] as number;
  return sum;
}
