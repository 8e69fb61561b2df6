/**
 * W-MSE (Ermolov, Siarohin, Sangineto, Sebe, "Whitening for Self-Supervised Representation Learning", ICML 2021, arXiv
 * 2007.06346, section 3). Each view's batch Z, B×k, is whitened on its own, as in the official code
 * (htdt/self-supervised): with the covariance C = ZcᵀZc/(B − 1) about the batch's mean, (1 − ε)C + εI = L Lᵀ and
 * W = L⁻¹, the whitened rows are Y = Zc Wᵀ. Then
 *
 *     distance = meanᵢ ‖ŷᵢ − ŷ′ᵢ‖² = 2 − 2 mean cos(yᵢ, y′ᵢ)         over rows; without `normalize`, mean (Y − Y′)² over elements
 *     loss     = distance
 *
 * The gradient goes through mean and factor (Murray, "Differentiation of the Cholesky decomposition", 2016, arXiv 1602.07527).
 * With Ȳ = ∂loss/∂Y and H the symmetric matrix whose lower triangle is that of ȲᵀY:
 *
 *     ∂loss/∂Zc = (Ȳ − (1 − ε)/(B − 1) Y H) W,  ∂loss/∂Z the same about its column means
 */

import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkBoolean, checkNumber } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { checkPair } from './batch.js';
import { meanCosine } from './cosine.js';
import { centred, combined, copied, finished, meanSquare } from './elementwise.js';
import { type Inverted, inverseFactor, singular } from './inverse.js';
import type { Loss } from './loss.js';
import { largestOf, tellOverflow } from './overflow.js';
import { beginLoss, type Site } from './site.js';

export interface WhitenedMseOptions extends CallOptions {
  /** ε, from 0 to 1: how far covariances are shrunk towards I, which has the squared units of the embeddings. Default 0. */
  epsilon?: number;
  /** Whether whitened rows count by their direction alone. Default true. */
  normalize?: boolean;
}

/**
 * The W-MSE loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2.
 *
 * All rows of a batch are whitened together: to follow the official code, which whitens random pieces of 128 or 256 rows
 * several times over, call it with pieces and average. Without ε, offsets and any lower triangular maps of the columns with a
 * positive diagonal change nothing, each view's its own.
 *
 * @param z1 B×k, B ≥ 2; without ε, B > k
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `SINGULAR` for a covariance without inverse, such as that of
 * a column that does not vary; `OUT_OF_RANGE` for a single row, ε, a row in the middle of the batch, which has no direction,
 * or a loss that overflows
 * @example
 * ```ts
 * const [z1, z2] = [Matrix.from([[1], [2], [4], [5]]), Matrix.from([[3], [7], [4], [6]])];
 * const { loss } = await whitenedMse(z1, z2);
 * console.log(loss); // 2: of one column, whitened rows are signs, and two of four differ
 * ```
 */
export async function whitenedMse(z1: Matrix, z2: Matrix, options?: WhitenedMseOptions): Promise<Loss<'distance'>> {
  const site = beginLoss('whitenedMse', options, ['epsilon', 'normalize']);
  const { epsilon = 0, normalize = true } = options ?? {};
  checkNumber('epsilon', epsilon, { min: 0, max: 1 });
  checkBoolean('normalize', normalize);
  const [a, b] = copied(checkPair(z1, z2, 2)) as [Matrix, Matrix];
  return tellOverflow(
    'whitenedMse',
    () => largestOf({ z1: a, z2: b }),
    async () => {
      const one = await whitened(site, 'z1', a, epsilon);
      const other = await whitened(site, 'z2', b, epsilon);
      const { distance, gradients } = await compare(site, one.rows, other.rows, normalize);
      const [byOne, byOther] = gradients as [Matrix, Matrix];
      const back = [await pulledBack(site, one, byOne, epsilon), await pulledBack(site, other, byOther, epsilon)];
      return finished(site.control, { distance }, { distance: 1 }, back);
    },
  );
}

interface Whitened {
  /** Y, B×k. */
  rows: Matrix;
  /** W, k×k, lower triangular. */
  factor: Matrix;
}

async function whitened(site: Site, argument: string, z: Matrix, epsilon: number): Promise<Whitened> {
  const { backend, control } = site;
  const { matmul } = backend.linalg.async;
  const inverted: Inverted = {
    argument,
    name: `the covariance of ${argument}`,
    fix: 'Pass more rows than columns, leave out columns that do not vary or depend on others, or pass `epsilon`.',
  };
  // Of so few rows the covariance has no full rank, whatever rounding makes of it.
  if (epsilon === 0 && z.rows <= z.cols) throw singular(control.operation, inverted);
  const zc = await centred(control, z);
  const products = await matmul(control, zc, zc, true, false);
  const factor = await inverseFactor(site, shrunk(products, z.rows, epsilon), inverted);
  return { rows: await matmul(control, zc, factor, false, true), factor };
}

/** (1 − ε) ZcᵀZc/(B − 1) + εI, symmetric to the last bit. */
function shrunk(products: Matrix, rows: number, epsilon: number): Matrix {
  const k = products.rows;
  const out = new Matrix(k, k);
  const share = (1 - epsilon) / (rows - 1);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      const value = share * (products.data[i * k + j] as number) + (i === j ? epsilon : 0);
      out.data[i * k + j] = value;
      out.data[j * k + i] = value;
    }
  }
  return out;
}

/** The distance of whitened batches, and its gradients by them. */
async function compare(
  { control }: Site,
  one: Matrix,
  other: Matrix,
  normalize: boolean,
): Promise<{ distance: number; gradients: Matrix[] }> {
  if (normalize) {
    const side = (argument: string, matrix: Matrix) => ({ argument, matrix, differentiate: true });
    return meanCosine(control, side('z1', one), side('z2', other), -2, middleRow);
  }
  const { value, gradient } = await meanSquare(control, one, other, 1);
  return { distance: value, gradients: [gradient, await combined(control, [[-1, gradient]])] };
}

function middleRow(argument: string, row: number): EigenviewError {
  return new EigenviewError(
    'OUT_OF_RANGE',
    `whitenedMse: row ${row} of ${argument} is the batch's mean: no direction.`,
    {
      argument,
      expected: "made of rows off the batch's mean",
      received: `the mean in row ${row}`,
      fix: 'Leave the sample out, or pass `normalize: false`.',
    },
  );
}

/** The gradient by the batch from that by its whitened rows. */
async function pulledBack(
  { backend, control }: Site,
  { rows: y, factor }: Whitened,
  byRows: Matrix,
  epsilon: number,
): Promise<Matrix> {
  const { matmul } = backend.linalg.async;
  const mirrored = lowerMirrored(await matmul(control, byRows, y, true, false));
  const through = await combined(control, [
    [1, byRows],
    [-(1 - epsilon) / (y.rows - 1), await matmul(control, y, mirrored, false, false)],
  ]);
  return centred(control, await matmul(control, through, factor, false, false));
}

/** The lower triangle and its mirror image. */
function lowerMirrored({ data, rows: k }: Matrix): Matrix {
  const out = new Matrix(k, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      out.data[i * k + j] = data[i * k + j] as number;
      out.data[j * k + i] = data[i * k + j] as number;
    }
  }
  return out;
}
