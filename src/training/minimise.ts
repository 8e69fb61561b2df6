import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import {
  checkDense,
  checkInteger,
  checkMatrix,
  checkNumber,
  checkOptions,
  checkSameShape,
  checkSignal,
} from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { turnHasTime } from '../runtime/turn.js';
import { isNumerical } from './overflow.js';

/** A function of some matrices, and its gradients by them; the objectives of linear problems answer so. */
export type Differentiable = (parameters: readonly Matrix[]) => DifferentiableValue | Promise<DifferentiableValue>;

export interface DifferentiableValue {
  loss: number;
  /** By each parameter, of its shape. */
  gradients: readonly Matrix[];
}

export interface MinimiseOptions extends Pick<CallOptions, 'signal'> {
  /** Ends when the gradient's norm is at most this, at least 0; default 1e-8. */
  tolerance?: number;
  /** Default 1000. */
  maxSteps?: number;
  /** Steps whose curvature L-BFGS remembers; 0 is steepest descent. Default 10. */
  memory?: number;
}

export interface Minimum {
  /** Where it ended, float64, in the order of the start. */
  parameters: Matrix[];
  loss: number;
  /** Frobenius norm over all gradients. */
  gradientNorm: number;
  /** Before every step, and at the end; never rises. */
  losses: number[];
  steps: number;
  /** `converged`: to the tolerance; `stalled`: no step lowers the loss beyond rounding. */
  reason: 'converged' | 'stalled' | 'maxSteps' | 'aborted';
}

/**
 * Minimises a smooth function, full batch: L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage",
 * Mathematics of Computation 35, 1980), its steps found by bisection for the weak Wolfe conditions (Lewis, Overton,
 * "Nonsmooth optimization via quasi-Newton methods", Mathematical Programming 141, 2013, algorithm 2.6). The loss falls
 * in every step.
 *
 * @param objective its loss and gradients; where it is not finite, overflows or throws `SINGULAR`, `NOT_FINITE` or
 * `NOT_POSITIVE_DEFINITE`, the step is made shorter
 * @param start one matrix, or several
 * @throws EigenviewError `NOT_FINITE` where the loss is not finite at the start, or what the objective throws there;
 * `SHAPE_MISMATCH`, `OUT_OF_RANGE`; `CUSTOM_FAILED` with the cause where the objective throws; the signal's reason when
 * aborted before the first step
 * @example
 * ```ts
 * const bowl = ([w]) => ({ loss: (w.get(0, 0) - 3) ** 2, gradients: [Matrix.from([[2 * (w.get(0, 0) - 3)]])] });
 * const { parameters } = await minimise(bowl, Matrix.from([[0]])); // [[[3]]]
 * ```
 */
export async function minimise(
  objective: Differentiable,
  start: Matrix | readonly Matrix[],
  options?: MinimiseOptions,
): Promise<Minimum> {
  checkOptions('minimise', options, ['tolerance', 'maxSteps', 'memory', 'signal']);
  const { tolerance = 1e-8, maxSteps = 1000, memory = 10, signal } = options ?? {};
  checkSignal(signal);
  signal?.throwIfAborted();
  checkNumber('tolerance', tolerance, { min: 0 });
  checkInteger('maxSteps', maxSteps, { min: 0 });
  checkInteger('memory', memory, { min: 0 });
  const shapes = checkStart(start);
  const search = new LineSearch(checkObjective(objective), shapes);
  let here = await search.at(flatten(shapes));
  if (!Number.isFinite(here.loss)) throw here.fault ?? notFiniteAtStart(here.loss);
  const curvature: Pair[] = [];
  const losses = [here.loss];
  const end = (reason: Minimum['reason']): Minimum => ({
    parameters: unflatten(here.place, shapes),
    loss: here.loss,
    gradientNorm: norm(here.slope),
    losses,
    steps: losses.length - 1,
    reason,
  });
  for (;;) {
    if (norm(here.slope) <= tolerance) return end('converged');
    if (losses.length > maxSteps) return end('maxSteps');
    // Objectives that do not wait for anything would keep timers, and with them aborts, from their turn.
    if (!turnHasTime()) await nextTurn();
    if (signal?.aborted) return end('aborted');
    const next = await search.from(here, directionOf(here.slope, curvature));
    if (next === undefined) return end('stalled');
    const pair = pairOf(here, next);
    // A pair without positive curvature, which the line search gives up with, would turn descent into ascent.
    if (pair.scale > 0 && pair.scale < Number.POSITIVE_INFINITY) curvature.push(pair);
    if (curvature.length > memory) curvature.shift();
    here = next;
    losses.push(here.loss);
  }
}

/** A place with the loss and its gradient there, all parameters in one row. */
interface Point {
  place: Float64Array;
  /** NaN where the objective has no finite loss and gradients. */
  loss: number;
  slope: Float64Array;
  /** What the objective threw there. */
  fault?: unknown;
}

/** A step s, the change y of the gradient over it, and 1/(sᵀy). */
interface Pair {
  step: Float64Array;
  change: Float64Array;
  scale: number;
}

