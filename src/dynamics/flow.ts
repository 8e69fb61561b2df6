/** What every flow of the function-space dynamics can be asked. */
import type { Field, StopReason } from '../backends/dynamics.js';
import type { CallOptions, SyncOptions } from '../backends/select.js';
import type { Matrix } from '../matrix/matrix.js';

/** A random start: entries are `scale` times standard normals of this seed. */
export interface RandomStart {
  /** A non-negative integer. */
  seed: number;
  /** Default: the flow's natural amplitude, {@link Flow.amplitude}. */
  scale?: number;
}

export interface IntegrateOptions extends CallOptions {
  /** Time to end at; default Infinity: at the steady state. */
  tMax?: number;
  /** No steady state is declared before; default one natural time unit, 1 / {@link Flow.rate}. */
  minTime?: number;
  /** Relative to the whole state's norm; default 1e-8. */
  rtol?: number;
  /** Per number of the state, in units of {@link Flow.amplitude}; default 1e-10. */
  atol?: number;
  /** Ascending times at which states are wanted, instead of every accepted step. */
  saveAt?: ArrayLike<number>;
  /** Default 100 000. */
  maxSteps?: number;
  /** Default `auto`: explicit (order 5), implicit (order 4, L-stable) once stability holds the explicit steps down. */
  method?: 'auto' | 'explicit' | 'implicit';
}

export interface Trajectory {
  /** Of every accepted step, the start included; or exactly `saveAt`, as far as the integration got: a steady state is held. */
  times: Float64Array;
  /** One state for each time. */
  states: Matrix[];
  /** {@link Flow.energy} at each time. */
  energy: Float64Array;
  /** Tr P at each time. */
  predictorTrace: Float64Array;
  reason: StopReason;
  /** What the reason means, and what to do about it. */
  words: string;
  /** The last state; at `steady`, polished until the velocity is rounding. */
  final: Matrix;
  /** When the integration ended. */
  time: number;
  /** ‖velocity‖ at `final`, Frobenius. */
  speed: number;
  steps: { accepted: number; rejected: number; implicit: number };
}

/** One canonical mode that an equilibrium has picked; of deep linear networks, one feature. */
export interface PickedMode {
  /** Index into {@link Flow.correlations}. */
  index: number;
  correlation: number;
  /** Of the two amplitudes at which the mode can rest; PEIRA has the upper alone. */
  root: 'upper' | 'lower';
  amplitude: number;
  /** The predictor's eigenvalue on the mode. */
  predictor: number;
}

export type StabilityVerdict = 'stable' | 'unstable' | 'degenerate';

/** A family of equilibria: Σ amplitudeᵢ qᵢ uᵢ for any orthonormal qᵢ. */
export interface Equilibrium {
  /** By index; none of them: collapse. */
  modes: readonly PickedMode[];
  energy: number;
  predictorTrace: number;
  /** What theory says; degenerate where a picked and an unpicked correlation tie, or a root is double. */
  verdict: StabilityVerdict;
  /** verdict is 'stable'. */
  stable: boolean;
  /** Directions along which the flow neither returns nor leaves, that theory predicts: those of the family itself. */
  neutral: number;
  /** One member of the family, its i-th mode in row i: a new matrix each time. */
  readonly state: Matrix;
}

export interface EquilibriaOptions {
  /** Only those that theory says are stable. */
  stable?: boolean;
  /** At most so many modes; default k (deep linear networks: all features). */
  maxModes?: number;
  /** `upper`: none of those with a lower root. Default `all`. */
  roots?: 'all' | 'upper';
}

export interface Stability {
  /** Of the Jacobian of the velocity, n = k · columns of them, by descending real part. */
  eigenvalues: { re: Float64Array; im: Float64Array };
  /** How many have a positive real part, none to tolerance, a negative one. */
  unstable: number;
  neutral: number;
  stable: number;
  /** Dimension of the symmetry orbit through the state; a stable equilibrium has no neutral direction beyond. */
  orbit: number;
  verdict: StabilityVerdict;
  /** ‖velocity‖ / (rate · max(‖state‖, amplitude)): the verdict is about an equilibrium only where this is tiny. */
  residual: number;
}

