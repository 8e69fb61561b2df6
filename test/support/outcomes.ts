/**
 * View processes as finite lists of affine maps with probabilities, and their moments by going through all of them: what
 * exact expectations are checked against.
 */
import { Matrix } from '../../src/matrix/matrix.js';
import type { InputMoments, ViewExpectation } from '../../src/views/expect.js';
import { meanProduct, plus, product, times } from './algebra.js';

/** x ↦ A x + b with a probability. */
export interface Outcome {
  probability: number;
  matrix: Matrix;
  offset: Matrix;
}

/** A map without offset. */
function linear(probability: number, matrix: Matrix): Outcome {
  return { probability, matrix, offset: new Matrix(matrix.rows, 1) };
}

/** All 2^groups masks; `groups` holds the group of each coordinate. */
export function maskOutcomes(groups: readonly number[], keep: number, factor: number): Outcome[] {
  const count = 1 + Math.max(...groups);
  return Array.from({ length: 2 ** count }, (_, bits) => {
    const kept = (group: number) => (bits >> group) & 1;
    const ones = Array.from({ length: count }, (_, group) => kept(group)).reduce((sum, bit) => sum + bit, 0);
    const probability = keep ** ones * (1 - keep) ** (count - ones);
    return linear(probability, Matrix.diagonal(groups.map((group) => factor * kept(group))));
  });
}

/** Row j of the matrix picks the coordinate permutation[j], with its sign. */
export function permutationMatrix(permutation: ArrayLike<number>, signs?: ArrayLike<number>): Matrix {
  const matrix = new Matrix(permutation.length, permutation.length);
  for (let j = 0; j < permutation.length; j++) {
    matrix.data[j * permutation.length + (permutation[j] as number)] = signs?.[j] ?? 1;
  }
  return matrix;
}

/** Linear or affine maps with weights up to a common factor. */
export function affineOutcomes(maps: readonly { matrix: Matrix; offset?: Float64Array; weight?: number }[]): Outcome[] {
  const total = maps.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return maps.map(({ matrix, offset, weight = 1 }) => ({
    probability: weight / total,
    matrix,
    offset: new Matrix(matrix.rows, 1, offset ?? new Float64Array(matrix.rows)),
  }));
}

/** x ± √r · (column of R), which has the mean x and the covariance R Rᵀ of Gaussian noise (cubature). */
export function noiseOutcomes(root: Matrix): Outcome[] {
  const { rows: d, cols: r } = root;
  return Array.from({ length: 2 * r }, (_, i) => {
    const column = Float64Array.from({ length: d }, (_, j) => root.get(j, i >> 1));
    const offset = times(new Matrix(d, 1, column), i % 2 === 0 ? Math.sqrt(r) : -Math.sqrt(r));
    return { probability: 1 / (2 * r), matrix: Matrix.identity(d), offset };
  });
}

/** One process after another, independently. */
export function inTurn(first: readonly Outcome[], second: readonly Outcome[]): Outcome[] {
  return first.flatMap((a) =>
    second.map((b) => ({
      probability: a.probability * b.probability,
      matrix: product(b.matrix, a.matrix),
      offset: plus(product(b.matrix, a.offset), b.offset),
    })),
  );
}

/** One of several processes. */
export function oneOf(processes: readonly (readonly Outcome[])[], weights: readonly number[]): Outcome[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return processes.flatMap((outcomes, i) =>
    outcomes.map((outcome) => ({ ...outcome, probability: (outcome.probability * (weights[i] as number)) / total })),
  );
}

/** Every expectation as the mean over samples and outcomes. */
export function enumerated(outcomes: readonly Outcome[], x: Matrix, y: Matrix): ViewExpectation {
  const views = outcomes.map((outcome) => viewOf(outcome, x));
  const average = (of: (view: Matrix) => Matrix) =>
    outcomes
      .map(({ probability }, i) => times(of(views[i] as Matrix), probability))
      .reduce((sum, term) => plus(sum, term));
  const means = average((view) => view);
  const second = average((view) => meanProduct(view, view));
  const meanSecond = meanProduct(means, means);
  return {
    second,
    meanSecond,
    covariance: plus(second, meanSecond, -1),
    inputCross: meanProduct(x, means),
    targetCross: meanProduct(y, means),
    mean: Float64Array.from(meanProduct(ones(x.rows), means).data),
  };
}

/** One view of every sample: rows A x + b. */
function viewOf({ matrix, offset }: Outcome, x: Matrix): Matrix {
  return plus(product(x, matrix.transpose()), product(ones(x.rows), offset.transpose()));
}

/** What exact expectations get to know of data. */
export function inputMomentsOf(x: Matrix, y: Matrix): InputMoments & Required<Pick<InputMoments, 'targetInput'>> {
  return {
    count: x.rows,
    second: meanProduct(x, x),
    targetInput: meanProduct(y, x),
    mean: Float64Array.from(meanProduct(ones(x.rows), x).data),
    targetMean: Float64Array.from(meanProduct(ones(y.rows), y).data),
  };
}

function ones(rows: number): Matrix {
  return new Matrix(rows, 1, new Float64Array(rows).fill(1));
}
