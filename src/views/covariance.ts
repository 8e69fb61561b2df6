import type { LinalgBackend } from '../backends/linalg.js';
import { describe, EigenviewError } from '../errors.js';
import { choleskySync } from '../linalg/cholesky.js';
import { checkNumber, checkSameShape, checkSymmetric, maxAbs, notFinite } from '../matrix/check.js';
import { checkArrayAttached, Matrix } from '../matrix/matrix.js';

/** A covariance in d dimensions: σ² for σ²I, the diagonal as an array, or a symmetric positive semi-definite matrix. */
export type Covariance = number | Float64Array | Matrix;

/** Checks a covariance once, where it enters. */
export function checkCovariance(argument: string, value: unknown): asserts value is Covariance {
  if (typeof value === 'number') return checkNumber(argument, value, { min: 0 });
  if (value instanceof Float64Array) return checkVariances(argument, value);
  if (value instanceof Matrix) return checkSemidefinite(argument, value);
  throw new EigenviewError('INVALID_ARGUMENT', 'This is not a covariance.', {
    argument,
    expected: 'a number (σ², for σ²I), a Float64Array (the diagonal) or a symmetric Matrix',
    received: describe(value),
  });
}

/** Adds `factor` times the covariance to a d×d matrix, in place. */
export function addCovariance(sum: Matrix, argument: string, covariance: Covariance, factor: number): void {
  const dim = sum.rows;
  checkDimension(argument, covariance, dim);
  if (covariance instanceof Matrix) {
    for (let i = 0; i < sum.data.length; i++) (sum.data[i] as number) += factor * (covariance.data[i] as number);
    return;
  }
  for (let i = 0; i < dim; i++) {
    const variance = typeof covariance === 'number' ? covariance : (covariance[i] as number);
    (sum.data[i * (dim + 1)] as number) += factor * variance;
  }
}

/**
 * A square root R with R Rᵀ the covariance: standard deviations if it is diagonal, else the symmetric Q Λ^{1/2} Qᵀ. That
 * one is unique: repeated eigenvalues leave Q open, and with it the noise that a seed stands for, but not this product.
 */
export async function covarianceRoot(
  argument: string,
  covariance: Covariance,
  dim: number,
  linalg: LinalgBackend,
): Promise<Float64Array | Matrix> {
  checkDimension(argument, covariance, dim);
  if (typeof covariance === 'number') return new Float64Array(dim).fill(Math.sqrt(covariance));
  if (covariance instanceof Float64Array) return covariance.map(Math.sqrt);
  const control = { reproducible: true };
  const { values, vectors } = await linalg.async.eigh(control, covariance, undefined, undefined);
  // Semi-definite to rounding: what is within it is zero.
  const rounding = dim * Number.EPSILON * Math.max(0, values[0] as number);
  const deviations = values.map((value) => (value > rounding ? Math.sqrt(value) : 0));
  const scaled = new Matrix(
    dim,
    dim,
    vectors.data.map((x, i) => x * (deviations[i % dim] as number)),
  );
  const root = await linalg.async.matmul(control, scaled, vectors, false, true);
  // A coordinate without variance gets no noise, not even rounding.
  for (let i = 0; i < dim; i++) if (covariance.data[i * (dim + 1)] === 0) root.row(i).fill(0);
  return root;
}

/** @throws EigenviewError `SHAPE_MISMATCH` unless the covariance is one in `dim` dimensions */
export function checkDimension(argument: string, covariance: Covariance, dim: number): void {
  if (covariance instanceof Matrix) checkSameShape(argument, covariance, dim, dim);
  if (covariance instanceof Float64Array && covariance.length !== dim) {
    throw new EigenviewError('SHAPE_MISMATCH', `${argument} does not have the dimension of the data.`, {
      argument,
      expected: `of length ${dim}`,
      received: `length ${covariance.length}`,
    });
  }
}

function checkVariances(argument: string, diagonal: Float64Array): void {
  checkArrayAttached(argument, diagonal);
  diagonal.forEach((variance, i) => {
    if (!Number.isFinite(variance)) throw notFinite(argument, 0, i, variance);
    checkNumber(`${argument}[${i}]`, variance, { min: 0 });
  });
}

/** A semi-definite matrix becomes definite, an indefinite one stays so, under a ridge of rounding size. */
function checkSemidefinite(argument: string, matrix: Matrix): void {
  checkSymmetric(argument, matrix);
  const n = matrix.rows;
  const shifted = new Matrix(n, n, new Float64Array(matrix.data));
  const scale = maxAbs(shifted.data);
  if (scale === 0) return;
  for (let i = 0; i < n; i++) (shifted.data[i * n + i] as number) += 1e-10 * scale;
  try {
    choleskySync(shifted);
  } catch (error) {
    if (!(error instanceof EigenviewError) || error.code !== 'NOT_POSITIVE_DEFINITE') throw error;
    throw new EigenviewError(
      'NOT_POSITIVE_DEFINITE',
      `${argument} is not a covariance: it has a negative eigenvalue.`,
      {
        argument,
        expected: 'positive semi-definite',
        received: 'an indefinite matrix',
        ...(error.direction === undefined ? {} : { direction: error.direction }),
      },
    );
  }
}
