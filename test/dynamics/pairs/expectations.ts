/** Expectations over the views of a pair, by sums over points with weights. */
import { expect } from 'vitest';
import type { Side, ViewPair } from '../../../src/dynamics/pairs/view-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';

/** Values of the whole dictionary, n×m. */
export function dictionaryAt(pair: ViewPair, points: Matrix, side: Side = 'x'): Matrix {
  return pair.evaluate(Matrix.identity(side === 'x' ? pair.gram.rows : pair.gram.cols), points, side);
}

/** Σ wᵢ f(i) g(i)ᵀ over rows. */
export function weightedProduct(f: Matrix, g: Matrix, weights: ArrayLike<number>): Matrix {
  const out = new Matrix(f.cols, g.cols);
  for (let i = 0; i < f.rows; i++) {
    for (let a = 0; a < f.cols; a++) {
      const scaled = (weights[i] as number) * f.get(i, a);
      for (let b = 0; b < g.cols; b++) (out.data[a * g.cols + b] as number) += scaled * g.get(i, b);
    }
  }
  return out;
}

export function column(values: ArrayLike<number>): Matrix {
  return new Matrix(values.length, 1, Float64Array.from(values));
}

/** Equidistant points and weights of the standard normal density: beyond any order for polynomials times it. */
export function normalQuadrature(): { points: Matrix; weights: Float64Array } {
  const step = 0.05;
  const points = column(Array.from({ length: 641 }, (_, i) => (i - 320) * step));
  const weights = Float64Array.from(points.data, (z) => (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
  return { points, weights };
}

/** That drawn views (rows of x and y) have the gram E[φ(x) ψ(y)ᵀ] to five standard errors of each element. */
export function expectGram(pair: ViewPair, x: Matrix, y: Matrix): void {
  const f = dictionaryAt(pair, x);
  const g = dictionaryAt(pair, y, 'y');
  const n = x.rows;
  const equal = new Float64Array(n).fill(1 / n);
  const mean = weightedProduct(f, g, equal);
  const squared = (m: Matrix) => new Matrix(m.rows, m.cols, m.data.map((v) => v * v) as Float64Array);
  const square = weightedProduct(squared(f), squared(g), equal);
  let worst = 0;
  mean.data.forEach((value, i) => {
    const error = Math.sqrt(Math.max(1e-12, (square.data[i] as number) - value * value) / n);
    worst = Math.max(worst, Math.abs(value - (pair.gram.data[i] as number)) / error);
  });
  expect(worst).toBeLessThan(5);
}

/** That rows of `truth` are canonical: A_x M A_yᵀ = diag(s), both with orthonormal rows, s descending. */
export function expectTruth(pair: ViewPair): void {
  const { truth, gram } = pair;
  if (truth === undefined) throw new Error('no truth');
  const { correlations, x, y } = truth;
  const times = (a: Matrix, b: Matrix) => weightedProduct(a.transpose(), b, new Float64Array(a.cols).fill(1));
  expect(times(times(x, gram), y.transpose())).toBeCloseToArray(Matrix.diagonal(correlations), 1e-12);
  for (const functions of [x, y]) {
    expect(times(functions, functions.transpose())).toBeCloseToArray(Matrix.identity(x.rows), 1e-12);
  }
  expect(Array.from(correlations)).toEqual(Array.from(correlations).sort((a, b) => b - a));
}
