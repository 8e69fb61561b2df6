import type { DynamicsRun, EquilibriumFacts, Outcome, StartOutcome } from '../../src/report/dynamics-run.js';

export interface FakeRun {
  /** Modes that each start ends with, the first r; null: not at rest. */
  ends?: readonly (number | null)[];
  modes?: number;
  k?: number;
  lambda?: number;
  alignment?: boolean;
}

/** A run of SimSiam as theory has it, with made-up transients: amplitudes that rise or decay, each at its own rate. */
export function fakeRun({
  ends = [3, 3, 2, 3, 1, 0],
  modes = 9,
  k = 3,
  lambda = 0.1,
  alignment = true,
}: FakeRun = {}): DynamicsRun {
  const correlations = Array.from({ length: modes }, (_, j) => 0.9 ** j);
  const level = (s: number) => (s * s < 4 * lambda ? null : (s + Math.sqrt(s * s - 4 * lambda)) / 2);
  const levels = correlations.map(level);
  const admissible = levels.filter((value) => value !== null).length;
  const most = Math.min(k, admissible);
  const stable = Array.from({ length: most + 1 }, (_, i) => equilibrium(levels, correlations, most - i, lambda));
  const times = Float64Array.from({ length: 121 }, (_, i) => (i === 0 ? 0 : 10 ** (-2 + i / 30)));
  const shape = (from: number, to: number, rate: number) => times.map((t) => to + (from - to) * Math.exp(-t * rate));
  const starts = ends.map((end, i) => outcome(i, end, stable, most, levels));
  return {
    summary: {
      config: { flow: 'simsiam', pair: 'gaussian:rho=0.9,degree=8', k, lambda, starts: ends.length, seed: 0 },
      pair: { name: 'normals of correlation 0.9, degree 8', exchangeable: true, centered: false },
      flow: { kind: 'simsiam', k, columns: modes, lyapunov: true, rate: 1, amplitude: 1 },
      correlations,
      levels,
      ties: [],
      predicted: { stable, admissible },
      resolution: { distance: 1e-6, unresolved: [] },
      lowest: { modes: [], energy: 0, starts: ends.length, above: 0 },
      saved: { first: 800, others: 800 },
      starts,
      basins: basins(starts, stable),
      outcomes: { full: 0, partial: 0, collapsed: 0, unsettled: 0, ...tally(starts) },
      agreement: {
        agree: starts.filter(({ agrees }) => agrees === true).length,
        disagree: 0,
        undecided: starts.filter(({ agrees }) => agrees === null).length,
      },
      findings: { theory: ['Theory.'], observed: ['Observed.'], advice: ['Advice.'] },
    },
    series: starts.map(({ energy, predictorTrace, amplitudes }, i) => {
      const curves = amplitudes.map((to, j) => shape(1.5 / (1 + ((i + j) % 4)), to, 0.2 + 0.1 * ((i + 2 * j) % 5)));
      return {
        times,
        energy: shape(energy + 2 + i / 2, energy, 0.5),
        predictorTrace: shape(0.4 * i, predictorTrace, 0.4),
        alignment: alignment ? shape(0.5, 0, 0.6 + i / 10) : null,
        amplitudes: Array.from(times, (_, t) => Float64Array.from(curves, (curve) => curve[t] as number)),
      };
    }),
  };
}

function equilibrium(levels: (number | null)[], s: number[], count: number, lambda: number): EquilibriumFacts {
  const amplitudes = levels.slice(0, count).map((value) => value ?? 0);
  const cubes = amplitudes.map(
    (f, i) => ((f * f + lambda) ** 3 - lambda ** 3) / 3 - ((s[i] as number) * f * f) ** 2 / 2,
  );
  return {
    modes: amplitudes.map((_, i) => i),
    amplitudes,
    energy: cubes.reduce((sum, cube) => sum + cube, lambda ** 3),
    predictorTrace: amplitudes.reduce((sum, f) => sum + f, 0),
    verdict: 'stable',
    attracts: true,
  };
}

function outcome(
  index: number,
  end: number | null,
  stable: readonly EquilibriumFacts[],
  most: number,
  levels: readonly (number | null)[],
): StartOutcome {
  const { modes, amplitudes, energy, predictorTrace } = stable[most - (end ?? most)] as EquilibriumFacts;
  const name: Outcome = end === null ? 'unsettled' : end === 0 ? 'collapsed' : end === most ? 'full' : 'partial';
  return {
    start: index + 1,
    outcome: name,
    reason: end === null ? 'tMax' : 'steady',
    words: end === null ? 'The time to end at came first.' : 'At rest.',
    time: 100,
    speed: end === null ? 0.01 : 1e-16,
    steps: { accepted: 120, rejected: 3, implicit: 0 },
    energy,
    predictorTrace,
    modes: [...modes],
    amplitudes: levels.map((_, i) => amplitudes[i] ?? 0),
    distance: end === null ? 0.2 : 1e-15,
    agrees: end === null ? null : true,
  };
}

function basins(starts: readonly StartOutcome[], stable: readonly EquilibriumFacts[]) {
  return stable
    .map((one) => {
      const count = starts.filter(({ modes, agrees }) => agrees && modes.length === one.modes.length).length;
      const jacobian = { unstable: 0, neutral: 3, stable: 24, orbit: 3, verdict: 'stable' as const };
      return { ...one, count, share: count / starts.length, jacobian };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

function tally(starts: readonly StartOutcome[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of starts) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