export interface StabilityOptions extends SyncOptions {
  /** Real parts below this share of the largest |eigenvalue| count as neutral; default 1e-7. */
  tolerance?: number;
}

export interface Classification {
  /** The equilibrium whose amplitudes are nearest to the state's, mode by mode; k modes at most. */
  equilibrium: Equilibrium;
  /** Of each canonical mode in the state, ‖U qᵢ‖; modes that tie are rotated so that the state's outputs on them are orthogonal. */
  amplitudes: Float64Array;
  /** ‖state − nearest member of the family‖, Frobenius. */
  distance: number;
  /** No mode was picked. */
  collapsed: boolean;
  /** Some modes were picked, but fewer than the fullest equilibrium has. */
  partial: boolean;
  /** One sentence. */
  words: string;
}

export interface BasinOptions extends CallOptions {
  /** How many random starts. */
  starts: number;
  seed: number;
  scale?: number;
  maxSteps?: number;
}

export interface Basin {
  /** Picked modes, by index; what the starts of this basin ended at. */
  equilibrium: Equilibrium;
  count: number;
  /** count over all starts. */
  share: number;
}

export interface BasinStatistics {
  starts: number;
  /** Of the starts that ended `steady`, by falling count. */
  basins: Basin[];
  /** How many starts ended otherwise than `steady`. */
  unsettled: number;
  /** Shares of all starts that ended collapsed, partially collapsed, at an equilibrium of the least energy. */
  collapsed: number;
  partial: number;
  global: number;
}

export interface Schwarz {
  /** ‖J − Jᵀ‖ / ‖J‖, Frobenius: 0 where the velocity is a gradient near the state. */
  asymmetry: number;
  /** Whether that is rounding alone. */
  symmetric: boolean;
}

export interface Flow {
  readonly field: Field;
  readonly k: number;
  /** Shape of a state: k × columns. */
  readonly columns: number;
  /** Whether the energy never rises along the flow. */
  readonly lyapunov: boolean;
  /** Natural units: a rate (1/time) and an amplitude. */
  readonly rate: number;
  readonly amplitude: number;
  /** Canonical correlations of all modes, descending; of linear encoders with unequal variances see the flow. */
  readonly correlations: Float64Array;
  /** ∂state/∂t, of the state's shape. */
  velocity(state: Matrix): Matrix;
  energy(state: Matrix): number;
  predictor(state: Matrix): Matrix;
  predictorTrace(state: Matrix): number;
  /** Amplitude of each canonical mode: ‖U qᵢ‖ (two encoders: of [U qᵢ, V rᵢ], over √2). */
  amplitudes(state: Matrix): Float64Array;
  /** What the flow conserves, or lets decay at a known rate, by name. */
  invariants(state: Matrix): Record<string, Matrix | number>;
  /** n×n. */
  jacobian(state: Matrix): Matrix;
  schwarz(state: Matrix): Schwarz;
  /** By rising energy. @throws EigenviewError `TOO_LARGE` beyond 100 000 of them */
  equilibria(options?: EquilibriaOptions): Equilibrium[];
  classify(state: Matrix): Classification;
  stability(state: Matrix, options?: StabilityOptions & CallOptions): Promise<Stability>;
  stabilitySync(state: Matrix, options?: StabilityOptions): Stability;
  integrate(start: Matrix | RandomStart, options?: IntegrateOptions): Promise<Trajectory>;
  /** Without `saveAt`, each trajectory keeps its start and its end alone. */
  integrateMany(
    starts: readonly Matrix[] | (RandomStart & { count: number }),
    options?: IntegrateOptions,
  ): Promise<Trajectory[]>;
  basins(options: BasinOptions): Promise<BasinStatistics>;
}
