/** v of a state, both of n numbers. */
export type Velocity = (y: Float64Array) => Float64Array;

/** One step of size h, to be accepted or not. */
export interface Step {
  /** The state at its end. */
  state: Float64Array;
  /** The velocity there. */
  velocity: Float64Array;
  /** The estimate of the state's error: the difference of two orders. */
  error: Float64Array;
  /** The state in between, at the share 0 ≤ θ ≤ 1 of the step. */
  at(theta: number): Float64Array;
  /** An estimate of h |λ| for the largest eigenvalue λ; 0 of a step without limits of stability. */
  stiffness: number;
}
