import { maxAbs } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import type { Eigh } from '../linalg.js';
import { cholesky, solveLower, solveLowerTransposed } from './cholesky.js';
import {
  binaryScale,
  checkConverged,
  dividedBy,
  firstRows,
  frobenius,
  mirrorUpper,
  ratio,
  rescaled,
  scaledBy,
  scaleRows,
  subtract,
} from './dense.js';
import { matmul } from './matmul.js';
import { fixSigns } from './signs.js';
import { definiteSpectrum, type Spectrum, spectrum } from './spectrum.js';

/** `at`: index of the matrix in a batch, for the error. */
export function eigh(a: Matrix, b: Matrix | undefined, k = a.rows, at?: number): Eigh {
  if (b !== undefined) definiteSpectrum('eigh', b, undefined);
  const unitA = binaryScale(a);
  const unitB = b === undefined ? 1 : binaryScale(b);
  const scaledA = mirrorUpper(dividedBy(a, unitA));
  const scaledB = b && mirrorUpper(dividedBy(b, unitB));
  const all = scaledB === undefined ? spectrum(scaledA) : generalised(scaledA, scaledB);
  const values = all.values.slice(0, k);
  const vectors = firstRows(all.vectors, k);
  const residual = eighResidual(scaledA, scaledB, values, vectors);
  checkConverged('eigh', residual, at);
  return {
    values: rescaled(values, unitA, unitB),
    vectors: scaledBy(vectors, 1 / Math.sqrt(unitB)).transpose(),
    residual,
  };
}

/** With B = L Lᵀ, the pairs of L⁻¹ A L⁻ᵀ y = λ y give v = L⁻ᵀ y, and VᵀBV = YᵀY = I. */
function generalised(a: Matrix, b: Matrix): Spectrum {
  const l = cholesky(b, 'eigh');
  const half = solveLower(l, scaledBy(a, 1));
  const { values, vectors } = spectrum(solveLower(l, half.transpose()));
  const back = solveLowerTransposed(l, vectors.transpose()).transpose();
  fixSigns(back);
  return { values, vectors: back };
}

/** `vectors` holds one a row, so AV − BVΛ appears transposed. */
function eighResidual(a: Matrix, b: Matrix | undefined, values: Float64Array, vectors: Matrix): number {
  const images = b === undefined ? scaledBy(vectors, 1) : matmul(vectors, b);
  const rest = subtract(
    matmul(vectors, a),
    scaleRows(images, (i) => values[i] as number),
  );
  const whole = frobenius(a) + (b === undefined ? 0 : maxAbs(values) * frobenius(b));
  return ratio(frobenius(rest), whole * frobenius(vectors));
}
