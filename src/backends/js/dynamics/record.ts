import { EigenviewError } from '../../../errors.js';
import { Matrix } from '../../../matrix/matrix.js';
import type { Integration, RawTrajectory, StopReason } from '../../dynamics.js';
import type { Step } from './step.js';
import { predictorTrace, type System } from './system.js';

/** Numbers of saved states in one call: 1 GiB of them. */
const MOST_NUMBERS = 2 ** 27;

/** Counts the saved numbers of all trajectories of a call: given times and both ends at its start, steps as they come. */
export class Budget {
  #left = MOST_NUMBERS;

  take(numbers: number): void {
    this.#left -= numbers;
    if (this.#left >= 0) return;
    throw new EigenviewError('TOO_LARGE', 'The saved states do not fit in memory.', {
      argument: 'saveAt',
      expected: `times, states and starts of at most ${MOST_NUMBERS} numbers together`,
      fix: 'Give fewer times in saveAt, or integrate fewer starts at once.',
    });
  }
}

/** What a trajectory saves on its way. */
export class Record {
  readonly #system: System;
  readonly #start: Matrix;
  readonly #save: Integration['save'];
  readonly #budget: Budget;
  readonly #times: number[] = [];
  readonly #states: Matrix[] = [];
  /** The next of the given times. */
  #next = 0;

  constructor(system: System, start: Matrix, save: Integration['save'], budget: Budget) {
    this.#system = system;
    this.#start = start;
    this.#save = save;
    this.#budget = budget;
    if (save instanceof Float64Array) this.#upTo(0, () => start.data as Float64Array);
    else this.#add(0, start.data as Float64Array);
  }

  /** An accepted step. */
  step(from: number, to: number, step: Step): void {
    if (this.#save === 'steps') this.#add(to, step.state);
    if (!(this.#save instanceof Float64Array)) return;
    this.#upTo(to, (time) => (time === to ? step.state : step.at((time - from) / (to - from))));
  }

  /** The end: a steady state takes the place of the last one, and is held at the times that are left. */
  end(
    reason: StopReason,
    time: number,
    final: Float64Array,
  ): Pick<RawTrajectory, 'times' | 'states' | 'energy' | 'predictorTrace'> {
    if (this.#save === 'ends') this.#add(time, final);
    if (reason === 'steady') {
      if (this.#times.at(-1) === time) this.#states[this.#states.length - 1] = this.#matrix(final);
      if (this.#save instanceof Float64Array) this.#upTo(Number.POSITIVE_INFINITY, () => final);
    }
    const states = new Float64Array(this.#states.length * final.length);
    for (const [at, state] of this.#states.entries()) states.set(state.data, at * final.length);
    return {
      times: Float64Array.from(this.#times),
      states,
      energy: Float64Array.from(this.#states, (state) => finiteOr(this.#system.energy(state).value)),
      predictorTrace: Float64Array.from(this.#states, (state) =>
        finiteOr(predictorTrace(this.#system.predictor(state))),
      ),
    };
  }

  /** Saves the given times up to one of them. */
  #upTo(end: number, stateAt: (time: number) => Float64Array): void {
    const wanted = this.#save as Float64Array;
    for (; this.#next < wanted.length && (wanted[this.#next] as number) <= end; this.#next++) {
      const time = wanted[this.#next] as number;
      this.#add(time, stateAt(time));
    }
  }

  #add(time: number, state: Float64Array): void {
    if (this.#save === 'steps') this.#budget.take(state.length);
    this.#times.push(time);
    this.#states.push(this.#matrix(state));
  }

  #matrix(state: Float64Array): Matrix {
    return new Matrix(this.#start.rows, this.#start.cols, state);
  }
}

/** No result is NaN. */
function finiteOr(value: number): number {
  return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
}
