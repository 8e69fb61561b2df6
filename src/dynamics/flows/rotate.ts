/** States into canonical coordinates and back. */
import type { LinalgBackend, LinalgKernels } from '../../backends/linalg.js';
import { Matrix } from '../../matrix/matrix.js';
import { columnsOf, type Layout, setColumns } from './layout.js';
import type { Modes } from './model.js';
import { stacked, unstacked } from './stack.js';

/** U Fᵀ for each encoder U. A state that needs no rotation is returned as it is. */
export function toCanonical(state: Matrix, layout: Layout, modes: Modes, linalg: LinalgKernels): Matrix {
  const rotations = modes.canonical?.rotations;
  if (rotations === undefined) return state;
  const out = new Matrix(state.rows, state.cols, Float64Array.from(state.data));
  layout.encoders.forEach((block, e) => {
    setColumns(out, block.from, linalg.matmul(columnsOf(state, block), rotations[e] as Matrix, false, true));
  });
  return out;
}

/** The same of many states, off this thread. */
export async function allToCanonical(
  states: readonly Matrix[],
  layout: Layout,
  modes: Modes,
  linalg: LinalgBackend,
): Promise<readonly Matrix[]> {
  if (modes.canonical?.rotations === undefined) return states;
  const all = await stacked(
    states.map(({ data }) => data),
    layout.columns,
  );
  return unstacked(await rotated(all, layout, modes.canonical.rotations, true, linalg), layout.k);
}

/** The inverse, of states one above the other. */
export async function fromCanonical(
  states: Matrix,
  layout: Layout,
  modes: Modes,
  linalg: LinalgBackend,
): Promise<Matrix> {
  const rotations = modes.canonical?.rotations;
  return rotations === undefined ? states : rotated(states, layout, rotations, false, linalg);
}

async function rotated(
  states: Matrix,
  { encoders }: Layout,
  rotations: readonly Matrix[],
  transpose: boolean,
  linalg: LinalgBackend,
): Promise<Matrix> {
  // The same bits at any number of threads, as the trajectories between have.
  const control = { reproducible: true };
  for (const [e, block] of encoders.entries()) {
    const part = columnsOf(states, block);
    const product = await linalg.async.matmul(control, part, rotations[e] as Matrix, false, transpose);
    setColumns(states, block.from, product);
  }
  return states;
}
