/**
 * The explicit pair of orders 5 and 4 of Dormand and Prince ("A family of embedded Runge–Kutta formulae", J. Comput. Appl.
 * Math. 6, 1980), with the continuous extension of order 4 of DOPRI5 (Hairer, Nørsett, Wanner, "Solving Ordinary Differential
 * Equations I", II.6). Its last stage is the first of the next step.
 */
import type { Step, Velocity } from './step.js';
import { combined, difference, length } from './vectors.js';

const A: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];

/** Fifth order minus fourth. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const DENSE = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

/** From y, where the velocity is v. Six velocities. */
export function dormandPrince(velocity: Velocity, y: Float64Array, v: Float64Array, h: number): Step {
  const stages = [v];
  let argument = y;
  let before = y;
  for (const row of A) {
    before = argument;
    argument = combined(y, scaledBy(row, h), stages);
    stages.push(velocity(argument));
  }
  const [sixth, seventh] = stages.slice(-2) as [Float64Array, Float64Array];
  return {
    state: argument,
    velocity: seventh,
    error: combined(new Float64Array(y.length), scaledBy(ERROR, h), stages),
    at: (theta) => between(y, argument, stages, h, theta),
    stiffness: (h * length(difference(seventh, sixth))) / length(difference(argument, before)),
  };
}

function scaledBy(row: readonly number[], h: number): number[] {
  return row.map((weight) => h * weight);
}

/** y₀ + θ(Δ + (1 − θ)(b + θ(Δ − h v₁ − b + (1 − θ) h Σ dᵢ kᵢ))), Δ = y₁ − y₀ and b = h v₀ − Δ. */
function between(
  y: Float64Array,
  end: Float64Array,
  stages: readonly Float64Array[],
  h: number,
  theta: number,
): Float64Array {
  const rest = 1 - theta;
  const delta = difference(end, y);
  const [first, last] = [stages[0] as Float64Array, stages[6] as Float64Array];
  const quartic = combined(new Float64Array(y.length), scaledBy(DENSE, h), stages);
  return combined(
    y,
    [
      theta - theta * rest + 2 * theta ** 2 * rest,
      theta * rest - theta ** 2 * rest,
      -(theta ** 2) * rest,
      theta ** 2 * rest ** 2,
    ],
    [
      delta,
      combined(new Float64Array(y.length), [h], [first]),
      combined(new Float64Array(y.length), [h], [last]),
      quartic,
    ],
  );
}
