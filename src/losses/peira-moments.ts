/** The second moments that PEIRA regresses with, and their running averages. */
import { checkOverflow } from '../backends/losses.js';
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkNumber, checkOptions, checkSameShape, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkPair } from './batch.js';
import { combined, copied } from './elementwise.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss, type Site } from './site.js';

/** k×k each. */
export interface PeiraMomentFields {
  /** Σ, of E[v uᵀ + u vᵀ] for the embeddings u and v of two views. */
  cross: Matrix;
  /** N, of E[u uᵀ + v vᵀ]. */
  second: Matrix;
}

/**
 * Second moments of two views' embeddings, such as running averages over batches. They never change: `update` answers new
 * ones.
 *
 * @example
 * ```ts
 * let moments = await PeiraMoments.of(z1, z2);
 * moments = await moments.update(next1, next2, 0.02);
 * const { gradients } = await peira(next1, next2, { lambda: 0.1, moments });
 * ```
 */
export class PeiraMoments implements PeiraMomentFields {
  readonly cross: Matrix;
  readonly second: Matrix;

  /** @throws EigenviewError `NOT_SYMMETRIC`, `SHAPE_MISMATCH`, `NOT_FINITE`, … */
  constructor(fields: PeiraMomentFields) {
    if (typeof fields !== 'object' || fields === null) {
      throw new EigenviewError('INVALID_ARGUMENT', 'PeiraMoments are made of two matrices.', {
        argument: 'fields',
        expected: 'an object { cross, second }',
        received: describe(fields),
      });
    }
    checkOptions('PeiraMoments', fields, ['cross', 'second']);
    const { cross, second } = fields;
    checkSymmetric('cross', cross);
    checkSymmetric('second', second);
    checkSameShape('second', second, cross.rows, cross.cols);
    this.cross = cross;
    this.second = second;
  }

  /**
   * Those of one batch: Σ = (Z₂ᵀZ₁ + Z₁ᵀZ₂)/B, N = (Z₁ᵀZ₁ + Z₂ᵀZ₂)/B, uncentred.
   *
   * @param z1 B×k
   * @param z2 B×k
   * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` where they overflow
   */
  static async of(z1: Matrix, z2: Matrix, options?: CallOptions): Promise<PeiraMoments> {
    const site = beginLoss('PeiraMoments.of', options);
    const [a, b] = copied(checkPair(z1, z2)) as [Matrix, Matrix];
    return tellOverflow(
      'PeiraMoments.of',
      () => largestOf({ z1: a, z2: b }),
      () => batchMoments(site, a, b),
    );
  }

  /**
   * (1 − rate) of these and `rate` of a batch's.
   *
   * @param z1 B×k
   * @param z2 B×k
   * @param rate η, above 0 and at most 1
   * @throws EigenviewError as `PeiraMoments.of`, and `OUT_OF_RANGE` for the rate
   */
  async update(z1: Matrix, z2: Matrix, rate: number, options?: CallOptions): Promise<PeiraMoments> {
    const site = beginLoss('PeiraMoments.update', options);
    checkNumber('rate', rate, { min: 0, above: true, max: 1 });
    const batches = checkPair(z1, z2);
    checkDimension(this, batches[0].matrix.cols);
    const [a, b] = copied(batches) as [Matrix, Matrix];
    const { cross, second } = await tellOverflow(
      'PeiraMoments.update',
      () => largestOf({ z1: a, z2: b }),
      () => batchMoments(site, a, b),
    );
    const mixed = (old: Matrix, fresh: Matrix) =>
      combined(site.control, [
        [1 - rate, old],
        [rate, fresh],
      ]);
    return new PeiraMoments({ cross: await mixed(this.cross, cross), second: await mixed(this.second, second) });
  }
}

/** Of batches that are nobody else's. */
export async function batchMoments({ backend, control }: Site, z1: Matrix, z2: Matrix): Promise<PeiraMoments> {
  const { matmul } = backend.linalg.async;
  const share = 1 / z1.rows;
  const one = await matmul(control, z1, z1, true, false);
  const other = await matmul(control, z2, z2, true, false);
  const across = await matmul(control, z2, z1, true, false);
  const sum = await combined(control, [
    [share / 2, one],
    [share / 2, other],
  ]);
  // A product of a matrix with itself is symmetric to rounding only.
  const symmetric = (half: Matrix, factor: number) =>
    combined(control, [
      [factor, half],
      [factor, half.transpose()],
    ]);
  const [second, cross] = [await symmetric(sum, 1), await symmetric(across, share)];
  checkOverflow(control.operation, second.data);
  checkOverflow(control.operation, cross.data);
  return new PeiraMoments({ cross, second });
}

/** @throws EigenviewError `SHAPE_MISMATCH` */
export function checkDimension(moments: PeiraMoments, k: number): void {
  if (moments.second.rows === k) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The moments are not of the dimension of the embeddings.', {
    argument: 'moments',
    expected: `of ${k}×${k} matrices`,
    received: `${moments.second.rows}×${moments.second.rows}`,
  });
}
