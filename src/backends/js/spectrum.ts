import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { binaryScale, columnsOf, dividedBy, frobenius, mirrorUpper, scaledBy, toMl } from './dense.js';
import { dot, matmul } from './matmul.js';
import { loadMlMatrix } from './ml-matrix.js';
import { fixSigns } from './signs.js';

/** All eigenpairs of a symmetric matrix. */
export interface Spectrum {
  /** n eigenvalues, descending. */
  values: Float64Array;
  /** n×n, one unit eigenvector a row, signs by the rule. */
  vectors: Matrix;
}

/**
 * A + σI with σ ≥ 2‖A‖, which has the eigenvectors of A. On a rank-deficient A, 100×100 ones say, ml-matrix works on the
 * rounding of rounding down to underflow, where its rotations are not orthogonal; every orthogonal similarity of A + σI
 * has a diagonal of at least σ/2, beside which that is negligible.
 */
function shifted(a: Matrix): Matrix {
  const result = scaledBy(a, 1);
  const sigma = 2 * frobenius(a);
  for (let i = 0; i < a.rows; i++) result.data[i * a.cols + i] = (result.data[i * a.cols + i] as number) + sigma;
  return result;
}

/** Reads the upper triangle. */
export function spectrum(a: Matrix): Spectrum {
  const n = a.rows;
  const unit = binaryScale(a);
  const scaled = mirrorUpper(dividedBy(a, unit));
  const { EigenvalueDecomposition } = loadMlMatrix();
  const { eigenvectorMatrix } = new EigenvalueDecomposition(toMl(shifted(scaled)), { assumeSymmetric: true });
  const found = columnsOf(eigenvectorMatrix);
  // Rayleigh quotients free the eigenvalues of the shift's rounding.
  const images = matmul(found, scaled);
  const quotients = Array.from({ length: n }, (_, i) => dot(found.data, i * n, images.data, i * n, n));
  const order = quotients.map((_, i) => i).sort((i, j) => (quotients[j] as number) - (quotients[i] as number));
  const vectors = new Matrix(n, n);
  order.forEach((from, to) => {
    vectors.row(to).set(found.row(from));
  });
  fixSigns(vectors);
  return { values: Float64Array.from(order, (i) => (quotients[i] as number) * unit), vectors };
}

/**
 * The spectrum of a matrix that must be positive semi-definite, and definite without a rank tolerance, and the number of
 * eigenvalues kept (all without one). What counts as zero: without a tolerance n·eps·|λ|max, the rounding an
 * eigenvalue solver may leave; with one rankTolerance·λmax.
 */
export function definiteSpectrum(
  operation: string,
  a: Matrix,
  rankTolerance: number | undefined,
): Spectrum & { rank: number } {
  const result = spectrum(a);
  const { values, vectors } = result;
  const n = values.length;
  const largest = values[0] as number;
  const smallest = values[n - 1] as number;
  const rounding = n * Number.EPSILON * Math.max(largest, -smallest);
  const cut = rankTolerance === undefined ? rounding : rankTolerance * largest;
  const fail = (code: 'SINGULAR' | 'NOT_POSITIVE_DEFINITE') =>
    kernelError({ code, operation, value: smallest, direction: Float64Array.from(vectors.row(n - 1)) });

  if (smallest < -Math.max(rounding, cut)) throw fail('NOT_POSITIVE_DEFINITE');
  if (rankTolerance === undefined && smallest <= cut) throw fail('SINGULAR');
  const rank = largest > 0 ? values.filter((value) => value > cut).length : 0;
  if (rank === 0) throw fail('SINGULAR');
  return { values, vectors, rank };
}