/**
 * Of sufficient decrease, and of the slope along the direction (Nocedal, Wright, "Numerical Optimization", chapter 3).
 */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** 2⁻⁵⁰ of a step no longer changes what it is added to. */
const MOST_TRIALS = 50;

class LineSearch {
  constructor(
    readonly objective: Differentiable,
    readonly shapes: readonly Matrix[],
  ) {}

  async at(place: Float64Array): Promise<Point> {
    let value: DifferentiableValue;
    try {
      value = await this.objective(unflatten(place, this.shapes));
    } catch (cause) {
      if (isNumerical(cause)) return { place, loss: Number.NaN, slope: place, fault: cause };
      if (cause instanceof EigenviewError) throw cause;
      throw new EigenviewError('CUSTOM_FAILED', 'The objective threw.', { argument: 'objective', cause });
    }
    const gradients = checkValue(value, this.shapes);
    const slope = flatten(gradients);
    return { place, loss: slope.every(Number.isFinite) ? value.loss : Number.NaN, slope };
  }

  /** The next point along a direction; undefined where none is lower. */
  async from(here: Point, direction: Float64Array): Promise<Point | undefined> {
    const descent = inner(here.slope, direction);
    let [low, high, size] = [0, Number.POSITIVE_INFINITY, 1];
    let best: Point | undefined;
    for (let trial = 0; trial < MOST_TRIALS; trial++) {
      const next = await this.at(here.place.map((x, i) => x + size * (direction[i] as number)));
      if (next.loss < here.loss && !(next.loss > (best?.loss ?? here.loss))) best = next;
      if (!(next.loss <= here.loss + DECREASE * size * descent)) high = size;
      else if (inner(next.slope, direction) < CURVATURE * descent) low = size;
      else return next.loss < here.loss ? next : best;
      size = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low;
    }
    return best;
  }
}

/** −H g by the two-loop recursion; without curvature, −g over its norm. */
function directionOf(slope: Float64Array, curvature: readonly Pair[]): Float64Array {
  const direction = slope.map((x) => -x);
  const shares: number[] = [];
  for (const { step, change, scale } of curvature.toReversed()) {
    const share = scale * inner(step, direction);
    shares.push(share);
    add(direction, change, -share);
  }
  const last = curvature.at(-1);
  const size = last === undefined ? 1 / Math.max(1, norm(slope)) : 1 / (last.scale * inner(last.change, last.change));
  for (let i = 0; i < direction.length; i++) direction[i] = size * (direction[i] as number);
  for (const { step, change, scale } of curvature) {
    const share = shares.pop() as number;
    add(direction, step, share - scale * inner(change, direction));
  }
  return direction;
}

function pairOf(from: Point, to: Point): Pair {
  const step = to.place.map((x, i) => x - (from.place[i] as number));
  const change = to.slope.map((x, i) => x - (from.slope[i] as number));
  return { step, change, scale: 1 / inner(step, change) };
}

function add(to: Float64Array, what: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) (to[i] as number) += factor * (what[i] as number);
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(inner(a, a));
}

function flatten(matrices: readonly Matrix[]): Float64Array {
  const all = new Float64Array(matrices.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of matrices) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

function unflatten(place: Float64Array, shapes: readonly Matrix[]): Matrix[] {
  let at = 0;
  return shapes.map(({ rows, cols }) => {
    const from = at;
    at += rows * cols;
    return new Matrix(rows, cols, place.slice(from, at));
  });
}

function checkStart(start: unknown): Matrix[] {
  const matrices = Array.isArray(start) ? Array.from(start as unknown[]) : [start];
  if (matrices.length === 0) {
    throw new EigenviewError('EMPTY', 'There is nothing to minimise over.', {
      argument: 'start',
      expected: 'at least one matrix',
    });
  }
  return matrices.map((matrix, i) => {
    checkDense(Array.isArray(start) ? `start[${i}]` : 'start', matrix);
    return matrix;
  });
}

function checkObjective(objective: unknown): Differentiable {
  if (typeof objective === 'function') return objective as Differentiable;
  throw new EigenviewError('INVALID_ARGUMENT', 'An objective is a function.', {
    argument: 'objective',
    expected: 'a function of matrices that returns { loss, gradients }',
    received: describe(objective),
  });
}

function checkValue(value: unknown, shapes: readonly Matrix[]): Matrix[] {
  const { loss, gradients } = (value ?? {}) as Partial<DifferentiableValue>;
  if (typeof loss !== 'number' || !Array.isArray(gradients) || gradients.length !== shapes.length) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The objective does not answer as one.', {
      argument: 'objective',
      expected: `a function that returns { loss, gradients }, ${shapes.length} of them`,
      received: describe(value),
    });
  }
  for (const [i, { rows, cols }] of shapes.entries()) {
    checkMatrix(`gradients[${i}] of the objective`, gradients[i]);
    checkSameShape(`gradients[${i}] of the objective`, gradients[i], rows, cols);
  }
  return gradients;
}

function notFiniteAtStart(loss: number): EigenviewError {
  return new EigenviewError('NOT_FINITE', 'The loss or its gradient is not finite at the start.', {
    argument: 'start',
    expected: 'where the loss and its gradients are finite',
    received: `a loss of ${loss}`,
  });
}
