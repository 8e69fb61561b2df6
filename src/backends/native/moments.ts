import { EigenviewError } from '../../errors.js';
import { checkAttached, notFinite, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction, type NativeGram } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import { overflowError } from '../failure.js';
import type { Control } from '../linalg.js';
import type { GramAccumulator, GramSnapshot, MomentsBackend, NormalBlock } from '../moments.js';
import { facts, translate } from './failure.js';

/** Rows are copied for a job in pieces of this many bytes, so that no copy holds the event loop for long. */
const PIECE_BYTES = 8 * 2 ** 20;

/** Fills one staging area on this thread while a job sums the other. */
class NativeAccumulator implements GramAccumulator {
  readonly #gram: NativeGram;
  readonly #dx: number;
  readonly #dy: number;
  /** The sum under way. Always awaited before the next one starts. */
  #summing: Promise<void> | undefined;

  constructor(dx: number, dy: number) {
    try {
      this.#gram = new (loadAddon().Gram)(dx, dy);
    } catch (error) {
      throw translate('viewMoments', error, undefined);
    }
    this.#dx = dx;
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
    const width = this.#dx + this.#dy + 1;
    return { count, gram: new Matrix(width, width, gram) };
  }

  async #sum(control: Control): Promise<void> {
    await this.#settle();
    // At once, not when the job's turn comes: from here on rows go to the other area.
    this.#gram.swap();
    this.#summing = this.#run(control, (threads) => this.#gram.sum(threads));
    // Its failure is thrown by the next #settle; until then it must not count as unhandled.
    this.#summing.catch(() => {});
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
    const { code, value, at, column = 0 } = facts(error);
    const inX = column < this.#dx;
    const argument = inX ? 'source' : 'target';
    const local = inX ? column : column - this.#dx;
    if (code === 'NOT_FINITE') return notFinite(argument, at ?? 0, local, value ?? Number.NaN);
    if (code === 'OUT_OF_RANGE') return overflowError(argument, local);
    return translate('viewMoments', error, undefined);
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
  const run = loadAddon()[`${operation}Async`] as NativeFunction;
  const out = new Matrix(x.rows, cols);
  const rows = Math.max(1, Math.floor(PIECE_BYTES / (8 * Math.max(x.cols, cols))));
  const pending = new Set<Promise<void>>();
  const start = (from: number) => {
    checkAttached('source', x);
    const to = Math.min(x.rows, from + rows);
    // The addon copies a piece when its job starts; one that has to wait is copied now.
    const rest = x.data.subarray(from * x.cols, to * x.cols);
    const piece = lane.free('all') ? rest : rest.slice();
    const job = lane
      .run(
        'all',
        (granted) => run(granted, piece, to - from, x.cols, ...args(from)) as Promise<Float64Array>,
        control.signal,
      )
      .then((result) => out.data.set(result, from * cols));
    const settled = job.finally(() => pending.delete(settled));
    settled.catch(() => {});
    pending.add(settled);
    return settled;
  };
  try {
    for (let from = 0; from < x.rows; from += rows) {
      control.signal?.throwIfAborted();
      start(from);
      if (pending.size > 1) await [...pending][0];
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
  gram: (dx, dy) => new NativeAccumulator(dx, dy),

  project(control, x, encoder) {
    const code = [encoder.data.slice(), encoder.rows, encoder.cols];
    if (x.cols !== encoder.cols) throw new EigenviewError('INTERNAL', `project: ${shape(x)} by ${shape(encoder)}`);
    return byPieces(control, 'project', x, encoder.rows, () => code);
  },

  addNoise(control, x, root, block: NormalBlock) {
    const shaped = root instanceof Matrix ? root : new Matrix(1, root.length, root);
    const noise = [shaped.data.slice(), shaped.rows, shaped.cols];
    const key = [Math.floor(block.seed / 2 ** 32), block.seed % 2 ** 32, block.stream];
    return byPieces(control, 'addNoise', x, x.cols, (from) => [...noise, ...key, block.firstSample + from]);
  },
};
