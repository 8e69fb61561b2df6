import { EigenviewError } from '../../errors.js';
import { checkBoolean, checkDense, checkOptions, maxAbs, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { symmetrise } from '../symmetrise.js';
import { centredGram, fromCentred } from './constant.js';
import { checkProbabilities } from './distribution.js';
import { checkCoefficients, checkNotConstant, checkPoints, checkSide, checkValues, type Extent } from './evaluation.js';
import type { ViewPair } from './view-pair.js';

export interface DiscretePairOptions {
  /** Takes the constant function, u₁ = 1 with s₁ = 1, out of the dictionary; default false. */
  centered?: boolean;
}

/**
 * Views with finitely many states. The dictionary is that of the normalised indicators 1{x = i}/√pᵢ, so that the gram
 * is M = diag(p_x)^{-1/2} P diag(p_y)^{-1/2}, whose singular vectors are the canonical functions (Hirschfeld 1935;
 * Lancaster 1958). Points are states: whole numbers, one a row.
 *
 * Centred, the dictionary is an orthonormal basis of the functions of mean 0, by a Householder reflection.
 *
 * @param table the joint probabilities P(x = i, y = j), of sum 1 to 1e-9; exchangeable if symmetric to 1e-10 of its
 * largest
 * @throws EigenviewError `OUT_OF_RANGE` for a negative probability, another sum, or a state without probability,
 * `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * const pair = discretePair(Matrix.from([[0.4, 0.1], [0.1, 0.4]]));
 * console.log(pair.gram.toArray()); // [[0.8, 0.2], [0.2, 0.8]]: correlations 1 and 0.6
 * ```
 */
export function discretePair(table: Matrix, options?: DiscretePairOptions): ViewPair {
  checkOptions('discretePair', options, ['centered']);
  const { centered = false } = options ?? {};
  checkBoolean('centered', centered);
  checkDense('table', table);
  return tablePair(`${shape(table)} states`, table, centered);
}

/** The pair of a dense table of finite numbers. */
export function tablePair(name: string, table: Matrix, centered: boolean): ViewPair {
  const { rows, cols } = table;
  const joint = new Matrix(rows, cols, checkProbabilities('table', table.data, cols));
  const exchangeable = isSymmetric(joint);
  if (exchangeable) symmetrise(joint);
  const rootX = roots('row', rowSums(joint));
  const rootY = exchangeable ? rootX : roots('column', rowSums(joint.transpose()));
  const whole = normalised(joint, rootX, rootY);
  if (centered) checkNotConstant('table', Math.min(rows, cols) - 1);
  const gram = centered ? centredGram(whole, rootX, rootY) : whole;
  if (exchangeable) symmetrise(gram);
  return {
    name: centered ? `${name}, centred` : name,
    gram,
    exchangeable,
    centered,
    dimensions: { x: 1, y: 1 },
    evaluate(coefficients, points, side = 'x') {
      checkSide(side);
      const root = side === 'x' ? rootX : rootY;
      const extent: Extent = { count: side === 'x' ? gram.rows : gram.cols, dimension: 1 };
      checkCoefficients(coefficients, extent);
      checkPoints('points', points, extent.dimension);
      return valuesAt(centered ? fromCentred(coefficients, root) : coefficients, points, root);
    },
  };
}

/** U(i) = column i of A over √pᵢ. */
function valuesAt(coefficients: Matrix, points: Matrix, root: Float64Array): Matrix {
  const { rows: k, cols: states, data } = coefficients;
  const out = new Matrix(points.rows, k);
  for (let row = 0; row < points.rows; row++) {
    const state = checkState(points.data[row] as number, row, states);
    const scale = root[state] as number;
    for (let i = 0; i < k; i++) out.data[row * k + i] = (data[i * states + state] as number) / scale;
  }
  checkValues(out);
  return out;
}

function checkState(state: number, row: number, states: number): number {
  if (Number.isInteger(state) && state >= 0 && state < states) return state;
  throw new EigenviewError('OUT_OF_RANGE', 'A point is none of the states.', {
    argument: `points[${row}]`,
    expected: `an integer from 0 to ${states - 1}`,
    received: String(state),
  });
}

function isSymmetric({ rows, cols, data }: Matrix): boolean {
  if (rows !== cols) return false;
  const tolerance = 1e-10 * maxAbs(data);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs((data[i * cols + j] as number) - (data[j * cols + i] as number)) > tolerance) return false;
    }
  }
  return true;
}

function rowSums({ rows, cols, data }: Matrix): Float64Array {
  const sums = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) (sums[i] as number) += data[i * cols + j] as number;
  }
  return sums;
}

function roots(kind: string, marginal: Float64Array): Float64Array {
  const missing = marginal.indexOf(0);
  if (missing < 0) return marginal.map(Math.sqrt);
  throw new EigenviewError('OUT_OF_RANGE', `A state has no probability: ${kind} ${missing} of the table is zero.`, {
    argument: 'table',
    expected: 'a table whose rows and columns all have a positive sum',
    received: `a ${kind} of zeros`,
    fix: `Leave ${kind} ${missing} out.`,
  });
}

function normalised({ rows, cols, data }: Matrix, rootX: Float64Array, rootY: Float64Array): Matrix {
  const gram = new Matrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    // One after the other: the product of two tiny roots would underflow.
    for (let j = 0; j < cols; j++, at++) {
      gram.data[at] = (data[at] as number) / (rootX[i] as number) / (rootY[j] as number);
    }
  }
  return gram;
}
