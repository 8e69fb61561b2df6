/** Simple minimisers of the three linear problems, in the moments S, G, C, B: they know no closed form. */
import type { Matrix } from '../../src/matrix/matrix.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { energy, plus, product, solved, trace } from './algebra.js';
import { normals, orthonormalRows } from './normals.js';

/** The least value of tr(V S Vᵀ) − 2 tr(V Bᵀ) + tr(YᵀY)/n that steepest descent with exact steps reaches. */
export function descend(moments: ViewMoments, seed: number, steps: number): number {
  const { second, targetCross, targetEnergy } = moments;
  const b = targetCross as Matrix;
  let v = normals(seed, b.rows, second.rows);
  for (let i = 0; i < steps; i++) {
    const slope = plus(product(v, second), b, -1);
    const size = energy(slope);
    if (size === 0) break;
    v = plus(v, slope, -size / trace(product(slope, second, slope.transpose())));
  }
  return (targetEnergy as number) + trace(product(plus(product(v, second), b, -2), v.transpose()));
}

/** The risk of reconstruction that alternating least squares reaches: D for E, then E for D. */
export function alternate(moments: ViewMoments, k: number, seed: number, steps: number): number {
  const { second, inputCross, inputEnergy } = moments;
  let e = normals(seed, k, second.rows);
  for (let i = 0; i < steps; i++) {
    const d = decoderFor(moments, e);
    const pulled = solved(product(d.transpose(), d), product(d.transpose(), inputCross));
    e = solved(second, pulled.transpose()).transpose();
  }
  return inputEnergy - trace(product(decoderFor(moments, e), e, inputCross.transpose()));
}

/** The best decoder of an encoder, D = C Eᵀ (E S Eᵀ)⁻¹. */
export function decoderFor({ second, inputCross }: ViewMoments, e: Matrix): Matrix {
  const code = product(e, second, e.transpose());
  return solved(code, product(e, inputCross.transpose())).transpose();
}

/** The loss of joint embedding that iterating S⁻¹G on a subspace reaches. */
export function iterate(moments: ViewMoments, k: number, seed: number, steps: number): number {
  const { second, meanSecond } = moments;
  let m = normals(seed, k, second.rows);
  for (let i = 0; i < steps; i++) {
    m = orthonormalRows(solved(second, product(meanSecond, m.transpose())).transpose());
  }
  return whiteLoss(moments, m);
}

/** 2(k − tr((M S Mᵀ)⁻¹ M G Mᵀ)): the loss of the white encoder with M's row space. */
export function whiteLoss({ second, meanSecond }: ViewMoments, m: Matrix): number {
  const white = product(m, second, m.transpose());
  return 2 * (m.rows - trace(solved(white, product(m, meanSecond, m.transpose()))));
}
