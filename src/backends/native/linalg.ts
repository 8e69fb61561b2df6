import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction } from '../../runtime/addon.js';
import { lane, type Share } from '../../runtime/lane.js';
import { threads } from '../../runtime/threads.js';
import { turnHasTime } from '../../runtime/turn.js';
import type { Control, Eig, Eigh, LinalgBackend, LinalgKernels, Svd, Whitening } from '../linalg.js';
import { cancellable } from './cancel.js';
import { blame, translate } from './failure.js';

/** One native call: its arguments after the thread count, what to make of its answer, and roughly what it costs. */
interface Call<Result> {
  operation: string;
  args: unknown[];
  read(raw: never): Result;
  /** Multiply-adds. */
  cost: number;
  /** A team of threads over many small matrices, cancellable between them, instead of threads inside LAPACK. */
  batch?: boolean;
  /** Place in the whole batch of the first matrix. */
  first?: number;
}

/** Above this, a few milliseconds on one core, a LAPACK call that is alone uses all threads. */
const LARGE = 5e7;

/** Below this, some 50 µs of work, the way to another thread and back would cost as much as the call itself. */
const SMALL = 1e6;

interface RawSvd {
  u: Float64Array;
  s: Float64Array;
  vt: Float64Array;
  residual: number;
}

interface RawEigh {
  values: Float64Array;
  vectors: Float64Array;
  residual: number;
}

interface RawEig {
  re: Float64Array;
  im: Float64Array;
  vectorsRe: Float64Array;
  vectorsIm: Float64Array;
  residual: number;
}

const dense = (matrix: Matrix) => [matrix.data, matrix.rows, matrix.cols];

const readSvd =
  (m: number, n: number, k: number) =>
  (raw: RawSvd, at?: number): Svd => ({
    u: new Matrix(m, k, raw.u),
    s: raw.s,
    vt: new Matrix(k, n, raw.vt),
    residual: converged(raw.residual, at),
  });

const readEigh =
  (n: number, k: number) =>
  (raw: RawEigh, at?: number): Eigh => ({
    values: raw.values,
    vectors: new Matrix(n, k, raw.vectors),
    residual: converged(raw.residual, at),
  });

/** A decomposition that is not even half right (√eps) did not converge. Throws what the addon would. */
function converged(residual: number, at?: number): number {
  if (residual <= Math.sqrt(Number.EPSILON)) return residual;
  throw Object.assign(new Error('residual'), { code: 'NO_CONVERGENCE', at });
}

const readMatrix = (rows: number, cols: number) => (raw: Float64Array) => new Matrix(rows, cols, raw);

function concatenate(stack: readonly Matrix[]): Float64Array {
  const size = (stack[0] as Matrix).data.length;
  const all = new Matrix(stack.length, size).data as Float64Array;
  stack.forEach((matrix, i) => {
    all.set(matrix.data, i * size);
  });
  return all;
}

/** Every operation as a native call; the synchronous and asynchronous backends both read this table. */
const calls: {
  [Name in keyof LinalgKernels]: (...args: Parameters<LinalgKernels[Name]>) => Call<ReturnType<LinalgKernels[Name]>>;
} = {
  svd(a, k = Math.min(a.rows, a.cols)) {
    const cost = 8 * a.data.length * Math.min(a.rows, a.cols);
    return { operation: 'svd', args: [...dense(a), k], read: readSvd(a.rows, a.cols, k), cost };
  },
  eigh(a, b, k = a.rows) {
    const args = b === undefined ? [...dense(a), k] : [...dense(a), k, ...dense(b)];
    return { operation: 'eigh', args, read: readEigh(a.rows, k), cost: 5 * a.rows ** 3 };
  },
  eig(a) {
    const n = a.rows;
    const read = (raw: RawEig): Eig => ({
      values: { re: raw.re, im: raw.im },
      vectors: { re: new Matrix(n, n, raw.vectorsRe), im: new Matrix(n, n, raw.vectorsIm) },
      residual: converged(raw.residual),
    });
    return { operation: 'eig', args: dense(a), read, cost: 25 * n ** 3 };
  },
  cholesky(a) {
    return { operation: 'cholesky', args: dense(a), read: readMatrix(a.rows, a.rows), cost: a.rows ** 3 / 6 };
  },
  solve(a, b) {
    const cost = a.rows ** 3 / 3 + a.rows * a.rows * b.cols;
    return { operation: 'solve', args: [...dense(a), ...dense(b)], read: readMatrix(a.rows, b.cols), cost };
  },
  inverseSqrt(a, rankTolerance) {
    const args = [...dense(a), rankTolerance];
    return { operation: 'inverseSqrt', args, read: readMatrix(a.rows, a.rows), cost: 6 * a.rows ** 3 };
  },
  whiten(s, rankTolerance) {
    const n = s.rows;
    const read = (raw: Float64Array): Whitening => ({
      whitener: new Matrix(raw.length / n, n, raw),
      rank: raw.length / n,
    });
    return { operation: 'whiten', args: [...dense(s), rankTolerance], read, cost: n ** 3 / 3 };
  },
  matmul(a, b, transposeA, transposeB) {
    const rows = transposeA ? a.cols : a.rows;
    const inner = transposeA ? a.rows : a.cols;
    const cols = transposeB ? b.rows : b.cols;
    const args = [...dense(a), ...dense(b), transposeA, transposeB];
    return { operation: 'matmul', args, read: readMatrix(rows, cols), cost: rows * cols * inner };
  },
  svdBatch(stack, k) {
    const { rows, cols } = stack[0] as Matrix;
    const size = k ?? Math.min(rows, cols);
    const read = (raw: RawSvd[]) => raw.map(readSvd(rows, cols, size));
    const cost = 8 * rows * cols * Math.min(rows, cols) * stack.length;
    return { operation: 'svdBatch', args: [concatenate(stack), rows, cols, size], read, cost, batch: true };
  },
  eighBatch(stack, k) {
    const n = (stack[0] as Matrix).rows;
    const read = (raw: RawEigh[]) => raw.map(readEigh(n, k ?? n));
    const cost = 5 * n ** 3 * stack.length;
    return { operation: 'eighBatch', args: [concatenate(stack), n, n, k ?? n], read, cost, batch: true };
  },
};

