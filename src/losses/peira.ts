/**
 * PEIRA (Arbel, Terver, Ponce, "PEIRA: Learning Predictive Encoders through Inter-View Regressor Alignment", 2026, arXiv
 * 2605.17671). With the second moments N = E[u uᵀ + v vᵀ] and Σ = E[v uᵀ + u vᵀ] of two views' embeddings, the ridge
 * regressor between views P = Σ Q, Q = (N + λI)⁻¹:
 *
 *     trace  = −½ Tr P
 *     energy = ½ Tr N
 *     loss   = trace + λ energy
 *
 * The gradient by the batch Z₁, M = Q Σ Q: (−Z₂ Q + Z₁ (M + λI))/B, and with 1 and 2 exchanged. With N and Σ of the batch it is
 * that of the loss. With Q and M held fixed it is that of the auxiliary loss
 * ½E[(Qu)ᵀ(Pu − v)] + ½E[(Qv)ᵀ(Pv − u)] + ½λE[‖u‖² + ‖v‖²], whose value, 0 at every critical point, says nothing.
 */
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkNumber } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { checkPair } from './batch.js';
import { combined, copied, finished, innerProduct } from './elementwise.js';
import { inverseOf } from './inverse.js';
import type { Loss } from './loss.js';
import { type Culprit, largestOf, tellOverflow } from './overflow.js';
import { batchMoments, checkDimension, PeiraMoments } from './peira-moments.js';
import { beginLoss, type Site } from './site.js';

export interface PeiraOptions extends CallOptions {
  /** λ > 0, in squared units of the embeddings. */
  lambda: number;
  /**
   * Running averages that the batch has been added to already. Without them the batch's own moments are used, and the
   * gradient is that of the batch's loss: a biased estimate of the population's, the more so the smaller the batch.
   */
  moments?: PeiraMoments;
}

export type PeiraPart = 'trace' | 'energy';

/**
 * PEIRA's loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2.
 *
 * With `moments`, the loss and its parts are those of the moments, and the gradients the auxiliary loss's, N and Σ held
 * fixed: unbiased but for the lag of the averages. One rotation of the columns of both batches changes nothing.
 *
 * @param z1 B×k
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for λ, or a loss that overflows; `SINGULAR`
 * where λ is lost in the rounding of N
 * @example
 * ```ts
 * const z = Matrix.from([[1, 1], [1, -1]]); // N = 2I, Σ = 2I
 * const { loss, parts } = await peira(z, z, { lambda: 0.5 });
 * console.log(parts); // { trace: −0.8, energy: 2 }
 * ```
 */
export async function peira(z1: Matrix, z2: Matrix, options: PeiraOptions): Promise<Loss<PeiraPart>> {
  const site = beginLoss('peira', options, ['lambda', 'moments']);
  const { lambda, moments } = options ?? {};
  checkNumber('lambda', lambda, { min: 0, above: true });
  const batches = checkPair(z1, z2);
  checkMoments(moments, batches[0].matrix.cols);
  const [a, b] = copied(batches) as [Matrix, Matrix];
  const given = moments === undefined ? {} : { 'moments.second': moments.second, 'moments.cross': moments.cross };
  return tellOverflow(
    'peira',
    () => (lambda > LARGE ? hugeLambda(lambda) : largestOf({ z1: a, z2: b, ...given })),
    () => regress(site, [a, b], lambda, moments),
  );
}

/** Beyond, it is the λ in λ · energy that overflows: products of embeddings of such a size do so before. */
const LARGE = 1e150;

function hugeLambda(lambda: number): Culprit {
  return {
    argument: 'lambda',
    expected: 'of the size of squared embeddings',
    received: String(lambda),
    fix: 'Lower lambda.',
  };
}

async function regress(
  site: Site,
  [a, b]: [Matrix, Matrix],
  lambda: number,
  moments: PeiraMoments | undefined,
): Promise<Loss<PeiraPart>> {
  const { cross, second } = moments ?? (await batchMoments(site, a, b));
  const { control } = site;
  const q = await inverseOf(site, plusRidge(second, lambda), {
    argument: 'lambda',
    name: 'N + λI',
    fix: 'Raise lambda, or rescale the embeddings.',
  });
  const parts = { trace: -0.5 * (await innerProduct(control, cross, q)), energy: 0.5 * trace(second) };
  const gradients = await slopes(site, [a, b], { q, cross, lambda });
  return finished(control, parts, { trace: 1, energy: lambda }, gradients);
}

/** (−Z′ Q + Z (Q Σ Q + λI))/B of either batch Z beside the other one Z′. */
async function slopes(
  { backend, control }: Site,
  [a, b]: [Matrix, Matrix],
  { q, cross, lambda }: { q: Matrix; cross: Matrix; lambda: number },
): Promise<Matrix[]> {
  const { matmul } = backend.linalg.async;
  const half = await matmul(control, q, cross, false, false);
  const own = plusRidge(await matmul(control, half, q, false, false), lambda);
  const by = async (z: Matrix, other: Matrix) =>
    combined(control, [
      [1 / z.rows, await matmul(control, z, own, false, false)],
      [-1 / z.rows, await matmul(control, other, q, false, false)],
    ]);
  return [await by(a, b), await by(b, a)];
}

function plusRidge(a: Matrix, ridge: number): Matrix {
  const sum = new Matrix(a.rows, a.cols, new Float64Array(a.data));
  for (let i = 0; i < a.rows; i++) (sum.data[i * (a.cols + 1)] as number) += ridge;
  return sum;
}

function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += a.data[i * (a.cols + 1)] as number;
  return sum;
}

function checkMoments(moments: unknown, k: number): asserts moments is PeiraMoments | undefined {
  if (moments === undefined) return;
  if (!(moments instanceof PeiraMoments)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Running averages are PeiraMoments.', {
      argument: 'moments',
      expected: 'PeiraMoments',
      received: describe(moments),
      fix: 'Begin with await PeiraMoments.of(z1, z2), then update(z1, z2, rate).',
    });
  }
  checkDimension(moments, k);
}
