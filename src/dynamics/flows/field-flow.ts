import type { Backend } from '../../backends/backend.js';
import type { Field } from '../../backends/dynamics.js';
import type { Control } from '../../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, selectBackend } from '../../backends/select.js';
import { checkBoolean, checkInteger, checkNumber, checkOneOf, checkOptions } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import { norm } from '../../matrix/norm.js';
import { BASIN_OPTIONS, basinsOf, type Explorer, readBasins } from '../equilibria/basins.js';
import { amplitudesOf, classify } from '../equilibria/classify.js';
import { allPicks, stablePicks } from '../equilibria/enumerate.js';
import { Family } from '../equilibria/family.js';
import type {
  BasinOptions,
  BasinStatistics,
  Classification,
  EquilibriaOptions,
  Equilibrium,
  Flow,
  IntegrateOptions,
  RandomStart,
  Schwarz,
  Stability,
  StabilityOptions,
  Trajectory,
} from '../flow.js';
import { INTEGRATE_OPTIONS, integrationOf, type Plan, readPlan } from '../integration/plan.js';
import { nudged, readStart, readStarts, type Starts } from '../integration/start.js';
import { trajectoriesOf } from '../integration/trajectories.js';
import { orbitTangents, rankOf } from '../stability/orbit.js';
import { countDirections, verdictOf } from '../stability/verdict.js';
import { decompose, decomposeSync } from './decompose.js';
import { type Layout, templateOf } from './layout.js';
import type { Model, Modes } from './model.js';
import { allToCanonical, toCanonical } from './rotate.js';
import { checkJacobianSize, checkResult, checkState } from './state.js';

/** Asymmetry of a Jacobian that is rounding alone. */
const SYMMETRIC = 1e-10;

/** Of the amplitude: how far from an unstable equilibrium a start of `basins` goes on. */
const NUDGE = 1e-6;

