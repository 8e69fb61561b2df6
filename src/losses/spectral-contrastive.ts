/**
 * The spectral contrastive loss (HaoChen, Wei, Gaidon, Ma, "Provable Guarantees for Self-Supervised Deep Learning with Spectral
 * Contrastive Loss", NeurIPS 2021, arXiv 2106.04156, lemma 3.2), of batches Z, Z′ of B embeddings, i = j left out as in its
 * code (which also shortens rows longer than √μ; here rows stay as they are):
 *
 *     alignment = −meanᵢ zᵢ·z′ᵢ
 *     overlap   = mean_{i≠j} (zᵢ·z′ⱼ)²                       over B(B − 1) pairs
 *     loss      = 2 alignment + overlap
 *
 * All pairs at once: Σᵢⱼ (zᵢ·z′ⱼ)² = Tr(ZᵀZ Z′ᵀZ′), of k×k products; time grows with B k², not with B² k.
 */
import type { CallOptions } from '../backends/select.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkPair } from './batch.js';
import { combined, copied, finished, innerProduct, overRows } from './elementwise.js';
import type { Loss } from './loss.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss, type Site } from './site.js';

export type SpectralContrastivePart = 'alignment' | 'overlap';

/**
 * The spectral contrastive loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2. One
 * rotation of the columns of both batches changes nothing.
 *
 * The overlap is the sum over all pairs less that over i = j: rounding is relative to the former.
 *
 * @param z1 B×k, B ≥ 2
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a single row, or a loss that overflows
 * @example
 * ```ts
 * const z = Matrix.from([[1, 0], [1, 1]]);
 * const { loss, parts } = await spectralContrastive(z, z);
 * console.log(parts); // { alignment: −1.5, overlap: 1 }
 * ```
 */
export async function spectralContrastive(
  z1: Matrix,
  z2: Matrix,
  options?: CallOptions,
): Promise<Loss<SpectralContrastivePart>> {
  const site = beginLoss('spectralContrastive', options);
  const [a, b] = copied(checkPair(z1, z2, 2, 'a pair of different samples')) as [Matrix, Matrix];
  return tellOverflow(
    'spectralContrastive',
    () => largestOf({ z1: a, z2: b }),
    () => contrast(site, a, b),
  );
}

async function contrast(site: Site, a: Matrix, b: Matrix): Promise<Loss<SpectralContrastivePart>> {
  const { control, backend } = site;
  const { matmul } = backend.linalg.async;
  const [gramA, gramB] = [await matmul(control, a, a, true, false), await matmul(control, b, b, true, false)];
  const own = await rowProducts(site, a, b);
  const pairs = a.rows * (a.rows - 1);
  const all = await innerProduct(control, gramA, gramB);
  const parts = {
    alignment: -own.reduce((sum, x) => sum + x, 0) / a.rows,
    overlap: (all - own.reduce((sum, x) => sum + x * x, 0)) / pairs,
  };
  const slopes = [await slope(site, a, gramB, b, own), await slope(site, b, gramA, a, own)];
  return finished(control, parts, { alignment: 2, overlap: 1 }, slopes);
}

/** zᵢ·z′ᵢ. */
async function rowProducts({ control }: Site, a: Matrix, b: Matrix): Promise<Float64Array> {
  const products = new Float64Array(a.rows);
  await overRows(control, a, (from, to) => {
    for (let i = from, at = from * a.cols; i < to; i++) {
      let sum = 0;
      for (let j = 0; j < a.cols; j++, at++) sum += (a.data[at] as number) * (b.data[at] as number);
      products[i] = sum;
    }
  });
  return products;
}

/** −2/B Z′ + 2/(B(B − 1)) (Z Z′ᵀZ′ − diag(zᵢ·z′ᵢ) Z′). */
async function slope(
  { backend, control }: Site,
  z: Matrix,
  gram: Matrix,
  other: Matrix,
  own: Float64Array,
): Promise<Matrix> {
  const [near, far] = [2 / z.rows, 2 / z.rows / (z.rows - 1)];
  const product = await backend.linalg.async.matmul(control, z, gram, false, false);
  const out = await combined(control, [[far, product]]);
  await overRows(control, out, (from, to) => {
    for (let i = from, at = from * z.cols; i < to; i++) {
      const factor = near + far * (own[i] as number);
      for (let j = 0; j < z.cols; j++, at++) {
        out.data[at] = (out.data[at] as number) - factor * (other.data[at] as number);
      }
    }
  });
  return out;
}
