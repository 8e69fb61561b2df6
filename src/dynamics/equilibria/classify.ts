/** Which equilibrium a state is nearest to: mode by mode, not by going through all of them. */
import type { LinalgKernels } from '../../backends/linalg.js';
import { Matrix } from '../../matrix/matrix.js';
import { norm } from '../../matrix/norm.js';
import type { Classification, Equilibrium } from '../flow.js';
import { columnsOf, encodersOf, type Layout, templateOf, turned } from '../flows/layout.js';
import type { Modes } from '../flows/model.js';
import { Family, type Pick, verdictOf } from './family.js';
import { fullest, type Root, type Theory } from './theory.js';

/** @param state in the flow's own coordinates */
export function classify(
  state: Matrix,
  theory: Theory,
  modes: Modes,
  layout: Layout,
  linalg: LinalgKernels,
): Classification {
  const functions = alignedFunctions(state, modes, layout, linalg);
  const amplitudes = amplitudesOf(state, functions, layout, linalg);
  const picks = nearestPicks(amplitudes, theory);
  const equilibrium = new Family(theory, modes.correlations, picks, templateOf(layout, modes.functions()));
  const nearest = templateOf(layout, functions)([...picks].sort((a, b) => a.mode - b.mode));
  const distance = familyDistance(state, nearest, layout, linalg);
  const collapsed = picks.length === 0;
  const most = fullest(theory);
  const partial = !collapsed && picks.length < most;
  const words = describe(equilibrium, distance, most);
  return { equilibrium, amplitudes, distance, collapsed, partial, words };
}

/** Whether the equilibrium that {@link classify} would find is unstable; less work than the whole classification. */
export function restsUnstably(
  state: Matrix,
  theory: Theory,
  modes: Modes,
  layout: Layout,
  linalg: LinalgKernels,
): boolean {
  const functions = alignedFunctions(state, modes, layout, linalg);
  return verdictOf(theory, nearestPicks(amplitudesOf(state, functions, layout, linalg), theory)) === 'unstable';
}

/** ‖U qᵢ‖ of each mode: the root mean square over the encoders measured. */
export function amplitudesOf(
  state: Matrix,
  functions: readonly Matrix[],
  layout: Layout,
  linalg: LinalgKernels,
): Float64Array {
  const squares = new Float64Array((functions[0] as Matrix).rows);
  for (const [e, block] of layout.encoders.slice(0, layout.measured).entries()) {
    const { data, rows, cols } = linalg.matmul(columnsOf(state, block), functions[e] as Matrix, false, true);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) squares[j] = (squares[j] as number) + (data[i * cols + j] as number) ** 2;
    }
  }
  return squares.map((square) => Math.sqrt(square / layout.measured));
}

/**
 * Where modes tie, any rotation of their functions is canonical as well. The one by which the state's outputs on them are
 * orthogonal shows how many of them are there: the eigenvectors of the Gram matrix of these outputs.
 */
function alignedFunctions(state: Matrix, modes: Modes, layout: Layout, linalg: LinalgKernels): readonly Matrix[] {
  if (modes.ties.length === 0) return modes.functions();
  const functions = modes.functions().map(({ rows, cols, data }) => new Matrix(rows, cols, Float64Array.from(data)));
  for (const ties of modes.ties) {
    const gram = Matrix.zeros(ties.length, ties.length);
    for (const [e, block] of layout.encoders.slice(0, layout.measured).entries()) {
      const outputs = linalg.matmul(columnsOf(state, block), rowsOf(functions[e] as Matrix, ties), false, true);
      linalg.matmul(outputs, outputs, true, false).data.forEach((x, i) => {
        gram.data[i] = (gram.data[i] as number) + x;
      });
    }
    const { vectors } = linalg.eigh(gram, undefined, undefined);
    for (const all of functions) {
      const rotated = linalg.matmul(vectors, rowsOf(all, ties), true, false);
      ties.forEach((mode, i) => {
        all.row(mode).set(rotated.row(i));
      });
    }
  }
  return functions;
}

function rowsOf(matrix: Matrix, rows: readonly number[]): Matrix {
  const out = Matrix.zeros(rows.length, matrix.cols);
  rows.forEach((from, to) => {
    out.row(to).set(matrix.row(from));
  });
  return out;
}

/** For each mode the nearest of 0 and its roots; of too many modes those that explain most of the state. */
function nearestPicks(amplitudes: Float64Array, theory: Theory): Pick[] {
  const picks: (Pick & { gain: number })[] = [];
  theory.roots.forEach((roots, mode) => {
    const amplitude = amplitudes[mode] as number;
    const root = roots.reduce<Root | undefined>((best, next) => nearer(amplitude, best, next), undefined);
    if (root === undefined) return;
    const gain = amplitude ** 2 - (amplitude - root.amplitude) ** 2;
    if (gain > 0) picks.push({ mode, root, gain });
  });
  return picks.sort((a, b) => b.gain - a.gain || a.mode - b.mode).slice(0, theory.most);
}

function nearer(amplitude: number, best: Root | undefined, next: Root): Root {
  if (best === undefined) return next;
  return Math.abs(amplitude - next.amplitude) < Math.abs(amplitude - best.amplitude) ? next : best;
}

/**
 * min over orthogonal q of ‖state − q · member‖: with U Tᵀ = W Σ Zᵀ of the encoders' parts the best q is W Zᵀ (Schönemann
 * 1966). A learned predictor goes with the encoders' q.
 */
function familyDistance(state: Matrix, member: Matrix, layout: Layout, linalg: LinalgKernels): number {
  const overlap = linalg.matmul(encodersOf(state, layout), encodersOf(member, layout), false, true);
  const { u, vt } = linalg.svd(overlap, undefined);
  const best = turned(linalg.matmul(u, vt, false, false), member, layout, linalg);
  return norm(best.data.map((x, i) => (state.data[i] as number) - x));
}

function describe({ modes, verdict, attracts }: Equilibrium, distance: number, most: number): string {
  const lower = modes.filter(({ root }) => root === 'lower').map(({ index }) => index);
  const names = modes.map(({ index }) => index).join(', ');
  const kept = modes.length === 0 ? 'Collapsed: no mode is kept' : `Mode${modes.length > 1 ? 's' : ''} ${names} kept`;
  const possible =
    modes.length >= most
      ? ', as many as can be'
      : modes.length === 0
        ? `, of ${most}`
        : ` of ${most}: partial collapse`;
  const roots = lower.length === 0 ? '' : `, ${lower.join(', ')} at the lower root`;
  const kind = verdict === 'degenerate' && attracts ? 'degenerate by a tie alone, and attracts' : verdict;
  return `${kept}${possible}${roots}; ${distance.toExponential(1)} from that equilibrium, which is ${kind}.`;
}
