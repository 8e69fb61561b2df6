import type { CallOptions } from '../backends/select.js';
import type { Equilibrium, Flow, IntegrateOptions } from '../dynamics/flow.js';
import { Matrix } from '../matrix/matrix.js';
import { normal, STREAMS } from '../runtime/random.js';
import { judge } from './dynamics-judge.js';
import { modesKey, type Ties } from './dynamics-names.js';
import { equilibriumFacts, type Prediction, predict } from './dynamics-predict.js';
import {
  type DynamicsRun,
  type DynamicsSummary,
  type ObservedBasin,
  OUTCOMES,
  type StartOutcome,
  type StartSeries,
} from './dynamics-run.js';
import { savedTimes, seriesOf } from './dynamics-series.js';
import { findings } from './dynamics-words.js';

export interface ObserveOptions extends CallOptions {
  /** How many random starts. */
  starts: number;
  /** Start i is sample i − 1 of it, as of {@link Flow.integrateMany}. */
  seed: number;
  /** Default the flow's natural amplitude. */
  scale?: number;
  integrate?: Pick<IntegrateOptions, 'tMax' | 'minTime' | 'rtol' | 'atol' | 'maxSteps' | 'method'>;
  onStart?: (outcome: StartOutcome) => void;
}

/** What is known of a run before it begins. */
export type RunFacts = Pick<DynamicsSummary, 'config' | 'pair'>;

/** A Jacobian of n×n numbers costs n³: beyond this many the check is left out. */
const MOST_STATE_NUMBERS = 600;

/** Energies of equilibria nearer than this share are one. */
const ALIKE = 1e-9;

interface Observation {
  outcome: StartOutcome;
  series: StartSeries;
  equilibrium: Equilibrium;
  final: Matrix;
}

/**
 * Follows a flow from random starts and sets what theory predicts beside what happens.
 *
 * @throws EigenviewError as {@link Flow.integrate}; the signal's reason when aborted
 */
export async function observe(flow: Flow, facts: RunFacts, options: ObserveOptions): Promise<DynamicsRun> {
  const { starts, onStart } = options;
  const prediction = predict(flow);
  const saved = savedTimes(starts, prediction.correlations.length);
  const observations = await Promise.all(
    Array.from({ length: starts }, async (_, i) => {
      const most = i === 0 ? saved.first : saved.others;
      const observation = await observeOne(flow, i, most, prediction, options);
      onStart?.(observation.outcome);
      return observation;
    }),
  );
  const basins = await basinsOf(flow, observations, prediction, options);
  const outcomes = observations.map(({ outcome }) => outcome);
  const lowest = lowestOf(prediction, outcomes);
  const summary = { ...facts, ...prediction, starts: outcomes, basins, lowest, saved, ...counts(outcomes) };
  return {
    summary: { ...summary, findings: findings(summary, flow.field) },
    series: observations.map(({ series }) => series),
  };
}

async function observeOne(
  flow: Flow,
  index: number,
  most: number,
  prediction: Prediction,
  { seed, scale = flow.amplitude, integrate = {}, signal, backend }: ObserveOptions,
): Promise<Observation> {
  const call = { ...(signal && { signal }), ...(backend && { backend }) };
  const trajectory = await flow.integrate(randomStart(flow, seed, index, scale), { ...integrate, ...call });
  if (trajectory.reason === 'aborted') throw signal?.reason ?? new DOMException('Aborted', 'AbortError');
  const found = flow.classify(trajectory.final);
  return {
    outcome: judge(flow, index + 1, trajectory, found, prediction),
    series: seriesOf(flow, trajectory, most),
    equilibrium: found.equilibrium,
    final: trajectory.final,
  };
}

/** That of {@link Flow.integrateMany}, which would keep the ends of trajectories alone. */
function randomStart({ field, k, columns }: Flow, seed: number, index: number, scale: number): Matrix {
  const z = normal(seed, index, STREAMS.start, new Float64Array(k * columns));
  return new Matrix(
    k,
    columns,
    z.map((x) => scale * (field.kind === 'deep-linear' ? Math.abs(x) : x)),
  );
}

/** Of the starts that came to rest. */
async function basinsOf(
  flow: Flow,
  observations: readonly Observation[],
  prediction: Prediction,
  { signal, backend }: CallOptions,
): Promise<ObservedBasin[]> {
  const call = { ...(signal && { signal }), ...(backend && { backend }) };
  const basins = bySelection(observations, prediction.ties).map(async (members) => {
    const { equilibrium, final } = members[0] as Observation;
    return {
      ...equilibriumFacts(equilibrium),
      count: members.length,
      share: members.length / observations.length,
      jacobian: await jacobianFacts(flow, final, call),
    };
  });
  return (await Promise.all(basins)).sort((a, b) => b.count - a.count || b.modes.length - a.modes.length);
}

function bySelection(observations: readonly Observation[], ties: Ties): Observation[][] {
  const groups = new Map<string, Observation[]>();
  for (const observation of observations) {
    const { outcome, equilibrium } = observation;
    if (outcome.outcome === 'unsettled') continue;
    const lower = equilibrium.modes.filter(({ root }) => root === 'lower').map(({ index }) => index);
    const key = `${modesKey(outcome.modes, ties)} | ${modesKey(lower, ties)}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [observation]);
    else members.push(observation);
  }
  return [...groups.values()];
}

async function jacobianFacts(flow: Flow, state: Matrix, call: CallOptions): Promise<ObservedBasin['jacobian']> {
  if (state.rows * state.cols > MOST_STATE_NUMBERS) return null;
  const { unstable, neutral, stable, orbit, verdict } = await flow.stability(state, call);
  return { unstable, neutral, stable, orbit, verdict };
}

/**
 * How many starts at an equilibrium that attracts are at the least energy of these. A loss that is no Lyapunov function ranks
 * nothing: that of SimSiam is least where all has collapsed.
 */
function lowestOf({ flow, predicted, ties }: Prediction, starts: readonly StartOutcome[]): DynamicsSummary['lowest'] {
  const [first, ...rest] = predicted.stable;
  if (first === undefined || !flow.lyapunov) return null;
  const best = rest.reduce((a, b) => (b.energy < a.energy ? b : a), first);
  const energies = new Map(predicted.stable.map(({ modes, energy }) => [modesKey(modes, ties), energy]));
  const lowest = starts.filter(({ agrees, modes }) => {
    const energy = agrees === true ? energies.get(modesKey(modes, ties)) : undefined;
    return energy !== undefined && energy - best.energy <= ALIKE * Math.abs(best.energy);
  }).length;
  const agree = starts.filter(({ agrees }) => agrees === true).length;
  return { modes: best.modes, energy: best.energy, starts: lowest, above: agree - lowest };
}

function counts(starts: readonly StartOutcome[]): Pick<DynamicsSummary, 'outcomes' | 'agreement'> {
  const count = (is: (start: StartOutcome) => boolean) => starts.filter(is).length;
  return {
    outcomes: Object.fromEntries(
      OUTCOMES.map((name) => [name, count(({ outcome }) => outcome === name)]),
    ) as DynamicsSummary['outcomes'],
    agreement: {
      agree: count(({ agrees }) => agrees === true),
      disagree: count(({ agrees }) => agrees === false),
      undecided: count(({ agrees }) => agrees === null),
    },
  };
}
