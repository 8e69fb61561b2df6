/** The dynamics in plain JavaScript: the readable reference for the native ones, and what runs without them. */
import type { Matrix } from '../../matrix/matrix.js';
import type { DynamicsBackend } from '../dynamics.js';
import type { Control } from '../linalg.js';
import { scaledBy } from './dense.js';
import { drive } from './dynamics/drive.js';
import { jacobian } from './dynamics/jacobian.js';
import { Budget } from './dynamics/record.js';
import { predictorTrace } from './dynamics/system.js';
import { systemOf } from './dynamics/systems.js';
import { Pace } from './turns.js';

export const dynamics: DynamicsBackend = {
  evaluate(field, state) {
    const system = systemOf(field);
    const at = copied(state);
    const predictor = system.predictor(at);
    return {
      velocity: system.velocity(at),
      energy: system.energy(at).value,
      predictor,
      predictorTrace: predictorTrace(predictor),
    };
  },

  jacobian(field, state) {
    const work = jacobian(systemOf(field), copied(state));
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  },

  jacobianAsync: (control, field, state) => inTurns(control, jacobian(systemOf(field), copied(state))),

  async integrate(control, field, starts, integration) {
    const system = systemOf(field);
    const save = integration.save instanceof Float64Array ? integration.save.slice() : integration.save;
    const options = { ...integration, save };
    const budget = new Budget();
    if (save !== 'steps') budget.take(numbersSaved(save, starts));
    const aborted = () => control.signal?.aborted === true;
    const drives = starts.map((start) => drive(system, copied(start), options, budget, aborted));
    return inTurns({}, inOrder(drives));
  },
};

/** All that will be saved, before any of it takes memory. */
function numbersSaved(save: 'ends' | Float64Array, starts: readonly Matrix[]): number {
  const times = save === 'ends' ? 2 : save.length;
  return starts.reduce((sum, start) => sum + times * start.data.length, 0);
}

function* inOrder<T>(works: readonly Generator<void, T>[]): Generator<void, T[]> {
  const results: T[] = [];
  for (const work of works) results.push(yield* work);
  return results;
}

function copied(state: Matrix): Matrix {
  return scaledBy(state, 1);
}

/** The work from the next turn of the event loop on, which turns again every few milliseconds of it. */
async function inTurns<T>({ signal }: Control, work: Generator<void, T>): Promise<T> {
  const pace = new Pace(signal);
  await pace.pause();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (pace.due()) await pace.pause();
  }
}
