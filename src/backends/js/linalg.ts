/** Dense linear algebra in plain JavaScript: the readable reference for the native kernels, and what runs without them. */
import { Matrix } from '../../matrix/matrix.js';
import type { Control, LinalgBackend, LinalgKernels, Promised } from '../linalg.js';
import { cholesky } from './cholesky.js';
import { eig } from './eig.js';
import { eigh } from './eigh.js';
import { matmul } from './matmul.js';
import { inverseSqrt, whiten } from './root.js';
import { solve } from './solve.js';
import { svd } from './svd.js';
import { turn } from './turns.js';

const sync: LinalgKernels = {
  svd: (a, k) => svd(a, k),
  eigh: (a, b, k) => eigh(a, b, k),
  eig,
  cholesky: (a) => cholesky(a),
  solve,
  inverseSqrt,
  whiten,
  matmul,
  svdBatch: (stack, k) => stack.map((a, at) => svd(a, k, at)),
  eighBatch: (stack, k) => stack.map((a, at) => eigh(a, undefined, k, at)),
};

type Kernel = (...args: unknown[]) => unknown;

/** The kernel in a later turn, on its arguments as they were when it was called. */
function deferred(kernel: Kernel) {
  return async (control: Control, ...args: unknown[]): Promise<unknown> => {
    const taken = args.map(snapshot);
    await turn(control.signal);
    return kernel(...taken);
  };
}

function snapshot(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(snapshot);
  if (argument instanceof Matrix) return new Matrix(argument.rows, argument.cols, argument.data.slice());
  return argument;
}

function promised<Kernels extends object>(kernels: Kernels): Promised<Kernels> {
  const entries = Object.entries(kernels).map(([name, kernel]) => [name, deferred(kernel as Kernel)]);
  return Object.fromEntries(entries) as Promised<Kernels>;
}

export const linalg: LinalgBackend = { sync, async: promised(sync) };
