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
  /**
   * Stable, or degenerate by nothing but a tie: some of the modes of equal correlation are kept, others not. Along the rotations
   * of these the flow stands still, and it returns from all other directions, so that trajectories end there.
   */
  attracts: boolean;
  /** Directions along which the flow neither returns nor leaves, that theory predicts: those of the family itself. */
  neutral: number;
  /** One member of the family, its i-th mode in row i: a new matrix each time. */
  readonly state: Matrix;
}

export interface EquilibriaOptions {
  /** Only those whose verdict is 'stable'; one that attracts but fills a tie in part is none of them. */
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
  /** Some modes were picked, but fewer than the fullest equilibrium that attracts has. */
  partial: boolean;
  /** One sentence. */
  words: string;
}

export interface BasinOptions extends CallOptions {
  /** How many random starts. */
  starts: number;
  seed: number;
  scale?: number;
  /** Of each integration; a start that came to rest at an unstable equilibrium is nudged and integrated again. */
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

/**
 * A flow over k functions. States are k×columns matrices (what their columns hold, each factory says), and every method takes
 * them in that shape, finite.
 *
 * Whatever takes a state throws an EigenviewError `INVALID_ARGUMENT` for what is no matrix, `SHAPE_MISMATCH` for another shape,
 * `NOT_FINITE` for NaN and infinities and for a state so large that powers of its numbers overflow, `OUT_OF_RANGE` for negative
 * weights of a deep linear network, and, where the predictor is optimal and λ = 0, `SINGULAR` for dependent outputs. Unknown
 * options are `UNKNOWN_OPTION`.
 *
 * In the examples, `flow` is `simsiamFlow(gaussianPair({ rho: 0.9, degree: 5 }), { k: 2, lambda: 0.05 })`, and `state` is
 * `Matrix.from([[0.5, 0.1, 0, 0, 0, 0], [0, 0.4, 0.1, 0, 0, 0]])`.
 */
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
  /** The rate (1/time) at which the slowest amplitudes are known to relax, at most {@link Flow.rate}: what steadiness is judged by. */
  readonly relaxation: number;
  /** Canonical correlations of all modes, descending; of linear encoders with unequal variances see the flow. */
  readonly correlations: Float64Array;
  /**
   * ∂state/∂t, k×columns.
   *
   * @example
   * ```ts
   * const next = flow.velocity(state).data.map((v, i) => (state.data[i] ?? 0) + 0.01 * v); // an Euler step
   * ```
   */
  velocity(state: Matrix): Matrix;
  /**
   * The Lyapunov function where there is one ({@link Flow.lyapunov}), else the loss.
   *
   * @example
   * ```ts
   * console.log(flow.energy(state) > flow.energy((await flow.integrate(state)).final)); // true
   * ```
   */
  energy(state: Matrix): number;
  /**
   * The optimal or the learned predictor, k×k; of deep linear networks the predictor's weights, 1×columns.
   *
   * @example
   * ```ts
   * const p = flow.predictor(state); // 2×2
   * ```
   */
  predictor(state: Matrix): Matrix;
  /**
   * Tr P; of deep linear networks the sum of the predictor's weights.
   *
   * @example
   * ```ts
   * const trace = flow.predictorTrace(state);
   * ```
   */
  predictorTrace(state: Matrix): number;
  /**
   * Amplitude of each canonical mode, as many as there are correlations: ‖U qᵢ‖ (two encoders: of [U qᵢ, V rᵢ], over √2).
   *
   * @throws EigenviewError `INVALID_ARGUMENT` for linear encoders whose xx and xy do not commute
   * @example
   * ```ts
   * const kept = flow.amplitudes(state).filter((a) => a > 0.1).length;
   * ```
   */
  amplitudes(state: Matrix): Float64Array;
  /**
   * What the flow conserves, or lets decay at a known rate, by name, k×k each; empty where nothing is known.
   *
   * @example
   * ```ts
   * console.log(flow.invariants(state)); // {}: of linear encoders { balance } or { gram }
   * ```
   */
  invariants(state: Matrix): Record<string, Matrix | number>;
  /**
   * ∂velocity/∂state over row-major states, n×n with n = k · columns.
   *
   * @throws EigenviewError `TOO_LARGE` for n above 4096
   * @example
   * ```ts
   * const j = flow.jacobian(state); // 12×12
   * ```
   */
  jacobian(state: Matrix): Matrix;
  /**
   * How far the velocity is from a gradient: by Schwarz's theorem the Jacobian of a gradient is symmetric.
   *
   * @throws EigenviewError `TOO_LARGE` for n above 4096
   * @example
   * ```ts
   * console.log(flow.schwarz(state).symmetric); // false: SimSiam descends, but is no gradient flow
   * ```
   */
  schwarz(state: Matrix): Schwarz;
  /**
   * Every family of equilibria, by rising energy.
   *
   * @throws EigenviewError `TOO_LARGE` beyond 100 000 of them, `INVALID_ARGUMENT` for linear encoders whose xx and xy do not
   * commute, `OUT_OF_RANGE` for λ = 0 and for `maxModes`
   * @example
   * ```ts
   * for (const { modes, energy } of flow.equilibria({ stable: true })) console.log(modes.length, energy);
   * ```
   */
  equilibria(options?: EquilibriaOptions): Equilibrium[];
  /**
   * The equilibrium nearest to a state, and how far that is.
   *
   * @throws EigenviewError `INVALID_ARGUMENT` for linear encoders whose xx and xy do not commute, `OUT_OF_RANGE` for λ = 0
   * @example
   * ```ts
   * console.log(flow.classify((await flow.integrate({ seed: 1 })).final).words);
   * ```
   */
  classify(state: Matrix): Classification;
  /**
   * Growth and decay of small perturbations, from the eigenvalues of the Jacobian. It knows no theory: at an equilibrium that
   * fills a tie of equal correlations in part it finds more neutral directions than the orbit has, and says 'degenerate'.
   *
   * @throws EigenviewError `TOO_LARGE` for n above 4096, `OUT_OF_RANGE` for `tolerance`, `NO_CONVERGENCE`; the signal's reason
   * when aborted
   * @example
   * ```ts
   * const { verdict, neutral } = await flow.stability((await flow.integrate({ seed: 1 })).final); // stable, 1
   * ```
   */
  stability(state: Matrix, options?: StabilityOptions & CallOptions): Promise<Stability>;
  /**
   * {@link Flow.stability} on this thread.
   *
   * @example
   * ```ts
   * const { verdict } = flow.stabilitySync(Matrix.zeros(2, 6)); // stable: collapse
   * ```
   */
  stabilitySync(state: Matrix, options?: StabilityOptions): Stability;
  /**
   * One trajectory, from a state or a random one. An abort during the run ends it with the reason `aborted`.
   *
   * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT` and `EMPTY` for options, `TOO_LARGE` for `method: 'implicit'` of
   * more than 1024 numbers and for more saved states than memory holds
   * @example
   * ```ts
   * const { final, words } = await flow.integrate({ seed: 1 }, { saveAt: [0, 1, 10, 100] });
   * ```
   */
  integrate(start: Matrix | RandomStart, options?: IntegrateOptions): Promise<Trajectory>;
  /**
   * A trajectory from each start, on all threads. Without `saveAt`, each keeps its start and its end alone.
   *
   * @throws EigenviewError as {@link Flow.integrate}; `EMPTY` without a start
   * @example
   * ```ts
   * const ends = (await flow.integrateMany({ seed: 1, count: 100 })).map(({ final }) => final);
   * ```
   */
  integrateMany(
    starts: readonly Matrix[] | (RandomStart & { count: number }),
    options?: IntegrateOptions,
  ): Promise<Trajectory[]>;
  /**
   * Where random starts end. Those that come to rest at an equilibrium that theory calls unstable are nudged by 10⁻⁶ of the
   * amplitude and go on, five times at most.
   *
   * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT` for options, and as {@link Flow.classify}; the signal's reason when
   * aborted
   * @example
   * ```ts
   * const { global, collapsed } = await flow.basins({ starts: 200, seed: 1 }); // shares of the starts
   * ```
   */
  basins(options: BasinOptions): Promise<BasinStatistics>;
}
