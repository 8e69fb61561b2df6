import { beginCall, type CallOptions } from '../backends/select.js';
import { checkDense, checkSameShape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { alignment } from './alignment.js';
import { type CollapseMeasures, measureCollapse } from './collapse-measures.js';
import { type CollapseVerdict, judgeCollapse } from './collapse-words.js';
import { groupRows, type SampleIds } from './groups.js';
import { lidar } from './lidar.js';
import { rankMe } from './rank-me.js';
import { tooFewRows } from './unit-rows.js';

export interface CollapseOptions extends CallOptions {
  /** n×d, another view of each row of z: adds the alignment, unless a row of either is zero and has no direction. */
  z2?: Matrix;
  /** The sample each row is a view of: adds LiDAR. */
  groups?: SampleIds;
}

export interface CollapseReport {
  verdict: CollapseVerdict;
  /** The verdict and its reasons, as sentences. */
  words: string;
  measures: CollapseMeasures;
}

/**
 * Whether embeddings have collapsed, and how: to one point, to a constant with little beside it, or to a part of their
 * dimensions. Thresholds: docs/diagnostics.md; the scale of z is of no account. No measure here knows whether what is left is of any use; a probe does.
 *
 * @param z n×d, n ≥ 2, an embedding a row
 * @throws EigenviewError `NOT_FINITE`, `EMPTY`, `OUT_OF_RANGE` for a single row, `SHAPE_MISMATCH` for a z2 of another shape;
 * with groups as {@link lidar}
 * @example
 * ```ts
 * const { verdict, words } = await collapseReport(Matrix.from([[1, 1], [1, 1], [1, 1]]));
 * console.log(verdict, words); // complete-collapse Complete collapse: all embeddings are the same.
 * ```
 */
export async function collapseReport(z: Matrix, options?: CollapseOptions): Promise<CollapseReport> {
  const { backend, control } = beginCall('collapseReport', options, ['z2', 'groups']);
  const { z2, groups, signal, backend: name } = options ?? {};
  checkDense('z', z);
  if (z.rows < 2) throw tooFewRows('z', z, 'Collapse is of several rows.');
  if (z2 !== undefined) {
    checkDense('z2', z2);
    checkSameShape('z2', z2, z.rows, z.cols);
  }
  if (groups !== undefined) groupRows(z, groups);
  const call: CallOptions = { ...(signal && { signal }), ...(name && { backend: name }) };
  const measures: CollapseMeasures = {
    ...(await measureCollapse(backend, control, z)),
    rankMe: await rankMe(z, call),
    ...(groups && { lidar: await lidar(z, groups, call) }),
    ...(z2 && directed(z) && directed(z2) && { alignment: await alignment(z, z2, call) }),
  };
  return { ...judgeCollapse(measures, z2 !== undefined), measures };
}

/** Whether every row has a direction. */
function directed(z: Matrix): boolean {
  for (let i = 0; i < z.rows; i++) if (z.row(i).every((x) => x === 0)) return false;
  return true;
}
