import { Matrix } from '../../../matrix/matrix.js';
import type { Gram } from '../../dynamics.js';
import { scaledBy } from '../dense.js';
import { times, timesTransposed } from './matrices.js';

/** M = E[φ(x) φ(y)ᵀ] as what multiplies coefficients from the right. */
export interface GramMap {
  /** U M. */
  after(u: Matrix): Matrix;
  /** V Mᵀ. */
  afterTransposed(v: Matrix): Matrix;
}

/** On a copy of the numbers. Costs 2 k m² operations a product, k m where M is diagonal. */
export function gramMap(gram: Gram): GramMap {
  if (gram instanceof Float64Array) {
    const diagonal = gram.slice();
    const after = (u: Matrix) => timesDiagonal(u, diagonal);
    return { after, afterTransposed: after };
  }
  const m = scaledBy(gram, 1);
  return { after: (u) => times(u, m), afterTransposed: (v) => timesTransposed(v, m) };
}

function timesDiagonal(u: Matrix, diagonal: Float64Array): Matrix {
  const out = new Float64Array(u.data.length);
  for (let i = 0; i < out.length; i++) out[i] = (u.data[i] as number) * (diagonal[i % u.cols] as number);
  return new Matrix(u.rows, u.cols, out);
}
