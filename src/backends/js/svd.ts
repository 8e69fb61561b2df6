import { Matrix } from '../../matrix/matrix.js';
import type { Svd } from '../linalg.js';
import {
  binaryScale,
  checkConverged,
  columnsOf,
  dividedBy,
  firstRows,
  frobenius,
  ratio,
  scaledBy,
  scaleRows,
  subtract,
  toMl,
} from './dense.js';
import { matmul } from './matmul.js';
import { loadMlMatrix } from './ml-matrix.js';
import { pivotedQr } from './qr.js';
import { fixSigns } from './signs.js';

/** ml-matrix multiplies elements by numbers up to 2 only, so they may be this large. */
const HEADROOM = 2 ** 900;

/** `at`: index of the matrix in a batch, for the error. */
export function svd(a: Matrix, k = Math.min(a.rows, a.cols), at?: number): Svd {
  const unit = binaryScale(a);
  const scaled = dividedBy(a, unit);
  const { left, values, right } = decompose(scaled);
  const ut = firstRows(left, k);
  const vt = firstRows(right, k);
  const s = values.slice(0, k);
  fixSigns(vt, ut);
  const residual = svdResidual(scaled, ut, s, vt);
  checkConverged('svd', residual, at);
  return { u: ut.transpose(), s: s.map((value) => value * unit), vt: scaledBy(vt, 1), residual };
}

interface Factors {
  /** Left singular vectors, one a row. */
  left: Matrix;
  values: Float64Array;
  /** Right singular vectors, one a row. */
  right: Matrix;
}

function decompose(a: Matrix): Factors {
  // The tall one of A and Aᵀ has the smaller R; ml-matrix, wrong for wide matrices (mljs/matrix#203), never sees one.
  if (a.rows >= a.cols) return decomposeTall(a);
  const { left, values, right } = decomposeTall(a.transpose());
  return { left: right, values, right: left };
}

/**
 * Through A P = Q R, R = U S Vᵀ: on a rank-deficient matrix (100×100 ones, say) ml-matrix iterates forever, as what is
 * left after each of its reflections is the rounding of what was left before, down to underflow, where reflections are
 * not orthogonal either. R is cut at eps² of the norm, far below any effect, and the rest moved away from underflow.
 */
function decomposeTall(a: Matrix): Factors {
  const { qt, r, order } = pivotedQr(a, Number.EPSILON ** 2 * frobenius(a));
  const { SingularValueDecomposition } = loadMlMatrix();
  const inner = new SingularValueDecomposition(toMl(scaledBy(r, HEADROOM)));
  const permuted = columnsOf(inner.rightSingularVectors);
  const right = new Matrix(permuted.rows, permuted.cols);
  order.forEach((column, j) => {
    for (let i = 0; i < right.rows; i++)
      right.data[i * right.cols + column] = permuted.data[i * right.cols + j] as number;
  });
  return {
    left: matmul(columnsOf(inner.leftSingularVectors), qt),
    values: Float64Array.from(inner.diagonal, (value) => value / HEADROOM),
    right,
  };
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
