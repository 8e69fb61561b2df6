/** What theory says of a flow before it is followed. */
import { TIE } from '../dynamics/equilibria/theory.js';
import type { Equilibrium, Flow } from '../dynamics/flow.js';
import { tiesOf } from '../dynamics/flows/model.js';
import { maxAbs } from '../matrix/check.js';
import type { Ties } from './dynamics-names.js';
import type { DynamicsSummary, EquilibriumFacts } from './dynamics-run.js';

export type Prediction = Pick<
  DynamicsSummary,
  'flow' | 'correlations' | 'levels' | 'ties' | 'predicted' | 'resolution'
>;

export function predict(flow: Flow): Prediction {
  const { field, k, columns, lyapunov, rate, amplitude } = flow;
  const correlations = [...flow.correlations];
  const singles = flow.equilibria({ maxModes: 1, roots: 'upper' });
  const levels: (number | null)[] = correlations.map(() => null);
  for (const { modes } of singles) for (const { index, amplitude: level } of modes) levels[index] = level;
  // Features of deep networks do not mix: a rotation of equal ones would change them.
  const ties = field.kind === 'deep-linear' ? [] : tiesOf(flow.correlations, TIE * maxAbs(flow.correlations));
  const stable = [...flow.equilibria({ stable: true }).map(equilibriumFacts), ...cut(flow, ties)];
  return {
    flow: { kind: field.kind, k, columns, lyapunov, rate, amplitude },
    correlations,
    levels,
    ties,
    predicted: {
      stable: stable.sort((a, b) => b.modes.length - a.modes.length || a.energy - b.energy),
      admissible: levels.filter((level) => level !== null).length,
    },
    resolution: { distance: resolvedDistance(flow), unresolved: unresolved(flow, levels) },
  };
}

export function equilibriumFacts({ modes, energy, predictorTrace, verdict, attracts }: Equilibrium): EquilibriumFacts {
  return {
    modes: modes.map(({ index }) => index),
    amplitudes: modes.map(({ amplitude }) => amplitude),
    energy,
    predictorTrace,
    verdict,
    attracts,
  };
}

/**
 * The families that would be stable, were it not for a tie of which they hold a part (docs/dynamics.md: the r₊ largest and the
 * r₋ smallest correlations, any of equal ones). Modes decouple, so that energies over that of collapse, and traces, add up.
 */
function cut(flow: Flow, ties: Ties): EquilibriumFacts[] {
  const [collapse] = flow.equilibria({ maxModes: 0 });
  if (collapse === undefined || ties.length === 0) return [];
  const double = doubleRoots(flow);
  const singles = flow
    .equilibria({ maxModes: 1, roots: 'upper' })
    .filter(({ modes: [mode] }) => mode !== undefined && !double.has(mode.index))
    .sort((a, b) => indexOf(a) - indexOf(b));
  const positive = singles.filter(({ modes: [mode] }) => (mode?.correlation ?? 0) > 0);
  const negative = singles.filter(({ modes: [mode] }) => (mode?.correlation ?? 0) < 0).reverse();
  return choices(flow, positive.length, negative.length)
    .filter(([top, bottom]) => cuts(positive, top, ties) || cuts(negative, bottom, ties))
    .map(([top, bottom]) => together(collapse, [...positive.slice(0, top), ...negative.slice(0, bottom)]));
}

/** How many positive and negative modes equilibria that attract may hold; PEIRA holds all that there is room for. */
function choices({ field, k }: Flow, positive: number, negative: number): [top: number, bottom: number][] {
  if (field.kind === 'peira') return [[Math.min(k, positive), 0]];
  const found: [number, number][] = [];
  for (let top = 0; top <= Math.min(k, positive); top++)
    for (let bottom = 0; bottom <= Math.min(k - top, negative); bottom++) found.push([top, bottom]);
  return found;
}

function cuts(singles: readonly Equilibrium[], count: number, ties: Ties): boolean {
  const [last, next] = [singles[count - 1], singles[count]];
  if (last === undefined || next === undefined) return false;
  return ties.some((tie) => tie.includes(indexOf(last)) && tie.includes(indexOf(next)));
}

function together(collapse: Equilibrium, singles: readonly Equilibrium[]): EquilibriumFacts {
  const picked = singles.flatMap(({ modes }) => modes).sort((a, b) => a.index - b.index);
  return {
    modes: picked.map(({ index }) => index),
    amplitudes: picked.map(({ amplitude }) => amplitude),
    energy: singles.reduce((sum, { energy }) => sum + energy - collapse.energy, collapse.energy),
    predictorTrace: picked.reduce((sum, { predictor }) => sum + predictor, 0),
    verdict: 'degenerate',
    attracts: true,
  };
}

/** Modes whose two roots coincide: SimSiam's at s² = 4λ. */
function doubleRoots(flow: Flow): Set<number> {
  if (flow.field.kind === 'peira') return new Set();
  const roots = new Map<number, number>();
  for (const one of flow.equilibria({ maxModes: 1 }).filter(({ modes }) => modes.length === 1))
    roots.set(indexOf(one), (roots.get(indexOf(one)) ?? 0) + 1);
  return new Set([...roots].filter(([, count]) => count === 1).map(([index]) => index));
}

function indexOf({ modes }: Equilibrium): number {
  return modes[0]?.index ?? -1;
}

/** As a share of an equilibrium's size: an integration that ended at rest is nearer. */
export const REACHED = 1e-6;
/** However small λ is, farther away nothing has been reached. */
const FARTHEST = 1e-3;
/** Roundings of a velocity, in units of eps · rate. */
const ROUNDINGS = 64;

/** Velocities are known to some eps · rate, the slowest amplitudes relax at `relaxation`: the ratio is how far states are known. */
function resolvedDistance({ rate, relaxation }: Flow): number {
  return Math.min(FARTHEST, Math.max(REACHED, (ROUNDINGS * Number.EPSILON * rate) / relaxation));
}

/** Velocities are cubic in a feature's weight, and those of 10⁻⁹ of the natural one count as at rest: its cube root. */
const SMALLEST_WEIGHT = 1e-3;

function unresolved({ field, amplitude }: Flow, levels: readonly (number | null)[]): number[] {
  if (field.kind !== 'deep-linear') return [];
  return levels.flatMap((level, index) => (level !== null && level < SMALLEST_WEIGHT * amplitude ? [index] : []));
}
