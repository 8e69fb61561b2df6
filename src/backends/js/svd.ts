import { SingularValueDecomposition } from 'ml-matrix';
import type { Matrix } from '../../matrix/matrix.js';
import type { Svd } from '../linalg.js';
import {
  binaryScale,
  checkConverged,
  columnsOf,
  firstRows,
  frobenius,
  ratio,
  scaledBy,
  scaleRows,
  subtract,
  toMl,
} from './dense.js';
import { matmul } from './matmul.js';
import { fixSigns } from './signs.js';

/** `at`: index of the matrix in a batch, for the error. */
export function svd(a: Matrix, k = Math.min(a.rows, a.cols), at?: number): Svd {
  const unit = binaryScale(a);
  const scaled = scaledBy(a, 1 / unit);
  const { left, values, right } = decompose(scaled);
  const ut = firstRows(left, k);
  const vt = firstRows(right, k);
  const s = values.slice(0, k);
  fixSigns(vt, ut);
  const residual = svdResidual(scaled, ut, s, vt);
  checkConverged('svd', residual, at);
  return { u: ut.transpose(), s: s.map((value) => value * unit), vt: scaledBy(vt, 1), residual };
}

/** Singular vectors as rows. */
function decompose(a: Matrix): { left: Matrix; values: Float64Array; right: Matrix } {
  // Of a wide matrix ml-matrix returns wrong factors (mljs/matrix#203): decompose its transpose.
  const tall = a.rows >= a.cols;
  const result = new SingularValueDecomposition(toMl(tall ? a : a.transpose()));
  const values = Float64Array.from(result.diagonal);
  const long = columnsOf(result.leftSingularVectors);
  const short = columnsOf(result.rightSingularVectors);
  return tall ? { left: long, values, right: short } : { left: short, values, right: long };
}

function svdResidual(a: Matrix, ut: Matrix, s: Float64Array, vt: Matrix): number {
  const value = (i: number) => s[i] as number;
  const whole = frobenius(a);
  if (s.length === Math.min(a.rows, a.cols)) {
    const product = matmul(scaleRows(scaledBy(ut, 1), value), vt, true);
    return ratio(frobenius(subtract(product, a)), whole);
  }
  const left = subtract(matmul(vt, a, false, true), scaleRows(scaledBy(ut, 1), value));
  const right = subtract(matmul(ut, a), scaleRows(scaledBy(vt, 1), value));
  return ratio(Math.max(frobenius(left), frobenius(right)), whole);
}
