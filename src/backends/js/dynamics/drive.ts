import { Matrix } from '../../../matrix/matrix.js';
import type { Integration, RawTrajectory, StopReason } from '../../dynamics.js';
import { dormandPrince } from './dormand-prince.js';
import { jacobian } from './jacobian.js';
import { polish } from './polish.js';
import { type Budget, Record } from './record.js';
import { rodas } from './rodas.js';
import type { Step, Velocity } from './step.js';
import { initialStep, StepSize } from './step-size.js';
import { StiffnessTest } from './stiffness.js';
import { type Energy, rises, type System } from './system.js';
import { allFinite, difference, length, rootMeanSquare } from './vectors.js';

/** Of states with more numbers there is neither an implicit step nor a polish: n² numbers and n³ operations each. */
const LARGEST_IMPLICIT = 1024;

/** Not-a-number steps in a row that end a trajectory. */
const MOST_BAD = 40;

/** Steps in a row that may be refused for a rising energy; one more rises by rounding that its own bound missed. */
const MOST_RISING = 8;

/** A polish that goes further, as a share of the state, has found another state. */
const FARTHEST_POLISH = 1e-3;

const STRICTEST = 1e-14;

/** One trajectory; what the generator's caller may do between two steps is up to it. */
export function* drive(
  system: System,
  start: Matrix,
  integration: Integration,
  budget: Budget,
  aborted: () => boolean,
): Generator<void, RawTrajectory> {
  return yield* new Drive(system, start, integration, budget, aborted).run();
}

class Drive {
  readonly #system: System;
  readonly #shape: Matrix;
  readonly #options: Integration;
  readonly #aborted: () => boolean;
  readonly #record: Record;
  readonly #velocity: Velocity = (y) => this.#system.velocity(this.#matrix(y)).data as Float64Array;
  readonly #stiff = new StiffnessTest();
  readonly #counts = { accepted: 0, rejected: 0, implicit: 0 };

  #t = 0;
  #y: Float64Array;
  #v: Float64Array;
  #energy: Energy;
  /** Since the last attempt: the start, and each accepted step. */
  #moved = true;
  /** At y, once an implicit step has asked for it. */
  #jacobian: Float64Array | undefined;
  #implicit: boolean;
  #control: StepSize;
  #h = 0;
  #steadyTolerance: number;
  /** Steps refused in a row, for what they were and for their energy. */
  #bad = 0;
  #rising = 0;

  constructor(system: System, start: Matrix, options: Integration, budget: Budget, aborted: () => boolean) {
    this.#system = system;
    this.#shape = start;
    this.#options = options;
    this.#aborted = aborted;
    this.#record = new Record(system, start, options.save, budget);
    this.#y = start.data as Float64Array;
    this.#v = this.#velocity(this.#y);
    this.#energy = system.energy(start);
    this.#implicit = options.method === 'implicit' && this.#y.length <= LARGEST_IMPLICIT;
    this.#control = this.#implicit ? StepSize.implicit() : StepSize.explicit();
    this.#steadyTolerance = options.steadyTolerance;
  }

