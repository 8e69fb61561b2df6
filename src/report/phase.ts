/** A phase diagram as numbers. */
import { describe, EigenviewError } from '../errors.js';
import type { SeedThresholds, StudySummary, Verdict } from '../study/summary.js';
import { groupByNumber } from './groups.js';

/** Reconstruction and joint embedding: the problems that have thresholds. */
export type PhaseProblem = Verdict['problem'];
export const PHASE_PROBLEMS: readonly PhaseProblem[] = ['reconstruction', 'joint-embedding'];

/** The thresholds on α² of all seeds at one noise level, signed. */
export interface PhaseLevel {
  noise: number;
  mean: number;
  low: number;
  high: number;
}

/** What the seeds of one (noise level, α) show. */
export interface PhaseMark {
  noise: number;
  alphaSquared: number;
  recovers: number;
  misses: number;
  undecided: number;
  /** A seed is too close to its threshold to call. */
  close: boolean;
  /** A seed that is not close contradicts the prediction. */
  wrong: boolean;
}

export interface PhasePanel {
  problem: PhaseProblem;
  theta: number;
  k: number;
  /** Ascending in noise. */
  levels: PhaseLevel[];
  marks: PhaseMark[];
}

/** Panels row by row: a row per (Θ level, k), a column per problem that is studied. */
export function phasePanels({ thresholds: all, verdicts }: StudySummary): PhasePanel[] {
  const thresholds = all.filter(hasThreshold);
  const rows = new Map(thresholds.map(({ theta, k }) => [`${theta} ${k}`, { theta, k }]));
  return [...rows.values()]
    .sort((a, b) => a.theta - b.theta || a.k - b.k)
    .flatMap((row) =>
      PHASE_PROBLEMS.filter((problem) => thresholds.some((seed) => seed[fieldOf(problem)])).map((problem) => ({
        problem,
        ...row,
        levels: levels(thresholds.filter(inRow(row)), problem),
        marks: marks(verdicts.filter((verdict) => verdict.problem === problem).filter(inRow(row))),
      })),
    );
}

/** Of either method. */
export function hasThreshold({ reconstruction, jointEmbedding }: SeedThresholds): boolean {
  return Boolean(reconstruction ?? jointEmbedding);
}

/** @throws EigenviewError `INVALID_ARGUMENT` for what is not a summary, `EMPTY` for one without thresholds */
export function checkSummary(summary: unknown): asserts summary is StudySummary {
  const { thresholds, verdicts } = (summary ?? {}) as Partial<StudySummary>;
  if (!Array.isArray(thresholds) || !Array.isArray(verdicts)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A phase diagram is drawn from the summary of a study.', {
      argument: 'summary',
      expected: 'the content of summary.json',
      received: describe(summary),
    });
  }
  if (!thresholds.some(hasThreshold)) {
    throw new EigenviewError('EMPTY', 'There is no threshold to draw.', {
      argument: 'summary.thresholds',
      expected: 'at least one seed',
      received: 'none',
      fix: 'Study reconstruction or joint embedding; supervised learning has no threshold.',
    });
  }
}

function inRow(row: { theta: number; k: number }) {
  return ({ theta, k }: { theta: number; k: number }) => theta === row.theta && k === row.k;
}

function fieldOf(problem: PhaseProblem): 'reconstruction' | 'jointEmbedding' {
  return problem === 'reconstruction' ? 'reconstruction' : 'jointEmbedding';
}

function levels(thresholds: SeedThresholds[], problem: PhaseProblem): PhaseLevel[] {
  const key = fieldOf(problem);
  return [...groupByNumber(thresholds, (row) => row.noise)].flatMap(([noise, seeds]) => {
    const squares = seeds.flatMap((row) => row[key]?.alphaSquared ?? []).sort((a, b) => a - b);
    if (squares.length === 0) return [];
    const mean = squares.reduce((sum, square) => sum + square / squares.length, 0);
    return { noise, mean, low: squares[0] as number, high: squares.at(-1) as number };
  });
}

function marks(verdicts: Verdict[]): PhaseMark[] {
  const groups = new Map<string, PhaseMark>();
  for (const { noise, alpha, observed, close, agrees } of verdicts) {
    const key = `${noise} ${alpha}`;
    const none = { noise, alphaSquared: alpha ** 2, recovers: 0, misses: 0, undecided: 0, close: false, wrong: false };
    const mark = groups.get(key) ?? none;
    mark[observed]++;
    mark.close ||= close;
    mark.wrong ||= agrees === false && !close;
    groups.set(key, mark);
  }
  return [...groups.values()].sort((a, b) => a.noise - b.noise || a.alphaSquared - b.alphaSquared);
}
