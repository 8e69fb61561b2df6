import { EigenviewError } from '../../errors.js';
import { checkAttached, notFinite, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction, type NativeGram } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import { threads } from '../../runtime/threads.js';
import { overflowError } from '../failure.js';
import type { Control } from '../linalg.js';
import type { AppendedNoise, GramAccumulator, GramSnapshot, MomentsBackend, NormalBlock } from '../moments.js';
import { facts, translate } from './failure.js';

/** Rows are copied for a job in pieces of this many bytes, so that no copy holds the event loop for long. */
const PIECE_BYTES = 8 * 2 ** 20;

/** Fills one staging area on this thread while a job sums the other. */
class NativeAccumulator implements GramAccumulator {
  readonly #gram: NativeGram;
  readonly #dx: number;
  /** Noise coordinates. */
  readonly #dz: number;
  readonly #dy: number;
  /** The sum under way. Always awaited before the next one starts. */
  #summing: Promise<void> | undefined;

  constructor(dx: number, dy: number, noise?: AppendedNoise) {
    const drawn = noise === undefined ? [] : [noise.deviations, ...words(noise.seed), noise.stream];
    try {
      this.#gram = new (loadAddon().Gram)(dx, dy, ...drawn);
    } catch (error) {
      throw translate('viewMoments', error, undefined);
    }
    this.#dx = dx;
    this.#dz = noise?.deviations.length ?? 0;
    this.#dy = dy;
  }

  async add(control: Control, x: Matrix, y: Matrix | undefined): Promise<void> {
    for (let at = 0; at < x.rows; ) {
      control.signal?.throwIfAborted();
      checkAttached('source', x);
      if (y !== undefined) checkAttached('target', y);
      at += this.#gram.fill(x.data, x.rows, y?.data, at);
      if (this.#gram.full()) await this.#sum(control);
    }
  }

  async snapshot(control: Control): Promise<GramSnapshot> {
    await this.#settle();
    const { count, gram } = await this.#run(control, (threads) => this.#gram.snapshot(threads));
    const width = this.#dx + this.#dz + this.#dy + 1;
    return { count, gram: new Matrix(width, width, gram) };
  }

  async close(): Promise<void> {
    // Whether it failed no longer matters.
    await this.#settle().catch(() => {});
    this.#gram.close();
  }

  async #sum(control: Control): Promise<void> {
    await this.#settle();
    // At once, not when the job's turn comes: from here on rows go to the other area.
    this.#gram.swap();
    this.#summing = this.#sumTogether(control);
    // Its failure is thrown by the next #settle; until then it must not count as unhandled.
    this.#summing.catch(() => {});
  }

  /** A job for each slot of the lane: the pool's threads sit on processors of their own, new ones would have to move. */
  async #sumTogether(control: Control): Promise<void> {
    const share = Math.ceil(threads() / lane.width);
    const help = () => lane.run('one', () => this.#gram.help(share), control.signal);
    const outcomes = await Promise.allSettled(Array.from({ length: lane.width }, help));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (control.signal?.aborted) throw control.signal.reason;
    if (failed !== undefined) throw this.#translate(failed.reason);
    try {
      this.#gram.check();
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async #settle(): Promise<void> {
    const summing = this.#summing;
    this.#summing = undefined;
    await summing;
  }

  async #run<T>(control: Control, job: (threads: number) => Promise<T>): Promise<T> {
    try {
      return await lane.run('all', job, control.signal);
    } catch (error) {
      if (control.signal?.aborted) throw control.signal.reason;
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): unknown {
    if (error instanceof EigenviewError) return error;
    const { code, value, at, column = 0 } = facts(error);
    const inX = column < this.#dx;
    const argument = inX ? 'source' : 'target';
    const local = inX ? column : column - this.#dx - this.#dz;
    if (code === 'NOT_FINITE') return notFinite(argument, at ?? 0, local, value ?? Number.NaN);
    if (code === 'OUT_OF_RANGE') return overflowError(argument, local);
    return translate('viewMoments', error, undefined);
  }
}

/** High and low word of a seed. */
function words(seed: number): [number, number] {
  return [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
}

/** The addon copies the rows when their job starts; one that has to wait is copied now. */
function startPiece(control: Control, operation: string, x: Matrix, args: unknown[]): Promise<Float64Array> {
  const run = loadAddon()[`${operation}Async`] as NativeFunction;
  checkAttached('source', x);
  // A job each for as many threads as there are: they need not wait for each other, as the threads of one job would.
  const rows = lane.free('one') ? x.data : x.data.slice();
  const job = () => run(1, rows, x.rows, x.cols, ...args) as Promise<Float64Array>;
  return lane.run('one', job, control.signal);
}

async function inOnePiece(control: Control, operation: string, x: Matrix, args: unknown[]): Promise<Float64Array> {
  try {
    return await startPiece(control, operation, x, args);
  } catch (error) {
    if (control.signal?.aborted) throw control.signal.reason;
    throw error instanceof EigenviewError ? error : translate(operation, error, control.signal);
  }
}

/** Runs a row-wise job piece by piece into one output, the next piece copied while the last one is computed. */
async function byPieces(
  control: Control,
  operation: string,
  x: Matrix,
  cols: number,
  args: (from: number) => unknown[],
): Promise<Matrix> {
  const rows = Math.max(1, Math.floor(PIECE_BYTES / (8 * Math.max(x.cols, cols))));
  if (x.rows <= rows) return new Matrix(x.rows, cols, await inOnePiece(control, operation, x, args(0)));
  const out = new Matrix(x.rows, cols);
  const pending = new Set<Promise<void>>();
  const start = (from: number) => {
    const to = Math.min(x.rows, from + rows);
    checkAttached('source', x);
    const piece = new Matrix(to - from, x.cols, x.data.subarray(from * x.cols, to * x.cols));
    const job = startPiece(control, operation, piece, args(from)).then((result) => out.data.set(result, from * cols));
    const settled = job.finally(() => pending.delete(settled));
    settled.catch(() => {});
    pending.add(settled);
    return settled;
  };
  try {
    for (let from = 0; from < x.rows; from += rows) {
      control.signal?.throwIfAborted();
      start(from);
      if (pending.size > lane.width) await [...pending][0];
    }
    await Promise.all(pending);
    return out;
  } catch (error) {
    await Promise.allSettled(pending);
    if (control.signal?.aborted) throw control.signal.reason;
    throw error instanceof EigenviewError ? error : translate(operation, error, control.signal);
  }
}

export const moments: MomentsBackend = {
  gram: (dx, dy, noise) => new NativeAccumulator(dx, dy, noise),

  project(control, x, encoder) {
    const code = [encoder.data.slice(), encoder.rows, encoder.cols];
    if (x.cols !== encoder.cols) throw new EigenviewError('INTERNAL', `project: ${shape(x)} by ${shape(encoder)}`);
    return byPieces(control, 'project', x, encoder.rows, () => code);
  },

  addNoise(control, x, root, block: NormalBlock) {
    const shaped = root instanceof Matrix ? root : new Matrix(1, root.length, root);
    const noise = [shaped.data.slice(), shaped.rows, shaped.cols];
    const key = [...words(block.seed), block.stream];
    return byPieces(control, 'addNoise', x, x.cols, (from) => [...noise, ...key, block.firstSample + from]);
  },
};
