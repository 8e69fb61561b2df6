/** Which columns of a state hold what. */
import type { LinalgKernels } from '../../backends/linalg.js';
import { Matrix } from '../../matrix/matrix.js';
import type { Pick, Template } from '../equilibria/family.js';

/** Adjacent columns. */
export interface Block {
  from: number;
  cols: number;
}

/** [P U …] where the predictor is learned, else [U …]. */
export interface Layout {
  readonly k: number;
  readonly columns: number;
  /** The first k columns are the predictor. */
  readonly learned: boolean;
  readonly encoders: readonly Block[];
  /** Of how many encoders, the first, the amplitudes of the modes are the root mean square. */
  readonly measured: number;
}

/** Encoders of the given widths, after the predictor if it is learned. */
export function layoutOf(k: number, widths: readonly number[], learned: boolean, measured: number): Layout {
  let columns = learned ? k : 0;
  const encoders = widths.map((cols) => {
    const block = { from: columns, cols };
    columns += cols;
    return block;
  });
  return { k, columns, learned, encoders, measured };
}

/** A copy of some columns. */
export function columnsOf(matrix: Matrix, { from, cols }: Block): Matrix {
  const out = new Float64Array(matrix.rows * cols);
  for (let i = 0; i < matrix.rows; i++) {
    const start = i * matrix.cols + from;
    out.set(matrix.data.subarray(start, start + cols), i * cols);
  }
  return new Matrix(matrix.rows, cols, out);
}

export function setColumns(matrix: Matrix, from: number, columns: Matrix): void {
  for (let i = 0; i < matrix.rows; i++) matrix.data.set(columns.row(i), i * matrix.cols + from);
}

/** The encoders' part of a state, one beside the other. */
export function encodersOf(state: Matrix, { learned, k, columns }: Layout): Matrix {
  return learned ? columnsOf(state, { from: k, cols: columns - k }) : state;
}

/** q · state for an orthogonal q, k×k: an encoder U becomes q U, a predictor P becomes q P qᵀ. */
export function turned(q: Matrix, state: Matrix, { learned, k }: Layout, linalg: LinalgKernels): Matrix {
  const out = linalg.matmul(q, state, false, false);
  if (learned) {
    const left = columnsOf(out, { from: 0, cols: k });
    setColumns(out, 0, linalg.matmul(left, q, false, true));
  }
  return out;
}

/**
 * Members of families, mode i in row i (features in one row share it).
 *
 * @param functions for each encoder a matrix that holds the coefficients of mode i in row i
 */
export function templateOf(layout: Layout, functions: readonly Matrix[]): Template {
  return (picks) => {
    const state = Matrix.zeros(layout.k, layout.columns);
    picks.forEach((pick, i) => {
      addMode(state, pick, Math.min(i, layout.k - 1), layout, functions);
    });
    return state;
  };
}

function addMode(state: Matrix, { mode, root }: Pick, row: number, layout: Layout, functions: readonly Matrix[]): void {
  const start = row * layout.columns;
  if (layout.learned) state.data[start + row] = root.predictor;
  layout.encoders.forEach(({ from, cols }, e) => {
    const coefficients = (functions[e] as Matrix).row(mode);
    for (let j = 0; j < cols; j++) {
      state.data[start + from + j] =
        (state.data[start + from + j] as number) + root.amplitude * (coefficients[j] as number);
    }
  });
}
