import type { Matrix } from '../../../matrix/matrix.js';
import { sum, trace } from './matrices.js';

export interface Energy {
  value: number;
  /** The sum of the magnitudes of its terms, whose rounding the value carries. */
  size: number;
}

/**
 * One field, at any state of its shape. Its matrices are copies, so that later changes to the caller's have no effect. Where
 * the state is too large for double precision, results are not finite.
 */
export interface System {
  velocity(state: Matrix): Matrix;
  /** The velocity's derivative along a direction, by hand from the formulas: what is common to all directions comes first. */
  tangent(state: Matrix): (direction: Matrix) => Matrix;
  energy(state: Matrix): Energy;
  predictor(state: Matrix): Matrix;
}

/** Tr P; the sum where P is a row of the weights on a diagonal. */
export function predictorTrace(predictor: Matrix): number {
  return predictor.rows === 1 ? sum(predictor.data) : trace(predictor);
}

export function energyOf(terms: Iterable<number>): Energy {
  const energy = { value: 0, size: 0 };
  for (const term of terms) {
    energy.value += term;
    energy.size += Math.abs(term);
  }
  return energy;
}

/** Whether the energy has risen by more than its rounding. */
export function rises(from: Energy, to: Energy): boolean {
  return !(to.value <= from.value + 64 * Number.EPSILON * Math.max(from.size, to.size));
}
