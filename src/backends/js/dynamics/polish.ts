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

/** From a state near rest, until its speed is `enough` or stops falling. The slowest state met. */
export function* polish(system: System, start: Matrix, rate: number, enough: number): Generator<void, Matrix> {
  let state = start;
  let velocity = system.velocity(state).data as Float64Array;
  let speed = length(velocity);
  let h = 100 / rate;
  for (let at = 0; at < ITERATIONS && speed > enough; at++) {
    const j = (yield* jacobian(system, state)).data as Float64Array;
    const lu = yield* Lu.of(resolvent(j, velocity.length, h), velocity.length);
    const moved = combined(state.data as Float64Array, [1], [lu.solve(velocity)]);
    const next = new Matrix(state.rows, state.cols, moved);
    const nextVelocity = system.velocity(next).data as Float64Array;
    const nextSpeed = length(nextVelocity);
    if (!(nextSpeed < speed)) break;
    h = Math.min(1e6 / rate, (4 * h * speed) / nextSpeed);
    [state, velocity, speed] = [next, nextVelocity, nextSpeed];
  }
  return state;
}
