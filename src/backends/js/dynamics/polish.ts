/**
 * Pseudo-transient continuation (Kelley, Keyes, "Convergence analysis of pseudo-transient continuation", SIAM J. Numer. Anal.
 * 35, 1998): y ← y + (I/h − J)⁻¹ v with growing h, implicit Euler steps that turn into Newton's. Unlike Newton's, they are
 * defined where J is singular along the family of equilibria.
 */
import { Matrix } from '../../../matrix/matrix.js';
import { jacobian } from './jacobian.js';
import { Lu } from './lu.js';
import { resolvent } from './rodas.js';
import type { System } from './system.js';
import { combined, length } from './vectors.js';

const ITERATIONS = 20;

/** A step that divides the speed by as much can be taken once more with the same factors, at hardly any cost. */
const GOOD_ENOUGH = 0.1;

/** Longer steps would let rounding of the velocity drift along the family of equilibria: by 2·10⁻⁶ of the state at most. */
const LONGEST = 1e10;

export interface Units {
  rate: number;
  relaxation: number;
}

/** From a state near rest, until its speed is `enough` or stops falling. The slowest state met. */
export function* polish(
  system: System,
  start: Matrix,
  { rate, relaxation }: Units,
  enough: number,
): Generator<void, { state: Matrix; velocity: Float64Array }> {
  let state = start;
  let velocity = system.velocity(state).data as Float64Array;
  let speed = length(velocity);
  const longest = Math.min(LONGEST / rate, Math.max(1e6 / rate, 1e4 / relaxation));
  let h = Math.min(longest, 100 / relaxation);
  let lu: Lu | undefined;
  for (let at = 0; at < ITERATIONS && speed > enough; at++) {
    if (lu === undefined) {
      const j = (yield* jacobian(system, state)).data as Float64Array;
      lu = yield* Lu.of(resolvent(j, velocity.length, h), velocity.length);
    }
    const moved = combined(state.data as Float64Array, [1], [lu.solve(velocity)]);
    const next = new Matrix(state.rows, state.cols, moved);
    const nextVelocity = system.velocity(next).data as Float64Array;
    const nextSpeed = length(nextVelocity);
    if (!(nextSpeed < speed)) break;
    if (nextSpeed > GOOD_ENOUGH * speed) {
      h = Math.min(longest, (4 * h * speed) / nextSpeed);
      lu = undefined;
    }
    [state, velocity, speed] = [next, nextVelocity, nextSpeed];
  }
  return { state, velocity };
}
