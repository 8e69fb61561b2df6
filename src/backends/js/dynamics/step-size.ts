/** How large the next step is (Hairer, Nørsett, Wanner, "Solving Ordinary Differential Equations I", II.4). */
import type { Velocity } from './step.js';
import { combined, difference, rootMeanSquare } from './vectors.js';

const SAFETY = 0.9;
const SMALLEST = 0.2;
const LARGEST = 10;

/** With β > 0 a PI controller: h · 0.9 · (previous error)^β / error^exponent, within factors of 0.2 and 10. */
export class StepSize {
  readonly #exponent: number;
  readonly #beta: number;
  #previous = 1e-4;
  #mayGrow = true;

  private constructor(exponent: number, beta: number) {
    this.#exponent = exponent;
    this.#beta = beta;
  }

  static explicit(): StepSize {
    return new StepSize(0.2 - 0.75 * 0.04, 0.04);
  }

  static implicit(): StepSize {
    return new StepSize(0.25, 0);
  }

  /** After an accepted step of an error ≤ 1. */
  accepted(h: number, error: number): number {
    const wanted = (SAFETY * this.#previous ** this.#beta) / error ** this.#exponent;
    const most = this.#mayGrow ? LARGEST : 1;
    this.#previous = Math.max(error, 1e-4);
    this.#mayGrow = true;
    return h * Math.min(most, Math.max(SMALLEST, wanted));
  }

  /** After one of an error > 1. */
  rejected(h: number, error: number): number {
    return this.shrunk(h, Math.max(SMALLEST, SAFETY / error ** this.#exponent));
  }

  /** After one that was no good for another reason. */
  shrunk(h: number, factor: number): number {
    this.#mayGrow = false;
    return h * factor;
  }
}

export interface Units {
  rate: number;
  /** The error that a step may have, in root mean square. */
  weight: number;
}

/** A step at which an explicit Euler step errs by about 0.01 of the weight, in time units of 1/rate. */
export function initialStep(
  velocity: Velocity,
  y: Float64Array,
  v: Float64Array,
  order: number,
  { rate, weight }: Units,
): number {
  if (weight === 0) return 1e-6 / rate;
  const speed = rootMeanSquare(v) / weight / rate;
  const size = rootMeanSquare(y) / weight;
  const trial = speed <= 1e-5 || size <= 1e-5 ? 1e-6 : (0.01 * size) / speed;
  const after = velocity(combined(y, [trial / rate], [v]));
  const bend = rootMeanSquare(difference(after, v)) / weight / rate / trial;
  if (!Number.isFinite(bend)) return trial / rate;
  const largest = Math.max(bend, speed);
  const fitting = largest <= 1e-15 ? Math.max(1e-6, 1e-3 * trial) : (0.01 / largest) ** (1 / order);
  return Math.min(100 * trial, fitting) / rate;
}
