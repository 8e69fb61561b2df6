import { EigenvalueDecomposition } from 'ml-matrix';
import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { binaryScale, columnsOf, mirrorUpper, scaledBy, toMl } from './dense.js';
import { fixSigns } from './signs.js';

/** All eigenpairs of a symmetric matrix. */
export interface Spectrum {
  /** n eigenvalues, descending. */
  values: Float64Array;
  /** n×n, one unit eigenvector a row, signs by the rule. */
  vectors: Matrix;
}

/** Reads the upper triangle. */
export function spectrum(a: Matrix): Spectrum {
  const n = a.rows;
  const unit = binaryScale(a);
  const scaled = mirrorUpper(scaledBy(a, 1 / unit));
  const ascending = new EigenvalueDecomposition(toMl(scaled), { assumeSymmetric: true });
  const columns = columnsOf(ascending.eigenvectorMatrix);
  const values = Float64Array.from(ascending.realEigenvalues, (value) => value * unit).reverse();
  const vectors = new Matrix(n, n);
  for (let i = 0; i < n; i++) vectors.row(i).set(columns.row(n - 1 - i));
  fixSigns(vectors);
  return { values, vectors };
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
