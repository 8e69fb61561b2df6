/**
 * The vector fields of the function-space dynamics (all formulas: docs/dynamics.md) and their integration. A state is a
 * k×columns matrix; with n = k · columns, its row-major numbers are the vector that the Jacobian speaks of.
 */
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/** M = E[φ(x) φ(y)ᵀ]; or only its diagonal, where the dictionary is that of the canonical functions. */
export type Gram = Matrix | Float64Array;

/** SimSiam with its optimal predictor, in function space: U̇ = Pᵀ(U M − P U) − λ_U U, P = C (N + λ_P I)⁻¹. State U, k×m. */
export interface SimsiamField {
  kind: 'simsiam';
  k: number;
  /** m×m symmetric, or m numbers. */
  gram: Gram;
  /** λ_P > 0. */
  predictorRidge: number;
  /** λ_U > 0. */
  encoderRidge: number;
}

/** PEIRA: minus the gradient of −½ Tr P + λ/2 E[‖U‖² + ‖V‖²]. State [U V], k×(mx + my); shared: U, k×m. */
export interface PeiraField {
  kind: 'peira';
  k: number;
  /** mx×my (shared: symmetric), or m numbers. */
  gram: Gram;
  lambda: number;
  encoders: 'two' | 'shared';
}

/**
 * SimSiam with linear encoders and Frobenius penalties. State U (optimal predictor), [P U] (learned), or [P U V] (learned,
 * with a moving-average target V̇ = rate · (U − V)); k×d, k×(k + d), k×(k + 2d).
 */
export interface LinearSimsiamField {
  kind: 'linear-simsiam';
  k: number;
  /** Σxx, d×d symmetric. */
  xx: Matrix;
  /** Σxy, d×d symmetric. */
  xy: Matrix;
  /** a, where xx = a I. */
  isotropic: number | undefined;
  lambda: number;
  predictor: 'optimal' | 'learned';
  /** V = scale · U, or the state's own V. */
  target: { scale: number } | { rate: number };
}

/** Balanced deep linear networks on decoupled features, w the products of the encoders' weights. State w, 1×d, w ≥ 0. */
export interface DeepLinearField {
  kind: 'deep-linear';
  k: 1;
  /** ρ = E[xy] / E[x²] of each feature, d of them. */
  rho: Float64Array;
  /** κ = E[xy] of each feature. */
  kappa: Float64Array;
  /** L ≥ 1. */
  depth: number;
  objective: 'latent-prediction' | 'reconstruction';
}

export type Field = SimsiamField | PeiraField | LinearSimsiamField | DeepLinearField;

/** Columns of a field's state. */
export function stateColumns(field: Field): number {
  switch (field.kind) {
    case 'simsiam':
      return gramShape(field.gram).rows;
    case 'peira': {
      const { rows, cols } = gramShape(field.gram);
      return field.encoders === 'shared' ? rows : rows + cols;
    }
    case 'linear-simsiam': {
      const d = field.xx.rows;
      if (field.predictor === 'optimal') return d;
      return field.k + ('rate' in field.target ? 2 * d : d);
    }
    case 'deep-linear':
      return field.rho.length;
  }
}

/** Shape of M, a diagonal one being square. */
export function gramShape(gram: Gram): { rows: number; cols: number } {
  return gram instanceof Float64Array ? { rows: gram.length, cols: gram.length } : gram;
}

/** What a field says at one state. Not finite where the state is too large for double precision. */
export interface Evaluation {
  /** Of the state's shape. */
  velocity: Matrix;
  /** The Lyapunov function where there is one, else the loss. */
  energy: number;
  /** P*, or the learned P; k×k. Of deep linear networks the diagonal of predictor weights, 1×d. */
  predictor: Matrix;
  /** Tr P; of deep linear networks the sum of the predictor's weights. */
  predictorTrace: number;
}

/** Why an integration ended. */
export type StopReason = 'steady' | 'tMax' | 'maxSteps' | 'diverged' | 'aborted';

export interface Integration {
  /** The time to end at; may be infinite. */
  tMax: number;
  /** No steady state before this time. */
  minTime: number;
  rtol: number;
  atol: number;
  /**
   * Steady where ‖velocity‖ ≤ max(steadyTolerance · relaxation, 16 eps · rate) · max(‖state‖, amplitude √n), Frobenius norms:
   * an error of steadyTolerance in the state, or rounding.
   */
  steadyTolerance: number;
  /** The field's natural rate (1/time) and amplitude. */
  rate: number;
  amplitude: number;
  /** At which the slowest amplitudes are known to relax (1/time), at most `rate`. */
  relaxation: number;
  /** Accepted and rejected steps together. */
  maxSteps: number;
  /** `auto` starts explicit and goes on implicit once the explicit steps are held down by stability. */
  method: 'auto' | 'explicit' | 'implicit';
  /** The energy is a Lyapunov function: a step that raises it by more than rounding is not accepted. */
  descends: boolean;
  /** Every accepted step and the start; only start and end; or the given ascending times, t ≥ 0. */
  save: 'steps' | 'ends' | Float64Array;
}

export interface RawTrajectory {
  /** T saved times. */
  times: Float64Array;
  /** T·n numbers, one state after another. */
  states: Float64Array;
  /** T each. */
  energy: Float64Array;
  predictorTrace: Float64Array;
  reason: StopReason;
  /** n numbers: the last finite state; polished by Newton steps where the reason is `steady`. */
  final: Float64Array;
  /** When the integration ended. */
  time: number;
  /** ‖velocity‖ at `final`. */
  speed: number;
  accepted: number;
  rejected: number;
  /** How many of the accepted steps were implicit. */
  implicit: number;
}

export interface DynamicsBackend {
  evaluate(field: Field, state: Matrix): Evaluation;
  /** n×n: ∂velocity/∂state. */
  jacobian(field: Field, state: Matrix): Matrix;
  jacobianAsync(control: Control, field: Field, state: Matrix): Promise<Matrix>;
  /**
   * One trajectory from each start; an abort ends them with the reason `aborted`. Each has the same bits at any number of
   * threads and whatever other starts there are.
   */
  integrate(
    control: Control,
    field: Field,
    starts: readonly Matrix[],
    integration: Integration,
  ): Promise<RawTrajectory[]>;
}
