import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber } from '../matrix/check.js';
import type { CellCoordinates } from './cell.js';
import type { StudyDataset } from './dataset.js';
import { ALPHAS, NOISES, PROBLEMS, type Problem, SEEDS, SIZES, THETAS } from './protocol.js';
import type { StudyGrid } from './summary.js';

/** What a study is asked to cover: every combination of these. One value may stand for a list of one. */
export interface GridOptions {
  /** Default: all three. */
  problems?: Problem | readonly Problem[];
  /** Noise levels: Γ's eigenvalues are uniform on [0, level], in squared units of the data. Default 1e3 and 1e6. */
  noise?: number | readonly number[];
  /** Θ levels: Θ's eigenvalues are uniform on [0, level]. Default 1e4. */
  theta?: number | readonly number[];
  /** Dimensions of the encoders, each at most the data's signal coordinates, which are the default. */
  k?: number | readonly number[];
  /** Alignments α ≥ 0. Default 0.1, 1 and 10. */
  alpha?: number | readonly number[];
  /** Sample sizes. Default 100·2ʲ for j = 0 … 9, as many as the data have rows for. */
  n?: number | readonly number[];
  /** How many seeds, 0 … seeds − 1, or a list of them: each draws its own sample, Θ and Γ. Default 3. */
  seeds?: number | readonly number[];
}

/** Seeds are 32-bit words, as other programs' are. */
export const MAX_SEED = 2 ** 32 - 1;

/** Of a count: more would not be meant. */
export const MAX_SEEDS = 1e6;

export const GRID = ['problems', 'noise', 'theta', 'k', 'alpha', 'n', 'seeds'] as const;

/** The grid that is meant, ascending. Throws a coded error for what makes no sense or the data cannot serve. */
export function resolveGrid(options: GridOptions, { dims, rows }: Pick<StudyDataset, 'dims' | 'rows'>): StudyGrid {
  const { problems = PROBLEMS, noise = NOISES, theta = THETAS, alpha = ALPHAS, k = dims, seeds = SEEDS } = options;
  const { n = sizesFor(rows) } = options;
  const wanted = list('problems', problems, checkProblem);
  return {
    problems: PROBLEMS.filter((problem) => wanted.includes(problem)),
    noise: ascending('noise', noise, (name, value) => checkNumber(name, value, { min: 0, above: true })),
    theta: ascending('theta', theta, (name, value) => checkNumber(name, value, { min: 0, above: true })),
    k: ascending('k', k, (name, value) => checkInteger(name, value, { min: 1, max: dims })),
    alpha: ascending('alpha', alpha, (name, value) => checkNumber(name, value, { min: 0 })),
    n: ascending('n', n, (name, value) => checkSize(name, value, rows)),
    seeds:
      typeof seeds === 'number'
        ? counted(seeds)
        : ascending('seeds', seeds, (name, value) => checkInteger(name, value, { min: 0, max: MAX_SEED })),
  };
}

/** How many cells a grid has. */
export function countCells({ problems, noise, theta, k, alpha, n, seeds }: StudyGrid): number {
  return problems.length * noise.length * theta.length * k.length * alpha.length * n.length * seeds.length;
}

/** The cells of one seed in the order of the study. */
export function* cellsOf(grid: StudyGrid, seed: number): Generator<CellCoordinates, void, undefined> {
  for (const noise of grid.noise) {
    for (const theta of grid.theta) {
      for (const n of grid.n) {
        for (const alpha of grid.alpha) {
          for (const k of grid.k) {
            for (const problem of grid.problems) yield { problem, noise, theta, k, alpha, n, seed };
          }
        }
      }
    }
  }
}

/** The paper's sizes that a data set of so many rows allows. */
function sizesFor(rows: number): number[] {
  const sizes = SIZES.filter((n) => n <= rows);
  if (sizes.length > 0) return sizes;
  throw new EigenviewError('OUT_OF_RANGE', 'The data set is too small for the study.', {
    argument: 'data',
    expected: `at least ${SIZES[0]} rows`,
    received: String(rows),
    fix: 'Say which sample sizes to study: n.',
  });
}

function counted(seeds: number): number[] {
  checkInteger('seeds', seeds, { min: 1, max: MAX_SEEDS });
  return Array.from({ length: seeds }, (_, seed) => seed);
}

function checkSize(name: string, value: unknown, rows: number): void {
  checkInteger(name, value, { min: 1 });
  if ((value as number) <= rows) return;
  throw new EigenviewError('OUT_OF_RANGE', 'A sample cannot be larger than the data.', {
    argument: name,
    expected: `at most ${rows}, the number of rows`,
    received: String(value),
  });
}

function checkProblem(argument: string, value: unknown): void {
  if (PROBLEMS.includes(value as Problem)) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'There is no such problem.', {
    argument,
    expected: `one of ${PROBLEMS.map((problem) => `'${problem}'`).join(', ')}`,
    received: describe(value),
  });
}

function ascending(
  name: string,
  value: number | readonly number[],
  check: (name: string, value: unknown) => void,
): number[] {
  return list(name, value, check).sort((a, b) => a - b);
}

/** A list without repetitions, each of whose items passes. */
function list<T>(name: string, value: T | readonly T[], check: (name: string, value: unknown) => void): T[] {
  const items = Array.isArray(value) ? [...value] : [value as T];
  items.forEach((item, i) => {
    check(Array.isArray(value) ? `${name}[${i}]` : name, item);
  });
  if (items.length > 0 && new Set(items).size === items.length) return items;
  throw new EigenviewError(items.length === 0 ? 'EMPTY' : 'INVALID_ARGUMENT', `${name} is no set of values.`, {
    argument: name,
    expected: 'at least one value, none of them twice',
    received: items.length === 0 ? 'none' : items.join(', '),
  });
}