/** A flow over a field: what all of them have in common. */
export class FieldFlow implements Flow {
  readonly field: Field;
  readonly k: number;
  readonly columns: number;
  readonly lyapunov: boolean;
  readonly #model: Model;
  readonly #layout: Layout;
  /** Decompositions of d×d matrices, made once, when they are first needed. */
  #modes: Modes | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#layout = model.layout;
    this.field = model.field;
    this.k = model.layout.k;
    this.columns = model.layout.columns;
    this.lyapunov = model.lyapunov;
  }

  get rate(): number {
    return this.#modesNow().rate;
  }

  get amplitude(): number {
    return this.#modesNow().amplitude;
  }

  get relaxation(): number {
    return this.#modesNow().relaxation;
  }

  get correlations(): Float64Array {
    return Float64Array.from(this.#modesNow().correlations);
  }

  velocity(state: Matrix): Matrix {
    const { velocity } = this.#evaluate(state);
    checkResult(velocity.data);
    return velocity;
  }

  energy(state: Matrix): number {
    const { energy } = this.#evaluate(state);
    checkResult([energy]);
    return energy;
  }

  predictor(state: Matrix): Matrix {
    const { predictor } = this.#evaluate(state);
    checkResult(predictor.data);
    return predictor;
  }

  predictorTrace(state: Matrix): number {
    const { predictorTrace } = this.#evaluate(state);
    checkResult([predictorTrace]);
    return predictorTrace;
  }

  amplitudes(state: Matrix): Float64Array {
    const functions = this.#modesNow().functions();
    const amplitudes = amplitudesOf(this.#check(state), functions, this.#layout, selectBackend(undefined).linalg.sync);
    checkResult(amplitudes);
    return amplitudes;
  }

  invariants(state: Matrix): Record<string, Matrix | number> {
    return this.#model.invariants(this.#check(state), selectBackend(undefined).linalg.sync);
  }

  jacobian(state: Matrix): Matrix {
    checkJacobianSize(this.#layout);
    const jacobian = selectBackend(undefined).dynamics.jacobian(this.field, this.#checkDefined(state));
    checkResult(jacobian.data);
    return jacobian;
  }

  schwarz(state: Matrix): Schwarz {
    const { data, rows: n } = this.jacobian(state);
    const difference = data.map((x, at) => x - (data[(at % n) * n + Math.floor(at / n)] as number));
    const asymmetry = norm(difference) / (norm(data) || 1);
    return { asymmetry, symmetric: asymmetry <= SYMMETRIC };
  }

  equilibria(options?: EquilibriaOptions): Equilibrium[] {
    checkOptions('equilibria', options, ['stable', 'maxModes', 'roots']);
    const { stable = false, roots = 'all', maxModes } = options ?? {};
    checkBoolean('stable', stable);
    checkOneOf('roots', roots, ['all', 'upper']);
    const modes = this.#modesNow();
    const theory = modes.theory();
    if (maxModes !== undefined) checkInteger('maxModes', maxModes, { min: 0, max: theory.most });
    const most = maxModes ?? theory.most;
    const template = templateOf(this.#layout, modes.functions());
    const choices = stable ? stablePicks(theory, most) : allPicks(theory, most, roots);
    return choices.map((picks) => new Family(theory, modes.correlations, picks, template)).sort(byEnergy);
  }

  classify(state: Matrix): Classification {
    const modes = this.#modesNow();
    const { linalg } = selectBackend(undefined);
    return classify(this.#check(state), modes.theory(), modes, this.#layout, linalg.sync);
  }

  async stability(state: Matrix, options?: StabilityOptions & CallOptions): Promise<Stability> {
    const { backend, control } = beginCall('stability', options, ['tolerance']);
    const tolerance = readTolerance(options);
    const { point, field, modes } = this.#canonical(
      this.#checkForJacobian(state),
      await this.#modesLater(backend),
      backend,
    );
    const jacobian = await backend.dynamics.jacobianAsync(control, field, point);
    checkResult(jacobian.data);
    const { values } = await backend.linalg.async.eig(control, jacobian);
    const tangents = orbitTangents(point, this.#layout);
    const spread = tangents && (await backend.linalg.async.svd(control, tangents, undefined)).s;
    return this.#stabilityOf(point, field, modes, backend, values, spread, tolerance);
  }

  stabilitySync(state: Matrix, options?: StabilityOptions): Stability {
    const backend = beginSync('stabilitySync', options, ['tolerance']);
    const tolerance = readTolerance(options);
    const { point, field, modes } = this.#canonical(this.#checkForJacobian(state), this.#modesNow(backend), backend);
    const jacobian = backend.dynamics.jacobian(field, point);
    checkResult(jacobian.data);
    const { values } = backend.linalg.sync.eig(jacobian);
    const tangents = orbitTangents(point, this.#layout);
    const spread = tangents && backend.linalg.sync.svd(tangents, undefined).s;
    return this.#stabilityOf(point, field, modes, backend, values, spread, tolerance);
  }

  async integrate(start: Matrix | RandomStart, options?: IntegrateOptions): Promise<Trajectory> {
    const { backend, control } = beginCall('integrate', options, INTEGRATE_OPTIONS);
    const plan = readPlan(options, this.#layout, 'steps');
    const starts = readStart(start, this.#layout, this.#model.nonNegative);
    const [trajectory] = await this.#integrate(starts, plan, backend, control);
    return trajectory as Trajectory;
  }

  async integrateMany(
    starts: readonly Matrix[] | (RandomStart & { count: number }),
    options?: IntegrateOptions,
  ): Promise<Trajectory[]> {
    const { backend, control } = beginCall('integrateMany', options, INTEGRATE_OPTIONS);
    const plan = readPlan(options, this.#layout, 'ends');
    return this.#integrate(readStarts(starts, this.#layout, this.#model.nonNegative), plan, backend, control);
  }

  async basins(options: BasinOptions): Promise<BasinStatistics> {
    const { backend, control } = beginCall('basins', options, BASIN_OPTIONS);
    const { starts, integration } = readBasins(options);
    const plan = readPlan(integration, this.#layout, 'ends');
    const modes = await this.#modesLater(backend);
    const theory = modes.theory();
    const { nonNegative } = this.#model;
    const random = readStarts(starts, this.#layout, nonNegative);
    const size = NUDGE * modes.amplitude;
    const explorer: Explorer = {
      integrate: async (states) => {
        const from = states === undefined ? random : async () => [...states];
        const trajectories = await this.#integrate(from, plan, backend, control);
        control.signal?.throwIfAborted();
        return trajectories;
      },
      judge: (state) => classify(state, theory, modes, this.#layout, backend.linalg.sync),
      nudge: (state, i, round) => nudged(state, starts.seed, i, round, size, nonNegative),
    };
    return basinsOf(explorer, theory, control.signal);
  }

  async #integrate(starts: Starts, plan: Plan, backend: Backend, control: Control): Promise<Trajectory[]> {
    // An abort from here on ends the trajectories, it does not fail the call: hence no signal to the decompositions.
    const modes = await this.#modesLater(backend);
    const states = await starts(modes.amplitude);
    for (const state of states) this.#model.check?.('start', state);
    const field = modes.canonical?.field ?? this.field;
    const points = await allToCanonical(states, this.#layout, modes, backend.linalg);
    const integration = integrationOf(plan, modes, this.lyapunov);
    const raws = await backend.dynamics.integrate(control, field, points, integration);
    return trajectoriesOf(raws, states, plan, this.#layout, modes, backend.linalg);
  }

  #stabilityOf(
    point: Matrix,
    field: Field,
    { rate, amplitude }: Modes,
    backend: Backend,
    eigenvalues: Stability['eigenvalues'],
    spread: Float64Array | undefined,
    tolerance: number,
  ): Stability {
    const counts = countDirections(eigenvalues.re, eigenvalues.im, tolerance);
    const scale = Math.max(norm(point.data), amplitude);
    const orbit = spread === undefined ? 0 : rankOf(spread, scale, tolerance);
    const speed = norm(backend.dynamics.evaluate(field, point).velocity.data);
    checkResult([speed]);
    const verdict = verdictOf(counts.unstable, counts.neutral, orbit);
    return { eigenvalues, ...counts, orbit, verdict, residual: speed / (rate * scale) };
  }

  #evaluate(state: Matrix) {
    return selectBackend(undefined).dynamics.evaluate(this.field, this.#checkDefined(state));
  }

  #check(state: Matrix): Matrix {
    return checkState('state', state, this.#layout, this.#model.nonNegative);
  }

  #checkForJacobian(state: Matrix): Matrix {
    checkJacobianSize(this.#layout);
    return this.#checkDefined(state);
  }

  #checkDefined(state: Matrix): Matrix {
    const checked = this.#check(state);
    this.#model.check?.('state', checked);
    return checked;
  }

  /** The Jacobian has the same eigenvalues in canonical coordinates, and a diagonal M spares work and rounding. */
  #canonical(state: Matrix, modes: Modes, backend: Backend): { point: Matrix; field: Field; modes: Modes } {
    const point = toCanonical(state, this.#layout, modes, backend.linalg.sync);
    return { point, field: modes.canonical?.field ?? this.field, modes };
  }

  #modesNow(backend: Backend = selectBackend(undefined)): Modes {
    this.#modes ??= this.#model.modes(decomposeSync(this.#model.requests, backend.linalg.sync), backend.linalg.sync);
    return this.#modes;
  }

  async #modesLater(backend: Backend): Promise<Modes> {
    const decomposed = this.#modes ? [] : await decompose(this.#model.requests, backend.linalg);
    // Meanwhile another call may have made them: all calls then go by the same ones.
    this.#modes ??= this.#model.modes(decomposed, backend.linalg.sync);
    return this.#modes;
  }
}

function readTolerance({ tolerance = 1e-7 }: StabilityOptions = {}): number {
  checkNumber('tolerance', tolerance, { min: 0, max: 1 });
  return tolerance;
}

/** Then fewer modes first, then those of lower index. */
function byEnergy(a: Equilibrium, b: Equilibrium): number {
  const sizes = a.modes.length - b.modes.length;
  const differing = a.modes.findIndex(({ index }, i) => index !== b.modes[i]?.index);
  const [first, second] = [a.modes[differing]?.index ?? 0, b.modes[differing]?.index ?? 0];
  return a.energy - b.energy || sizes || first - second;
}
