import type { CallOptions } from '../backends/select.js';
import type { Classification, Equilibrium, Flow, IntegrateOptions, Trajectory } from '../dynamics/flow.js';
import type { Matrix } from '../matrix/matrix.js';
import { misalignment, outputCorrelation } from './dynamics-alignment.js';
import { modesKey } from './dynamics-names.js';
import {
  type DynamicsRun,
  type DynamicsSummary,
  type EquilibriumFacts,
  type ObservedBasin,
  OUTCOMES,
  type Outcome,
  type StartOutcome,
  type StartSeries,
} from './dynamics-run.js';
import { findings } from './dynamics-words.js';

export interface ObserveOptions extends CallOptions {
  /** How many random starts. */
  starts: number;
  /** Of the first start; the others have the numbers that follow. */
  seed: number;
  /** Default the flow's natural amplitude. */
  scale?: number;
  integrate?: Pick<IntegrateOptions, 'tMax' | 'minTime' | 'rtol' | 'atol' | 'maxSteps' | 'method'>;
  onStart?: (outcome: StartOutcome) => void;
}

/** What is known of a run before it begins. */
export type RunFacts = Pick<DynamicsSummary, 'config' | 'pair'>;

/** Distance to an equilibrium, as a share of its size, from which on a state counts as having reached it. */
const REACHED = 1e-6;

/** A Jacobian of n×n numbers costs n³: beyond this many the check is left out. */
const MOST_STATE_NUMBERS = 600;

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
  const observations = await Promise.all(
    Array.from({ length: starts }, async (_, i) => {
      const observation = await observeOne(flow, i, options);
      onStart?.(observation.outcome);
      return observation;
    }),
  );
  const basins = await basinsOf(flow, observations, options);
  const outcomes = observations.map(({ outcome }) => outcome);
  const summary = { ...facts, ...predictions(flow), starts: outcomes, basins, ...counts(outcomes) };
  return {
    summary: { ...summary, findings: findings(summary, flow.field) },
    series: observations.map(({ series }) => series),
  };
}

async function observeOne(flow: Flow, index: number, options: ObserveOptions): Promise<Observation> {
  const { seed: first, scale, integrate = {}, signal, backend } = options;
  const seed = first + index;
  const call = { ...(signal && { signal }), ...(backend && { backend }) };
  const random = { seed, ...(scale !== undefined && { scale }) };
  const trajectory = await flow.integrate(random, { ...integrate, ...call });
  if (trajectory.reason === 'aborted') throw signal?.reason ?? new DOMException('Aborted', 'AbortError');
  const found = flow.classify(trajectory.final);
  return {
    outcome: outcomeOf(flow, index + 1, seed, trajectory, found),
    series: seriesOf(flow, trajectory),
    equilibrium: found.equilibrium,
    final: trajectory.final,
  };
}

function outcomeOf(
  flow: Flow,
  start: number,
  seed: number,
  trajectory: Trajectory,
  found: Classification,
): StartOutcome {
  const { reason, words, time, speed, steps, final } = trajectory;
  const { equilibrium, amplitudes, distance } = found;
  const settled = reason === 'steady';
  const size = Math.max(flow.amplitude, Math.hypot(...equilibrium.modes.map(({ amplitude }) => amplitude)));
  const decided = settled && equilibrium.verdict !== 'degenerate';
  return {
    start,
    seed,
    outcome: settled ? outcomeName(found) : 'unsettled',
    reason,
    words,
    time,
    speed,
    steps: { ...steps },
    energy: flow.energy(final),
    predictorTrace: flow.predictorTrace(final),
    modes: equilibrium.modes.map(({ index }) => index),
    amplitudes: [...amplitudes],
    distance,
    agrees: decided ? equilibrium.stable && distance <= REACHED * size : null,
  };
}

function outcomeName({ collapsed, partial }: Classification): Outcome {
  if (collapsed) return 'collapsed';
  return partial ? 'partial' : 'full';
}

function seriesOf(flow: Flow, { times, states, energy, predictorTrace }: Trajectory): StartSeries {
  const alignments = states.map((state) => {
    const correlation = outputCorrelation(flow.field, state);
    return correlation && misalignment(flow.predictor(state), correlation);
  });
  return {
    times,
    energy,
    predictorTrace,
    alignment: alignments.some((value) => value === null) ? null : Float64Array.from(alignments, (value) => value ?? 0),
    amplitudes: states.map((state) => flow.amplitudes(state)),
  };
}

function predictions(flow: Flow): Pick<DynamicsSummary, 'flow' | 'correlations' | 'levels' | 'predicted'> {
  const { field, k, columns, lyapunov, rate, amplitude } = flow;
  const correlations = [...flow.correlations];
  const levels: (number | null)[] = correlations.map(() => null);
  for (const { modes } of flow.equilibria({ maxModes: 1, roots: 'upper' }))
    for (const { index, amplitude: level } of modes) levels[index] = level;
  const stable = flow.equilibria({ stable: true }).map(equilibriumFacts);
  return {
    flow: { kind: field.kind, k, columns, lyapunov, rate, amplitude },
    correlations,
    levels,
    predicted: {
      stable: stable.sort((a, b) => b.modes.length - a.modes.length || a.energy - b.energy),
      admissible: levels.filter((level) => level !== null).length,
    },
  };
}

function equilibriumFacts({ modes, energy, predictorTrace, verdict }: Equilibrium): EquilibriumFacts {
  return {
    modes: modes.map(({ index }) => index),
    amplitudes: modes.map(({ amplitude }) => amplitude),
    energy,
    predictorTrace,
    verdict,
  };
}

/** Of the starts that came to rest. */
async function basinsOf(
  flow: Flow,
  observations: readonly Observation[],
  { signal, backend }: CallOptions,
): Promise<ObservedBasin[]> {
  const settled = observations.filter(({ outcome }) => outcome.outcome !== 'unsettled');
  const byModes = new Map<string, Observation[]>();
  for (const observation of settled) {
    const key = modesKey(observation.outcome.modes);
    byModes.set(key, [...(byModes.get(key) ?? []), observation]);
  }
  const call = { ...(signal && { signal }), ...(backend && { backend }) };
  const basins = [...byModes.values()].map(async (members) => {
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

async function jacobianFacts(flow: Flow, state: Matrix, call: CallOptions): Promise<ObservedBasin['jacobian']> {
  if (state.rows * state.cols > MOST_STATE_NUMBERS) return null;
  const { unstable, neutral, stable, orbit, verdict } = await flow.stability(state, call);
  return { unstable, neutral, stable, orbit, verdict };
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