function performSync<Result>(call: Call<Result>): Result {
  const run = loadAddon()[call.operation] as NativeFunction;
  try {
    return call.read(run(call.cost > LARGE ? threads() : 1, ...call.args) as never);
  } catch (error) {
    throw translate(call.operation, error, undefined, call.first);
  }
}

async function perform<Result>(control: Control, call: Call<Result>): Promise<Result> {
  const { signal } = control;
  signal?.throwIfAborted();
  const site = new Error();
  const share = shareOf(call, control);
  if (call.cost < SMALL && lane.free('one') && turnHasTime()) return performSync(call);
  try {
    // The addon copies its input when the job starts; a job that has to wait copies it now, unless it is a copy already.
    const taken = call.batch || lane.free(share);
    const args = taken ? call.args : call.args.map((arg) => (isView(arg) ? arg.slice() : arg));
    const job = (granted: number) => start<never>(call, granted, args, signal);
    const raw = await lane.run(share, job, signal);
    signal?.throwIfAborted();
    return call.read(raw);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw blame(site, translate(call.operation, error, signal, call.first));
  }
}

async function start<Raw>(call: Call<unknown>, granted: number, args: unknown[], signal?: AbortSignal): Promise<Raw> {
  const run = loadAddon()[`${call.operation}Async`] as NativeFunction;
  if (!call.batch) return run(granted, ...args) as Promise<Raw>;
  return cancellable(signal, (cancelled) => run(granted, ...args, cancelled) as Promise<Raw>);
}

function shareOf(call: Call<unknown>, control: Control): Share {
  if (call.batch) return 'all';
  return call.cost > LARGE && !control.reproducible ? 'all-if-idle' : 'one';
}

const isView = (arg: unknown): arg is Float64Array => ArrayBuffer.isView(arg);

/** One job's part of a batch: what copying its matrices in and its results out costs the event loop is milliseconds. */
const PIECE = { elements: 2 ** 17, matrices: 512 };

type Batch = (stack: readonly Matrix[], k: number | undefined) => Call<unknown[]>;

/** A batch as several jobs. All of the stack is copied at once, before the first of them starts. */
async function performBatch(
  describe: Batch,
  control: Control,
  stack: readonly Matrix[],
  k: number | undefined,
): Promise<unknown[]> {
  const whole = describe(stack, k);
  const [numbers, ...shape] = whole.args as [Float64Array, ...number[]];
  const { length: count } = stack;
  const length = numbers.length / count;
  const size = Math.max(threads(), Math.min(PIECE.matrices, Math.floor(PIECE.elements / length)));
  const results: unknown[] = [];
  for (let first = 0; first < count; first += size) {
    const piece = numbers.subarray(first * length, (first + size) * length);
    for (const result of await perform(control, { ...whole, args: [piece, ...shape], first })) results.push(result);
  }
  return results;
}

type Table = Record<string, (...args: never[]) => Call<unknown>>;

/** Builds one function per operation from the table. */
function derive<Functions>(make: (describe: (...args: never[]) => Call<unknown>) => unknown): Functions {
  return Object.fromEntries(
    Object.entries(calls as Table).map(([name, describe]) => [name, make(describe)]),
  ) as Functions;
}

export const linalg: LinalgBackend = {
  sync: derive<LinalgBackend['sync']>(
    (describe) =>
      (...args: never[]) =>
        performSync(describe(...args)),
  ),
  async: derive<LinalgBackend['async']>(
    (describe) =>
      (control: Control, ...args: never[]) =>
        Array.isArray(args[0])
          ? performBatch(describe as Batch, control, ...(args as unknown as Parameters<Batch>))
          : perform(control, describe(...args)),
  ),
};