  *run(): Generator<void, RawTrajectory> {
    if (!allFinite(this.#v)) return this.#end('diverged');
    const { tMax, maxSteps, rate } = this.#options;
    this.#h = initialStep(this.#velocity, this.#y, this.#v, this.#implicit ? 4 : 5, { rate, weight: this.#weight(0) });
    for (;;) {
      if (this.#aborted()) return this.#end('aborted');
      if (this.#moved && (yield* this.#settled())) return this.#end('steady');
      this.#moved = false;
      if (this.#t >= tMax) return this.#end('tMax');
      if (this.#counts.accepted + this.#counts.rejected >= maxSteps) return this.#end('maxSteps');
      if (!(yield* this.#advance())) return this.#end('diverged');
      yield;
    }
  }

  /** Tries one step. Whether there is a way on. */
  *#advance(): Generator<void, boolean> {
    const last = this.#t + 1.01 * this.#h >= this.#options.tMax;
    const h = last ? this.#options.tMax - this.#t : this.#h;
    const step = yield* this.#attempt(h);
    if (!allFinite(step.state) || !allFinite(step.velocity) || !allFinite(step.error)) {
      this.#bad++;
      return this.#refuse(this.#control.shrunk(h, 0.1));
    }
    this.#bad = 0;
    const error = this.#errorOf(step);
    if (error > 1) return this.#refuse(this.#control.rejected(h, error));
    const energy = this.#system.energy(this.#matrix(step.state));
    if (this.#options.descends && this.#rising < MOST_RISING && rises(this.#energy, energy)) {
      this.#rising++;
      return this.#refuse(this.#control.shrunk(h, 0.5));
    }
    this.#accept(step, last ? this.#options.tMax : this.#t + h, energy);
    this.#h = this.#control.accepted(h, error);
    this.#chooseMethod(step);
    return true;
  }

  *#attempt(h: number): Generator<void, Step> {
    if (!this.#implicit) return dormandPrince(this.#velocity, this.#y, this.#v, h);
    this.#jacobian ??= (yield* jacobian(this.#system, this.#matrix(this.#y))).data as Float64Array;
    return yield* rodas(this.#velocity, this.#y, this.#v, this.#jacobian, h);
  }

  /** A step so short that time hardly moves tells of a velocity without bound. */
  #refuse(h: number): boolean {
    this.#counts.rejected++;
    this.#h = h;
    const shortest = 16 * Number.EPSILON * Math.max(this.#t, 1e-6 / this.#options.rate);
    return h >= shortest && this.#bad < MOST_BAD;
  }

  #accept(step: Step, to: number, energy: Energy): void {
    this.#record.step(this.#t, to, step);
    this.#t = to;
    this.#y = step.state;
    this.#v = step.velocity;
    this.#energy = energy;
    this.#moved = true;
    this.#jacobian = undefined;
    this.#rising = 0;
    this.#counts.accepted++;
    if (this.#implicit) this.#counts.implicit++;
  }

  #chooseMethod(step: Step): void {
    if (this.#implicit || this.#options.method !== 'auto' || this.#y.length > LARGEST_IMPLICIT) return;
    if (!this.#stiff.add(step.stiffness)) return;
    this.#implicit = true;
    this.#control = StepSize.implicit();
  }

  /** In root mean square, over what is allowed: one number, so that rotated states take the same steps. */
  #errorOf(step: Step): number {
    const error = rootMeanSquare(step.error);
    return error === 0 ? 0 : error / this.#weight(rootMeanSquare(step.state));
  }

  #weight(size: number): number {
    const { atol, rtol, amplitude } = this.#options;
    return atol * amplitude + rtol * Math.max(rootMeanSquare(this.#y), size);
  }

  /**
   * Whether this is a steady state, polished then. One that a polish leaves, or cannot slow down, was none: from then on, less
   * speed is allowed.
   */
  *#settled(): Generator<void, boolean> {
    const { amplitude, minTime, rate, relaxation, descends } = this.#options;
    const size = Math.max(length(this.#y), amplitude * Math.sqrt(this.#y.length));
    const speed = length(this.#v);
    const rounding = 16 * Number.EPSILON * rate * size;
    if (this.#t < minTime || speed > Math.max(this.#steadyTolerance * relaxation * size, rounding)) return false;
    if (this.#y.length > LARGEST_IMPLICIT) return true;
    const enough = Number.EPSILON * rate * size;
    const { state, velocity } = yield* polish(this.#system, this.#matrix(this.#y), this.#options, enough);
    const final = state.data as Float64Array;
    const left = length(difference(final, this.#y)) > FARTHEST_POLISH * size;
    const stuck = speed > rounding && length(velocity) >= speed;
    if (left || stuck || (descends && rises(this.#energy, this.#system.energy(state)))) {
      this.#steadyTolerance = Math.max(STRICTEST, this.#steadyTolerance / 10);
      return false;
    }
    this.#y = final;
    this.#v = velocity;
    return true;
  }

  #end(reason: StopReason): RawTrajectory {
    const speed = length(this.#v);
    return {
      ...this.#record.end(reason, this.#t, this.#y),
      reason,
      final: this.#y.slice(),
      time: this.#t,
      speed: Number.isFinite(speed) ? speed : Number.POSITIVE_INFINITY,
      ...this.#counts,
    };
  }

  #matrix(y: Float64Array): Matrix {
    return new Matrix(this.#shape.rows, this.#shape.cols, y);
  }
}
