/**
 * Linear problems whose Gaussian views are replaced by finitely many: x ± √r · (column j of R), equally likely, have
 * covariance R Rᵀ exactly (the 2r-point cubature rule), so that every expectation is a plain mean over matrices of views.
 */
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, product } from './algebra.js';
import { normals } from './normals.js';

export interface EnumeratedProblem {
  inputs: Matrix;
  targets: Matrix;
  /** d×r, with R Rᵀ = theta. */
  root: Matrix;
  theta: Matrix;
  views: Matrix[];
  moments: ViewMoments;
}

export interface ProblemSize {
  n?: number;
  d?: number;
  targets?: number;
  /** Rank of the augmentation covariance; default d. */
  rank?: number;
}

/** Inputs with decaying spectrum and a mean, targets that depend on them, a full augmentation covariance. */
export async function enumeratedProblem(seed: number, size: ProblemSize = {}): Promise<EnumeratedProblem> {
  const { n = 25, d = 4, targets: outputs = 2, rank = d } = size;
  const spread = Matrix.diagonal(Float64Array.from({ length: d }, (_, i) => 2 / (1 + i)));
  const shift = new Matrix(n, 1, new Float64Array(n).fill(0.5));
  const mixed = product(normals(10 * seed, n, d), spread, normals(10 * seed + 1, d, d));
  const inputs = plus(mixed, product(shift, normals(10 * seed + 2, 1, d)));
  const signal = product(inputs, normals(10 * seed + 3, d, outputs));
  const targets = plus(signal, normals(10 * seed + 4, n, outputs));
  const root = normals(10 * seed + 5, d, rank);
  return { inputs, targets, root, ...(await withRoot(inputs, targets, root)) };
}

/** The same data under another augmentation. */
export async function withRoot(inputs: Matrix, targets: Matrix, root: Matrix) {
  const theta = product(root, root.transpose());
  const moments = await viewMoments(inputs, gaussianViews({ theta }), { target: targets, backend: 'js' });
  return { theta, moments, views: cubature(inputs, root) };
}

function cubature(x: Matrix, root: Matrix): Matrix[] {
  const r = root.cols;
  const shifts = root.transpose().toArray();
  return shifts.flatMap((column) =>
    [Math.sqrt(r), -Math.sqrt(r)].map(
      (scale) =>
        new Matrix(
          x.rows,
          x.cols,
          Float64Array.from(x.data, (value, i) => value + scale * (column[i % x.cols] as number)),
        ),
    ),
  );
}

/** Fresh Gaussian views x + R g, one matrix a draw. */
export function sampledViews({ inputs, root }: EnumeratedProblem, seed: number, draws: number): Matrix[] {
  return Array.from({ length: draws }, (_, i) => {
    return plus(inputs, product(normals(1e6 * seed + i, inputs.rows, root.cols), root.transpose()));
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many standard errors the mean of independent values lies from what is expected. */
export function standardErrors(values: readonly number[], expected: number): number {
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2)) / (values.length - 1);
  return Math.abs(centre - expected) / Math.sqrt(variance);
}

/** (1/n) Σ‖yᵢ − V τ(xᵢ)‖² for one view of every sample. */
export function squaredError(view: Matrix, targets: Matrix, weights: Matrix): number {
  return energy(plus(targets, product(view, weights.transpose()), -1)) / targets.rows;
}

/** (1/n) Σ‖W τ₁(xᵢ) − W τ₂(xᵢ)‖². */
export function disagreement(one: Matrix, other: Matrix, encoder: Matrix): number {
  return energy(product(plus(one, other, -1), encoder.transpose())) / one.rows;
}

/** E‖y − V τ(x)‖² over all views. */
export function expectedError(problem: EnumeratedProblem, targets: Matrix, weights: Matrix): number {
  return mean(problem.views.map((view) => squaredError(view, targets, weights)));
}

/** E‖W τ₁(x) − W τ₂(x)‖² over all pairs of independent views. */
export function expectedDisagreement({ views }: EnumeratedProblem, encoder: Matrix): number {
  return mean(views.flatMap((one) => views.map((other) => disagreement(one, other, encoder))));
}
