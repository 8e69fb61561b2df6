import { adviceFrom, thresholdsOf } from './advice.js';
import type { FailedCell, StudyCell } from './cell.js';
import { countCells } from './grid.js';
import { groupBy, inGridOrder, regimeKey, regimeOf } from './order.js';
import { fitSlope } from './slope.js';
import { spread } from './spread.js';
import type { Curve, StudySummary } from './summary.js';
import { countAgreement, verdictsOf } from './verdict.js';

/**
 * What the cells of a study say. It depends on the set of cells alone, not on their order, to the last bit. Cells that are
 * missing are left out of every list and count; without any the lists are empty.
 *
 * @param cells each place of the grid once at most, as {@link failures}
 */
export function summarise(
  cells: Iterable<StudyCell>,
  failures: Iterable<FailedCell>,
  { dataset, grid }: Pick<StudySummary, 'dataset' | 'grid'>,
): StudySummary {
  const finished = inGridOrder(cells);
  const failed = inGridOrder(failures).map(plainFailure);
  const thresholds = thresholdsOf(finished);
  const verdicts = verdictsOf(finished);
  return {
    dataset,
    grid,
    cells: { total: countCells(grid), finished: finished.length, failed: failed.length },
    thresholds,
    curves: curvesOf(finished),
    verdicts,
    agreement: {
      clear: countAgreement(verdicts.filter(({ close }) => !close)),
      close: countAgreement(verdicts.filter(({ close }) => close)),
    },
    advice: adviceFrom(thresholds),
    failures: failed,
  };
}

function curvesOf(cells: readonly StudyCell[]): Curve[] {
  const curves = groupBy(cells, (cell) => `${regimeKey(cell)} ${cell.problem} ${cell.alpha}`);
  return [...curves.values()].map((curve) => {
    const { problem, alpha, ...rest } = curve[0] as StudyCell;
    const seeds = [...groupBy(curve, ({ seed }) => seed).values()];
    const slope = (measure: 'distance' | 'angle') =>
      fitSlope(seeds.map((seed) => seed.map((cell) => ({ n: cell.n, value: cell[measure] }))));
    return {
      ...regimeOf(rest),
      problem,
      alpha,
      points: [...groupBy(curve, ({ n }) => n)].map(([n, at]) => ({
        n,
        distance: spread(at.map(({ distance }) => distance)),
        angle: spread(at.map(({ angle }) => angle)),
      })),
      slopes: { distance: slope('distance'), angle: slope('angle') },
    };
  });
}

/** Keys in one order, and none that a store may have added. */
function plainFailure({ problem, noise, theta, k, alpha, n, seed, error }: FailedCell): FailedCell {
  return { problem, noise, theta, k, alpha, n, seed, error: { code: error.code, message: error.message } };
}
