/** Trajectories as the caller sees them, from what the backend computed in canonical coordinates. */
import type { RawTrajectory } from '../../backends/dynamics.js';
import type { LinalgBackend } from '../../backends/linalg.js';
import { EigenviewError } from '../../errors.js';
import { Matrix } from '../../matrix/matrix.js';
import { norm } from '../../matrix/norm.js';
import { inStretches } from '../../runtime/turn.js';
import { restsUnstably } from '../equilibria/classify.js';
import type { Theory } from '../equilibria/theory.js';
import type { Trajectory } from '../flow.js';
import type { Layout } from '../flows/layout.js';
import type { Modes } from '../flows/model.js';
import { fromCanonical } from '../flows/rotate.js';
import { stacked, unstacked } from '../flows/stack.js';
import type { Plan } from './plan.js';
import { wordsOf } from './words.js';

/** How many, of some 20 µs each for their words, are made in one turn of the event loop. */
const AT_ONCE = 64;

export async function trajectoriesOf(
  raws: readonly RawTrajectory[],
  starts: readonly Matrix[],
  plan: Plan,
  layout: Layout,
  modes: Modes,
  linalg: LinalgBackend,
): Promise<Trajectory[]> {
  const restored = await restore(raws, layout, modes, linalg);
  const theory = theoryOf(modes);
  const unstable = (state: Matrix) => theory !== undefined && restsUnstably(state, theory, modes, layout, linalg.sync);
  const trajectoryOf = (raw: RawTrajectory, i: number): Trajectory => {
    const states = restored[i] as Matrix[];
    const final = states.pop() as Matrix;
    // Rotated there and back, the start would differ from what was passed by rounding.
    if (raw.times[0] === 0 && raw.time > 0) states[0] = copyOf(starts[i] as Matrix);
    return {
      times: raw.times,
      states,
      energy: raw.energy,
      predictorTrace: raw.predictorTrace,
      reason: raw.reason,
      words: wordsOf(raw, plan, norm(final.data), raw.reason === 'steady' && unstable(final)),
      final,
      time: raw.time,
      speed: raw.speed,
      steps: { accepted: raw.accepted, rejected: raw.rejected, implicit: raw.implicit },
    };
  };
  const trajectories: Trajectory[] = [];
  await inStretches(raws.length, AT_ONCE, (from, to) => {
    for (let i = from; i < to; i++) trajectories.push(trajectoryOf(raws[i] as RawTrajectory, i));
  });
  return trajectories;
}

/** Undefined where the modes do not decouple, or nothing fixes their amplitudes. */
function theoryOf(modes: Modes): Theory | undefined {
  try {
    return modes.theory();
  } catch (error) {
    if (error instanceof EigenviewError) return undefined;
    throw error;
  }
}

/** Of each trajectory the saved states and, last, the final one: all of them rotated in one product. */
async function restore(
  raws: readonly RawTrajectory[],
  layout: Layout,
  modes: Modes,
  linalg: LinalgBackend,
): Promise<Matrix[][]> {
  const all = await stacked(
    raws.flatMap(({ states, final }) => [states, final]),
    layout.columns,
  );
  const states = await unstacked(await fromCanonical(all, layout, modes, linalg), layout.k);
  let from = 0;
  return raws.map(({ times }) => {
    from += times.length + 1;
    return states.slice(from - times.length - 1, from);
  });
}

function copyOf({ rows, cols, data }: Matrix): Matrix {
  return new Matrix(rows, cols, Float64Array.from(data));
}
