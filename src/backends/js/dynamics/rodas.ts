/**
 * RODAS, the linearly implicit and L-stable pair of orders 4 and 3 (Hairer, Wanner, "Solving Ordinary Differential Equations
 * II", IV.7 and VI.4), autonomous and with the Jacobian J exact. In the transformed stages u₁ … u₆ of that book,
 *
 *     (I/(hγ) − J) uᵢ = v(y + Σ aᵢⱼ uⱼ) + Σ (cᵢⱼ/h) uⱼ,    y₁ = y + Σ a₅ⱼ uⱼ + u₅ + u₆,    error u₆.
 */
import { Lu } from './lu.js';
import type { Step, Velocity } from './step.js';
import { combined } from './vectors.js';

const GAMMA = 0.25;

const A: readonly (readonly number[])[] = [
  [],
  [1.544],
  [0.9466785280815826, 0.2557011698983284],
  [3.314825187068521, 2.896124015972201, 0.9986419139977817],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1],
];

const C: readonly (readonly number[])[] = [
  [],
  [-5.6688],
  [-2.430093356833875, -0.2063599157091915],
  [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
  [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
  [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
];

const QUADRATIC = [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662];

const CUBIC = [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872];

/** From y, where the velocity is v and its Jacobian J, n×n row-major. One LU, six velocities and six solves. */
export function* rodas(
  velocity: Velocity,
  y: Float64Array,
  v: Float64Array,
  j: Float64Array,
  h: number,
): Generator<void, Step> {
  const lu = yield* Lu.of(resolvent(j, y.length, h * GAMMA), y.length);
  const stages: Float64Array[] = [];
  let argument = y;
  for (const [at, row] of A.entries()) {
    if (at > 0) argument = combined(y, row, stages);
    const value = at === 0 ? v : velocity(argument);
    const coupling = (C[at] as readonly number[]).map((weight) => weight / h);
    stages.push(lu.solve(combined(value, coupling, stages)));
  }
  const error = stages[5] as Float64Array;
  const state = combined(argument, [1], [error]);
  return { state, velocity: velocity(state), error, at: (theta) => between(y, state, stages, theta), stiffness: 0 };
}

/** I/h − J. */
export function resolvent(j: Float64Array, n: number, h: number): Float64Array {
  const out = j.map((x) => -x);
  for (let i = 0; i < n; i++) out[i * n + i] = (out[i * n + i] as number) + 1 / h;
  return out;
}

/** (1 − θ) y₀ + θ (y₁ + (1 − θ)(q + θ c)), of third order. */
function between(y: Float64Array, end: Float64Array, stages: readonly Float64Array[], theta: number): Float64Array {
  const rest = 1 - theta;
  const bent = QUADRATIC.map((weight, i) => theta * rest * (weight + theta * (CUBIC[i] as number)));
  const straight = combined(new Float64Array(y.length), [rest, theta], [y, end]);
  return combined(straight, bent, stages);
}
