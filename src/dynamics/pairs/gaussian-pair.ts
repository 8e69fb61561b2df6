import { selectBackend } from '../../backends/select.js';
import { EigenviewError } from '../../errors.js';
import { checkBoolean, checkInteger, checkNumber, checkOptions } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { checkCoefficients, checkNotConstant, checkPoints, checkSide, checkSize, combined } from './evaluation.js';
import { descending, selected } from './truth.js';
import type { ViewPair } from './view-pair.js';

export interface GaussianPairOptions {
  /** Correlation of x and y, −1 < rho < 1. */
  rho: number;
  /** Highest degree of the Hermite polynomials. */
  degree: number;
  /** Takes the constant function, u₁ = 1 with s₁ = 1, out of the dictionary; default false. */
  centered?: boolean;
}

/**
 * Two standard normals x and y of correlation ρ. The dictionary is that of the probabilists' Hermite polynomials
 * h_j = He_j/√j!, which are the canonical functions, with correlations ρ^j (Mehler 1866; Lancaster 1958). Points are
 * numbers, one a row.
 *
 * Exchangeable; for ρ < 0 the odd correlations are negative.
 *
 * @throws EigenviewError `OUT_OF_RANGE` for rho or degree, `TOO_LARGE` above 4096 functions, `EMPTY` for centred
 * degree 0
 * @example
 * ```ts
 * const pair = gaussianPair({ rho: 0.5, degree: 3 });
 * console.log(pair.truth?.correlations); // 1, 0.5, 0.25, 0.125
 * ```
 */
export function gaussianPair(options: GaussianPairOptions): ViewPair {
  checkOptions('gaussianPair', options, ['rho', 'degree', 'centered']);
  const { rho, degree, centered = false } = options ?? {};
  checkCorrelation(rho);
  checkInteger('degree', degree, { min: 0 });
  checkBoolean('centered', centered);
  checkSize(degree + 1, 'Lower the degree.');
  const lowest = centered ? 1 : 0;
  const count = degree + 1 - lowest;
  checkNotConstant('degree', count);
  const correlations = Float64Array.from({ length: count }, (_, j) => rho ** (j + lowest));
  const order = descending(correlations);
  const canonical = selected(order);
  return {
    name: `normals of correlation ${rho}, degree ${degree}${centered ? ', centred' : ''}`,
    gram: Matrix.diagonal(correlations),
    exchangeable: true,
    centered,
    dimensions: { x: 1, y: 1 },
    truth: { correlations: Float64Array.from(order, (j) => correlations[j] as number), x: canonical, y: canonical },
    labels: Array.from({ length: count }, (_, j) => `h${j + lowest}`),
    evaluate(coefficients, points, side = 'x') {
      checkSide(side);
      checkCoefficients(coefficients, { count, dimension: 1 });
      checkPoints('points', points, 1);
      const features = (rows: Matrix) => hermite(rows, lowest, degree);
      return combined(coefficients, points, features, selectBackend(undefined).linalg.sync);
    },
  };
}

function checkCorrelation(rho: unknown): asserts rho is number {
  checkNumber('rho', rho);
  if (Math.abs(rho) < 1) return;
  throw new EigenviewError('OUT_OF_RANGE', 'Normals of correlation ±1 have no joint density.', {
    argument: 'rho',
    expected: 'a number between −1 and 1, both excluded',
    received: String(rho),
  });
}

/**
 * h_lowest … h_degree at n points, n×(degree + 1 − lowest), by √(j + 1) h_{j+1} = x h_j − √j h_{j−1}: stable where the
 * polynomials oscillate, and without factorials.
 */
function hermite(points: Matrix, lowest: number, degree: number): Matrix {
  const cols = degree + 1 - lowest;
  const out = new Matrix(points.rows, cols);
  for (let i = 0; i < points.rows; i++) {
    const x = points.data[i] as number;
    let before = 0;
    let value = 1;
    for (let j = 0; j <= degree; j++) {
      if (j >= lowest) out.data[i * cols + j - lowest] = value;
      const next = (x * value - Math.sqrt(j) * before) / Math.sqrt(j + 1);
      before = value;
      value = next;
    }
  }
  return out;
}
