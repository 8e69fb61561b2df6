import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import type { DrawnViews } from './drawn-views.js';
import { halfMeans, halvesShare } from './halves.js';

/** Relative standard errors, ‖error‖_F as a share of the matrix's own norm. */
export interface RelativeErrors {
  second: number;
  meanSecond: number;
  inputCross: number;
}

/**
 * Relative standard errors of moments of `count` samples like those given, from inner products alone: ‖Σ a bᵀ‖²_F is a sum
 * over products of inner products, so nothing of size d² is needed.
 */
export async function relativeErrors(
  backend: Backend,
  control: Control,
  drawn: Omit<DrawnViews, 'indices'>,
  count: number,
): Promise<RelativeErrors> {
  const { samples: m, views, inputs } = drawn;
  const rows = inputs.rows;
  const { means, halves, differences } = await halfMeans(drawn);
  const products = (a: Matrix, b: Matrix) => backend.linalg.async.matmul(control, a, b, false, true);
  const share = halvesShare(m) / (rows * count);
  // (T_a − T_b)/2 for the halves' mean outer products T: signs tell the halves.
  const half = Math.floor(m / 2);
  const sign = (view: number) => (view < half ? 1 : view < 2 * half ? -1 : 0) / (2 * half);
  const firsts = new Matrix(rows, views.cols);
  let ofSecond = 0;
  for (let i = 0; i < rows; i++) {
    const own = new Matrix(m, views.cols, views.data.subarray(i * m * views.cols, (i + 1) * m * views.cols));
    firsts.data.set(own.row(0), i * views.cols);
    const inner = (await products(own, own)).data;
    for (let j = 0; j < m; j++) {
      for (let l = 0; l < m; l++) ofSecond += sign(j) * sign(l) * (inner[j * m + l] as number) ** 2;
    }
  }
  let ofMeans = 0;
  let ofCross = 0;
  for (let i = 0; i < rows; i++) {
    const [a, b] = [halves.row(2 * i), halves.row(2 * i + 1)];
    ofMeans += (dot(a, a) ** 2 - 2 * dot(a, b) ** 2 + dot(b, b) ** 2) / 4;
    ofCross += dot(inputs.row(i), inputs.row(i)) * dot(differences.row(i), differences.row(i));
  }
  const firstProducts = await products(firsts, firsts);
  const meanProducts = await products(means, means);
  const inputProducts = await products(inputs, inputs);
  // Unlike pairs of samples, so that a sample's own noise does not pass for signal.
  const norm = (entry: (i: number, l: number) => number) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) for (let l = 0; l < rows; l++) if (i !== l || rows === 1) sum += entry(i, l);
    return Math.max(sum / (rows === 1 ? 1 : rows * (rows - 1)), Number.MIN_VALUE);
  };
  const relative = (variance: number, square: number) => Math.sqrt((Math.max(0, variance) * share) / square);
  return {
    second: relative(
      ofSecond,
      norm((i, l) => firstProducts.get(i, l) ** 2),
    ),
    meanSecond: relative(
      ofMeans,
      norm((i, l) => meanProducts.get(i, l) ** 2),
    ),
    inputCross: relative(
      ofCross,
      norm((i, l) => inputProducts.get(i, l) * meanProducts.get(i, l)),
    ),
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
