/** Two runs of a study side by side, as data. */
import { describe, EigenviewError } from '../errors.js';
import type { CellCoordinates, StudyCell } from '../study/cell.js';
import { groupBy, regimeKey, regimeOf } from '../study/order.js';
import type { Problem } from '../study/protocol.js';
import type { Curve, Regime, StudyRecord, Verdict } from '../study/summary.js';
import { gridPairs, provenancePairs } from './report-tables.js';

/** A finished or interrupted study. */
export interface Study {
  /** The content of summary.json. */
  record: StudyRecord;
  /** The finished cells. */
  cells: readonly StudyCell[];
  /** What to call it, such as its folder; its data set when absent. */
  name?: string;
}

export interface Comparison {
  names: [a: string, b: string];
  /** Settings and provenance that differ. */
  differences: { name: string; a: string; b: string }[];
  /** Names of those that do not. */
  same: string[];
  cells: SharedCells;
  curves: CurvePair[];
  thresholds: ThresholdPair[];
  /** Verdicts on the same α and seed that differ in prediction or observation. */
  verdicts: { a: Verdict; b: Verdict }[];
}

export interface SharedCells {
  /** In both studies. */
  shared: number;
  /** Of these, to the last bit. */
  identical: number;
  /** The largest |a − b| / max(|a|, |b|) over distances and over angles. */
  distance: number;
  angle: number;
}

/** One problem at one α, at the largest n that both have, or the one that has it; null where they share none. */
export interface CurvePair extends Regime {
  problem: Problem;
  alpha: number;
  n: number | null;
  a: Curve | undefined;
  b: Curve | undefined;
}

/** Means of the signed thresholds on α² over each study's seeds. */
export interface ThresholdPair extends Regime {
  problem: Verdict['problem'];
  a: number | undefined;
  b: number | undefined;
}

/** @throws EigenviewError `INVALID_ARGUMENT` for what is not two studies */
export function compare(a: Study, b: Study): Comparison {
  checkStudy('a', a);
  checkStudy('b', b);
  const pairs = settings(a.record).map(([name, value], i) => ({ name, a: value, b: settings(b.record)[i]?.[1] ?? '' }));
  return {
    names: [a.name ?? a.record.dataset.name, b.name ?? b.record.dataset.name],
    differences: pairs.filter((pair) => pair.a !== pair.b),
    same: pairs.filter((pair) => pair.a === pair.b).map(({ name }) => name),
    cells: sharedCells(a.cells, b.cells),
    curves: curvePairs(a.record.curves, b.record.curves),
    thresholds: thresholdPairs(a.record, b.record),
    verdicts: join(a.record.verdicts, b.record.verdicts, verdictKey).flatMap(({ a: one, b: other }) =>
      one && other && (one.predicted !== other.predicted || one.observed !== other.observed)
        ? [{ a: one, b: other }]
        : [],
    ),
  };
}

/** The mean of one measure at n. */
export function meanAt(curve: Curve | undefined, n: number | null, measure: 'distance' | 'angle'): number | undefined {
  return curve?.points.find((point) => point.n === n)?.[measure].mean;
}

function settings(record: StudyRecord): [string, string][] {
  return [...gridPairs(record), ...provenancePairs(record)];
}

function sharedCells(a: readonly StudyCell[], b: readonly StudyCell[]): SharedCells {
  const result = { shared: 0, identical: 0, distance: 0, angle: 0 };
  for (const { a: one, b: other } of join(a, b, cellKey)) {
    if (one === undefined || other === undefined) continue;
    result.shared++;
    if (one.distance === other.distance && one.angle === other.angle) result.identical++;
    result.distance = Math.max(result.distance, apart(one.distance, other.distance));
    result.angle = Math.max(result.angle, apart(one.angle, other.angle));
  }
  return result;
}

function apart(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

function curvePairs(a: readonly Curve[], b: readonly Curve[]): CurvePair[] {
  return join(a, b, (curve) => `${regimeKey(curve)} ${curve.problem} ${curve.alpha}`).map(({ a: one, b: other }) => {
    const { noise, theta, k, problem, alpha } = (one ?? other) as Curve;
    const [sizes, others] = [sizesOf(one ?? other), new Set(sizesOf(other ?? one))];
    const shared = sizes.filter((n) => others.has(n));
    return { noise, theta, k, problem, alpha, n: shared.length === 0 ? null : Math.max(...shared), a: one, b: other };
  });
}

function sizesOf(curve: Curve | undefined): number[] {
  return curve?.points.map((point) => point.n) ?? [];
}

function thresholdPairs(a: StudyRecord, b: StudyRecord): ThresholdPair[] {
  const [one, other] = [meanThresholds(a), meanThresholds(b)];
  return join(one, other, (row) => `${regimeKey(row)} ${row.problem}`).map((pair) => {
    const { noise, theta, k, problem } = (pair.a ?? pair.b) as MeanThreshold;
    return { noise, theta, k, problem, a: pair.a?.mean, b: pair.b?.mean };
  });
}

interface MeanThreshold extends Regime {
  problem: Verdict['problem'];
  mean: number;
}

const METHODS = [
  ['reconstruction', 'reconstruction'],
  ['joint-embedding', 'jointEmbedding'],
] as const;

function meanThresholds({ thresholds }: StudyRecord): MeanThreshold[] {
  return [...groupBy(thresholds, regimeKey).values()].flatMap((seeds) => {
    const regime = regimeOf(seeds[0] as Regime);
    return METHODS.flatMap(([problem, field]): MeanThreshold[] => {
      const squares = seeds.flatMap((seed) => seed[field]?.alphaSquared ?? []);
      if (squares.length === 0) return [];
      return [{ ...regime, problem, mean: squares.reduce((sum, square) => sum + square / squares.length, 0) }];
    });
  });
}

function cellKey(cell: CellCoordinates): string {
  return `${verdictKey(cell)} ${cell.n}`;
}

function verdictKey(cell: Omit<CellCoordinates, 'n'>): string {
  return `${regimeKey(cell)} ${cell.problem} ${cell.alpha} ${cell.seed}`;
}

/** Everything of `a` in its order, then what only `b` has. */
function join<T>(a: readonly T[], b: readonly T[], key: (item: T) => string): { a?: T; b?: T }[] {
  const others = new Map(b.map((item) => [key(item), item]));
  const pairs: { a?: T; b?: T }[] = a.map((item) => {
    const other = others.get(key(item));
    others.delete(key(item));
    return other === undefined ? { a: item } : { a: item, b: other };
  });
  return [...pairs, ...[...others.values()].map((item) => ({ b: item }))];
}

export function checkStudy(argument: string, value: unknown): asserts value is Study {
  const { record, cells } = (value ?? {}) as Partial<Study>;
  if (Array.isArray(record?.curves) && Array.isArray(record?.verdicts) && Array.isArray(cells)) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'This is not what a study leaves behind.', {
    argument,
    expected: 'an object with the record (summary.json) and the cells of a study',
    received: describe(value),
  });
}
