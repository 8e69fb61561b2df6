import { describe, EigenviewError } from '../errors.js';
import { groupBy, regimeKey } from '../study/order.js';
import { PROBLEMS, type Problem } from '../study/protocol.js';
import type { Regime } from '../study/summary.js';
import { checkCell, type FigureCell, type Measure } from './figure-cell.js';
import { groupByNumber } from './groups.js';
import { distinctRegimes } from './regime.js';

/** All seeds of one (problem, regime, α, n). */
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

/** One problem in one regime, its curves ascending in α; none where the study has no such cells. */
export interface Panel {
  problem: Problem;
  regime: Regime;
  curves: Curve[];
}

/** The figure as numbers: panels row by row over the problems and regimes that occur. */
export interface Panels {
  problems: Problem[];
  regimes: Regime[];
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
  const runs = [...collect(cells, measure).values()];
  const problems = PROBLEMS.filter((problem) => runs.some((run) => run.problem === problem));
  const regimes = distinctRegimes(runs);
  const byPanel = groupBy(runs, (run) => `${run.problem} ${regimeKey(run)}`);
  return {
    problems,
    regimes,
    alphas: [...groupByNumber(runs, (run) => run.alpha).keys()],
    panels: regimes.flatMap((regime) =>
      problems.map((problem) => ({
        problem,
        regime,
        curves: curves(byPanel.get(`${problem} ${regimeKey(regime)}`) ?? [], measure),
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
    const { problem, noise, theta, k, alpha, n, seed } = cell;
    const key = `${problem} noise=${noise} Θ=${theta} k=${k} α=${alpha} n=${n} seed=${seed}`;
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
  return [...groupByNumber(runs, (run) => run.alpha)].map(([alpha, sameAlpha]) => ({
    alpha,
    points: [...groupByNumber(sameAlpha, (run) => run.n)].map(([n, seeds]) => point(n, seeds, measure)),
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
