import { EigenvalueDecomposition } from 'ml-matrix';
import { Matrix } from '../../matrix/matrix.js';
import type { Eig } from '../linalg.js';
import { binaryScale, checkConverged, columnsOf, frobenius, ratio, scaledBy, toMl } from './dense.js';
import { matmul } from './matmul.js';
import { leading } from './signs.js';

interface Pair {
  re: number;
  im: number;
  vector: ComplexVector;
}

interface ComplexVector {
  re: Float64Array;
  im: Float64Array;
}

export function eig(a: Matrix): Eig {
  const unit = binaryScale(a);
  const scaled = scaledBy(a, 1 / unit);
  const pairs = decompose(scaled).sort((p, q) => q.re - p.re || q.im - p.im);
  const vectors = {
    re: Matrix.from(pairs.map(({ vector }) => [...vector.re])),
    im: Matrix.from(pairs.map(({ vector }) => [...vector.im])),
  };
  const residual = eigResidual(scaled, pairs, vectors);
  checkConverged('eig', residual);
  return {
    values: {
      re: Float64Array.from(pairs, ({ re }) => re * unit),
      im: Float64Array.from(pairs, ({ im }) => im * unit),
    },
    vectors: { re: vectors.re.transpose(), im: vectors.im.transpose() },
    residual,
  };
}

function decompose(a: Matrix): Pair[] {
  const result = new EigenvalueDecomposition(toMl(a), { assumeSymmetric: false });
  const columns = columnsOf(result.eigenvectorMatrix);
  const column = (j: number) => Float64Array.from(columns.row(j));
  return Array.from(result.realEigenvalues, (re, j) => {
    const im = result.imaginaryEigenvalues[j] as number;
    // A conjugate pair takes two columns, the real and the imaginary part of the first one's vector.
    const first = im < 0 ? j - 1 : j;
    const imaginary = im === 0 ? new Float64Array(a.rows) : column(first + 1).map((x) => (im < 0 ? -x : x));
    return { re, im, vector: normalise({ re: column(first), im: imaginary }) };
  });
}

/** Unit length, the leading component real and positive. */
function normalise({ re, im }: ComplexVector): ComplexVector {
  const magnitudes = re.map((x, i) => Math.hypot(x, im[i] as number));
  const at = leading((i) => magnitudes[i] as number, magnitudes.length);
  // Dividing by the largest first keeps the squares in range: ml-matrix's columns can be as long as 1e100.
  const largest = magnitudes[at] as number;
  const length = largest * Math.hypot(...magnitudes.map((x) => x / largest));
  const cos = (re[at] as number) / largest;
  const sin = (im[at] as number) / largest;
  const turned = {
    re: re.map((x, i) => (x * cos + (im[i] as number) * sin) / length),
    im: re.map((x, i) => ((im[i] as number) * cos - x * sin) / length),
  };
  turned.im[at] = 0;
  return turned;
}

/** The rows of `vectors` are eigenvectors, so AV − VΛ appears transposed. */
function eigResidual(a: Matrix, pairs: Pair[], vectors: Eig['vectors']): number {
  const imageRe = matmul(vectors.re, a, false, true);
  const imageIm = matmul(vectors.im, a, false, true);
  pairs.forEach(({ re, im, vector }, i) => {
    for (let j = 0; j < a.rows; j++) {
      const x = vector.re[j] as number;
      const y = vector.im[j] as number;
      const at = i * a.rows + j;
      imageRe.data[at] = (imageRe.data[at] as number) - (re * x - im * y);
      imageIm.data[at] = (imageIm.data[at] as number) - (re * y + im * x);
    }
  });
  const rest = Math.hypot(frobenius(imageRe), frobenius(imageIm));
  return ratio(rest, frobenius(a) * Math.hypot(frobenius(vectors.re), frobenius(vectors.im)));
}
