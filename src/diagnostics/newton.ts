/**
 * Minimises a smooth convex function by Newton's method, the step from conjugate gradients on products with the Hessian
 * (truncated Newton: Dembo & Steihaug, Mathematical Programming 1983; with backtracking: Nocedal & Wright, Numerical
 * Optimization, algorithm 7.1). Steps are solved to a fixed share of the gradient: linear convergence at that rate or better, in
 * half the products that the quadratic convergence of ever exacter steps takes.
 */
import { maxAbs } from '../matrix/check.js';

/** A point and what is known there. */
export interface Point {
  at: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** Vectors are flat; products are with the Hessian at the point last evaluated. */
export interface Convex {
  evaluate(at: Float64Array): Promise<Point>;
  product(direction: Float64Array): Promise<Float64Array>;
  /** A symmetric positive definite guess of the inverse Hessian there. */
  precondition(vector: Float64Array): Promise<Float64Array>;
}

export interface NewtonOptions {
  /** On the largest component of the gradient. */
  tolerance: number;
  maxIterations: number;
}

export interface Minimum extends Point {
  /** Newton steps. */
  iterations: number;
  /** Products with the Hessian. */
  products: number;
  /** Whether the gradient met the tolerance. */
  converged: boolean;
}

/** On MNIST 0.1 to 0.5 take about as many products; below, steps are more exact than the quadratic model. */
const FORCING = 0.25;

/** Conjugate gradient steps of one Newton step, as many as an ill-conditioned problem may need. */
const MOST_PRODUCTS = 400;

/** Evaluations along one direction; a convex function that decreases at all does so within a few. */
const MOST_TRIALS = 40;

export async function minimise(problem: Convex, start: Float64Array, options: NewtonOptions): Promise<Minimum> {
  let point = await problem.evaluate(start);
  let iterations = 0;
  let products = 0;
  while (maxAbs(point.gradient) > options.tolerance && iterations < options.maxIterations) {
    const step = await newtonStep(problem, point);
    products += step.products;
    const next = await search(problem, point, step.direction);
    if (next === undefined) break;
    point = next;
    iterations++;
  }
  return { ...point, iterations, products, converged: maxAbs(point.gradient) <= options.tolerance };
}

/** Solves H p = −g to a residual of a quarter of the gradient, both in the norm of the preconditioner. */
async function newtonStep(
  problem: Convex,
  { gradient }: Point,
): Promise<{ direction: Float64Array; products: number }> {
  const direction = new Float64Array(gradient.length);
  const residual = gradient.map((x) => -x);
  let conditioned = await problem.precondition(residual);
  let p = conditioned.slice();
  let square = dot(residual, conditioned);
  const enough = FORCING ** 2 * square;
  let products = 0;
  while (square > enough && products < MOST_PRODUCTS) {
    const product = await problem.product(p);
    products++;
    const curvature = dot(p, product);
    // Flat to rounding: the function is convex.
    if (!(curvature > 0)) break;
    const length = square / curvature;
    addScaled(direction, p, length);
    addScaled(residual, product, -length);
    conditioned = await problem.precondition(residual);
    const before = square;
    square = dot(residual, conditioned);
    p = p.map((x, i) => (conditioned[i] as number) + (square / before) * x);
  }
  return { direction, products };
}

/** Backtracks, by the secant of the slope, until the value falls by 10⁻⁴ of what the slope promises. */
async function search(problem: Convex, from: Point, direction: Float64Array): Promise<Point | undefined> {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return undefined;
  // Near the minimum the fall is less than the value is rounded by.
  const rounding = 8 * Number.EPSILON * Math.abs(from.value);
  let length = 1;
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const at = from.at.slice();
    addScaled(at, direction, length);
    const point = await problem.evaluate(at);
    if (point.value <= from.value + 1e-4 * length * slope + rounding) return point;
    const there = dot(point.gradient, direction);
    const secant = -slope / (there - slope);
    length *= secant > 0.1 && secant < 0.5 ? secant : secant >= 0.5 ? 0.5 : 0.1;
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(sum: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + factor * (x[i] as number);
}
