import { Matrix } from '../../matrix/matrix.js';
import type { Eig } from '../linalg.js';
import { abs, type Complex, complex, conjugate, multiply, scale, subtract } from './complex.js';
import { binaryScale, checkConverged, dividedBy, frobenius, ratio } from './dense.js';
import { matmul } from './matmul.js';
import { schur } from './schur.js';
import { leading } from './signs.js';
import { type Eigenpair, triangularEigenpairs } from './triangular.js';

export function eig(a: Matrix): Eig {
  const unit = binaryScale(a);
  const scaled = dividedBy(a, unit);
  const pairs = decompose(scaled).sort(({ value: p }, { value: q }) => q.re - p.re || q.im - p.im);
  const residual = eigResidual(scaled, pairs);
  checkConverged('eig', residual);
  return {
    values: {
      re: Float64Array.from(pairs, ({ value }) => value.re * unit),
      im: Float64Array.from(pairs, ({ value }) => value.im * unit),
    },
    vectors: { re: realRows(pairs).transpose(), im: imaginaryRows(pairs).transpose() },
    residual,
  };
}

function decompose(a: Matrix): Eigenpair[] {
  const { t, q } = schur(a);
  const pairs = triangularEigenpairs(t).map(({ value, vector }) => ({ value, vector: normalise(rotate(q, vector)) }));
  // The conjugate of a pair of a real matrix is a pair.
  const mirrored = pairs
    .filter(({ value }) => value.im > 0)
    .map(({ value, vector }) => ({ value: conjugate(value), vector: vector.map(conjugate) }));
  return [...pairs, ...mirrored];
}

/** Q x. */
function rotate(q: Matrix, x: Complex[]): Complex[] {
  return Array.from({ length: q.rows }, (_, i) => {
    let re = 0;
    let im = 0;
    for (let j = 0; j < x.length; j++) {
      const weight = q.data[i * q.cols + j] as number;
      re += weight * (x[j] as Complex).re;
      im += weight * (x[j] as Complex).im;
    }
    return { re, im };
  });
}

/** Unit length, the leading component real and positive. */
function normalise(vector: Complex[]): Complex[] {
  const magnitudes = vector.map(abs);
  const at = leading((i) => magnitudes[i] as number, magnitudes.length);
  const largest = magnitudes[at] as number;
  const turn = scale(conjugate(vector[at] as Complex), 1 / largest);
  const length = largest * Math.hypot(...magnitudes.map((x) => x / largest));
  return vector.map((x, i) => (i === at ? complex(largest / length) : scale(multiply(x, turn), 1 / length)));
}

function realRows(pairs: Eigenpair[]): Matrix {
  return Matrix.from(pairs.map(({ vector }) => vector.map((x) => x.re)));
}

function imaginaryRows(pairs: Eigenpair[]): Matrix {
  return Matrix.from(pairs.map(({ vector }) => vector.map((x) => x.im)));
}

/** Eigenvectors stand in rows, so AV − VΛ appears transposed. */
function eigResidual(a: Matrix, pairs: Eigenpair[]): number {
  const re = matmul(realRows(pairs), a, false, true);
  const im = matmul(imaginaryRows(pairs), a, false, true);
  pairs.forEach(({ value, vector }, i) => {
    vector.forEach((x, j) => {
      const at = i * a.rows + j;
      const rest = subtract(complex(re.data[at] as number, im.data[at] as number), multiply(value, x));
      [re.data[at], im.data[at]] = [rest.re, rest.im];
    });
  });
  const sizes = Math.hypot(...pairs.map(({ vector }) => Math.hypot(...vector.map(abs))));
  return ratio(Math.hypot(frobenius(re), frobenius(im)), frobenius(a) * sizes);
}
