import { Matrix } from '../../src/matrix/matrix.js';
import { type AlignmentStudyConfig, alignmentStudy } from '../../src/study/alignment-study.js';
import { builtInDataset } from '../../src/study/built-in.js';
import type { StudyCell } from '../../src/study/cell.js';
import type { StudyDataset } from '../../src/study/dataset.js';

/** All cells of a study, in its order. */
export async function collect(
  dataset: StudyDataset,
  options: Omit<AlignmentStudyConfig, 'dataset'> = {},
): Promise<StudyCell[]> {
  const cells: StudyCell[] = [];
  for await (const cell of alignmentStudy({ dataset, ...options })) cells.push(cell);
  return cells;
}

/** A few leading coordinates of the built-in data: cells of microseconds. */
export const smallDataset = () => builtInDataset(4);

/** A grid for it with several values of everything. */
export const SMALL_GRID = {
  noiseDims: 3,
  noise: [1e3, 1e6],
  theta: [1e3, 1e4],
  k: [2, 4],
  alpha: [0, 0.5, 3],
  n: [20, 50, 300],
  seeds: 2,
} as const;

/** A data set made of given rows, the same for every seed. */
export function fixedDataset(signal: Matrix, targets: Matrix): StudyDataset {
  const leading = async function* (all: Matrix, n: number) {
    yield new Matrix(n, all.cols, all.data.slice(0, n * all.cols));
  };
  return {
    name: 'fixed',
    id: 'fixed',
    dims: signal.cols,
    rows: signal.rows,
    target: 'values',
    signal: (_, n) => leading(signal, n),
    targets: (_, n) => leading(targets, n),
  };
}
