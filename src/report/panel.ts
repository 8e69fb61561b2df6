import { describe, EigenviewError } from '../errors.js';
import { NOISES, type Noise, PROBLEMS, type Problem } from '../study/protocol.js';
import { checkCell, type FigureCell, type Measure } from './figure-cell.js';

/** All seeds of one (problem, noise, α, n). */
export interface Point {
  n: number;
  seeds: number;
  mean: number;
  low: number;
  high: number;
}

/** One α of a panel, its points ascending in n. */
export interface Curve {
  alpha: number;
  points: Point[];
}

/** One problem at one noise level, its curves ascending in α; none where the study has no such cells. */
export interface Panel {
  problem: Problem;
  noise: Noise;
  curves: Curve[];
}

/** The figure as numbers: panels row by row over the problems and noise levels that occur. */
export interface Panels {
  problems: Problem[];
  noises: Noise[];
  alphas: number[];
  panels: Panel[];
}

/**
 * Groups cells into panels, whatever their order. A cell given twice counts once.
 *
 * @throws EigenviewError `EMPTY` without cells, `NOT_FINITE`, `OUT_OF_RANGE` or `INVALID_ARGUMENT` for a cell that
 * cannot be drawn or that contradicts another
 */
export function panels(cells: Iterable<FigureCell>, measure: Measure): Panels {
  const values = collect(cells, measure);
  const runs = [...values.values()];
  const problems = PROBLEMS.filter((problem) => runs.some((run) => run.problem === problem));
  const noises = NOISES.filter((noise) => runs.some((run) => run.noise === noise));
  return {
    problems,
    noises,
    alphas: [...groupBy(runs, (run) => run.alpha).keys()],
    panels: noises.flatMap((noise) =>
      problems.map((problem) => ({
        problem,
        noise,
        curves: curves(
          runs.filter((run) => run.problem === problem && run.noise === noise),
          measure,
        ),
      })),
    ),
  };
}

function collect(cells: unknown, measure: Measure): Map<string, FigureCell> {
  if (typeof (cells as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new EigenviewError('INVALID_ARGUMENT', 'A figure is drawn from the cells of a study.', {
      argument: 'cells',
      expected: 'an array or another iterable of cells',
      received: describe(cells),
    });
  }
  const runs = new Map<string, FigureCell>();
  let index = 0;
  for (const cell of cells as Iterable<unknown>) {
    const argument = `cells[${index++}]`;
    checkCell(argument, cell, measure);
    const key = `${cell.problem} ${cell.noise} α=${cell.alpha} n=${cell.n} seed=${cell.seed}`;
    const earlier = runs.get(key);
    if (earlier !== undefined && earlier[measure] !== cell[measure]) {
      throw new EigenviewError('INVALID_ARGUMENT', `Two cells disagree on ${key}.`, {
        argument: `${argument}.${measure}`,
        expected: `${earlier[measure]}, as in the earlier cell,`,
        received: String(cell[measure]),
        fix: 'Draw one study at a time.',
      });
    }
    runs.set(key, cell);
  }
  if (runs.size === 0) {
    throw new EigenviewError('EMPTY', 'There is nothing to draw.', {
      argument: 'cells',
      expected: 'at least one cell',
      received: 'none',
      fix: 'Run the study first.',
    });
  }
  return runs;
}

function curves(runs: FigureCell[], measure: Measure): Curve[] {
  return [...groupBy(runs, (run) => run.alpha)].map(([alpha, sameAlpha]) => ({
    alpha,
    points: [...groupBy(sameAlpha, (run) => run.n)].map(([n, seeds]) => point(n, seeds, measure)),
  }));
}

/** Summed in ascending order, so that the mean does not depend on the order of the cells; divided first, so that it cannot overflow. */
function point(n: number, runs: FigureCell[], measure: Measure): Point {
  const values = runs.map((run) => run[measure]).sort((a, b) => a - b);
  const low = values[0] as number;
  const high = values[values.length - 1] as number;
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return { n, seeds: values.length, mean: Math.min(Math.max(mean, low), high), low, high };
}

/** Groups by a number, keys ascending. */
function groupBy<T>(items: T[], key: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}
