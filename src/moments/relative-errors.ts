import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import type { DrawnViews } from './drawn-views.js';
import {
  type Differences,
  halvesShare,
  LEAST_FOR_PAIRS,
  meanDifferences,
  meanShifts,
  pairProducts,
  pairVariance,
  secondDifferences,
} from './halves.js';

/** Standard errors in Frobenius norm, as shares of ‖S‖, or of √(‖XᵀX/n‖·‖S‖) for C. */
export interface RelativeErrors {
  second: number;
  /** Only from four views a sample on. */
  meanSecond?: number;
  inputCross: number;
}

/** ‖S‖_F and ‖XᵀX/n‖_F. */
export interface MomentNorms {
  views: number;
  inputs: number;
}

/**
 * Relative standard errors of moments of `count` samples like those given, from inner products alone: ‖Σ w u uᵀ‖²_F is
 * Σ_jl w_j w_l (u_j·u_l)², so nothing of size d² is needed.
 *
 * @param norms of the moments, where they are known; else estimated likewise
 */
export async function relativeErrors(
  backend: Backend,
  control: Control,
  drawn: Omit<DrawnViews, 'indices'>,
  count: number,
  norms?: MomentNorms,
): Promise<RelativeErrors> {
  const { samples: m, inputs } = drawn;
  const products = (a: Matrix) => backend.linalg.async.matmul(control, a, a, false, true);
  const meanSquare = (differences: Differences) => meanSquaredNorm(products, differences);
  const { views: ofViews, inputs: ofInputs } = norms ?? {
    views: momentNorm(await products(firstViews(drawn))),
    inputs: momentNorm(await products(inputs)),
  };
  const relative = (variance: number, norm: number) => Math.sqrt(variance / count) / Math.max(norm, Number.MIN_VALUE);
  const shifts = await meanShifts(drawn);
  let ofCross = 0;
  for (let i = 0; i < inputs.rows; i++) ofCross += squared(inputs.row(i)) * squared(shifts.row(i));
  const share = halvesShare(m);
  return {
    second: relative(share * (await meanSquare(secondDifferences(drawn))), ofViews),
    ...(m >= LEAST_FOR_PAIRS && {
      meanSecond: relative(
        pairVariance(m, await meanSquare(await meanDifferences(drawn)), await meanSquare(await pairProducts(drawn))),
        ofViews,
      ),
    }),
    inputCross: relative((share * ofCross) / inputs.rows, Math.sqrt(ofInputs * ofViews)),
  };
}

/** The mean of ‖Σ_j w_j u_j u_jᵀ‖²_F over groups of vectors. */
async function meanSquaredNorm(
  products: (a: Matrix) => Promise<Matrix>,
  { vectors, weights }: Differences,
): Promise<number> {
  const each = weights.length;
  const groups = vectors.rows / each;
  let sum = 0;
  for (let i = 0; i < groups; i++) {
    const own = new Matrix(
      each,
      vectors.cols,
      vectors.data.subarray(i * each * vectors.cols, (i + 1) * each * vectors.cols),
    );
    const inner = (await products(own)).data;
    for (let j = 0; j < each; j++) {
      for (let l = 0; l < each; l++) {
        sum += (weights[j] as number) * (weights[l] as number) * (inner[j * each + l] as number) ** 2;
      }
    }
  }
  return Math.max(0, sum) / groups;
}

/** ‖E[v vᵀ]‖_F from inner products of independent vectors v. Unlike pairs, so that a vector's own length does not count. */
function momentNorm({ data, rows }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < rows; l++) if (i !== l || rows === 1) sum += (data[i * rows + l] as number) ** 2;
  }
  return Math.sqrt(sum / (rows === 1 ? 1 : rows * (rows - 1)));
}

function firstViews({ samples: m, views, inputs }: Omit<DrawnViews, 'indices'>): Matrix {
  const firsts = new Matrix(inputs.rows, views.cols);
  for (let i = 0; i < inputs.rows; i++) firsts.data.set(views.row(i * m), i * views.cols);
  return firsts;
}

function squared(row: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < row.length; j++) sum += (row[j] as number) ** 2;
  return sum;
}
