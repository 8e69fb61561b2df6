import { EigenviewError } from '../../errors.js';
import { checkArrayAttached, Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import type { Control } from '../linalg.js';
import type {
  AppendedNoise,
  ByteRows,
  GramAccumulator,
  GramSnapshot,
  MomentsBackend,
  NormalBlock,
} from '../moments.js';
import { Accumulator } from './accumulator.js';
import { translate } from './failure.js';
import { seedWords } from './seed.js';

type Rows = Pick<Matrix, 'rows' | 'cols'> & { data: Matrix['data'] | ByteRows['data'] };

/** Rows are copied for a job in pieces of this many bytes, so that no copy holds the event loop for long. */
const PIECE_BYTES = 8 * 2 ** 20;

class NativeGramAccumulator extends Accumulator<{ count: number; gram: Float64Array }> implements GramAccumulator {
  readonly #width: number;

  constructor(dx: number, dy: number, noise?: AppendedNoise) {
    const drawn = noise === undefined ? [] : [noise.deviations, ...seedWords(noise.seed), noise.stream];
    const dz = noise?.deviations.length ?? 0;
    super(() => new (loadAddon().Gram)(dx, dy, ...drawn), dx, dz);
    this.#width = dx + dz + dy + 1;
  }

  async snapshot(control: Control): Promise<GramSnapshot> {
    const { count, gram } = await this.take(control);
    return { count, gram: new Matrix(this.#width, this.#width, gram) };
  }
}

/** The addon copies the rows when their job starts; one that has to wait is copied now. */
function startPiece(control: Control, operation: string, x: Rows, args: unknown[]): Promise<Float64Array> {
  const run = loadAddon()[`${operation}Async`] as NativeFunction;
  checkArrayAttached('source', x.data);
  // A job each for as many threads as there are: they need not wait for each other, as the threads of one job would.
  const rows = lane.free('one') ? x.data : x.data.slice();
  const job = () => run(1, rows, x.rows, x.cols, ...args) as Promise<Float64Array>;
  return lane.run('one', job, control.signal);
}

async function inOnePiece(control: Control, operation: string, x: Rows, args: unknown[]): Promise<Float64Array> {
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
  x: Rows,
  cols: number,
  args: (from: number) => unknown[],
): Promise<Matrix> {
  const rows = Math.max(1, Math.floor(PIECE_BYTES / (8 * Math.max(x.cols, cols))));
  if (x.rows <= rows) return new Matrix(x.rows, cols, await inOnePiece(control, operation, x, args(0)));
  const out = new Matrix(x.rows, cols);
  const pending = new Set<Promise<void>>();
  const start = (from: number) => {
    const to = Math.min(x.rows, from + rows);
    checkArrayAttached('source', x.data);
    const piece = { rows: to - from, cols: x.cols, data: x.data.subarray(from * x.cols, to * x.cols) };
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
  gram: (dx, dy, noise) => new NativeGramAccumulator(dx, dy, noise),

  project(control, x, encoder) {
    const code = [encoder.data.slice(), encoder.rows, encoder.cols];
    if (x.cols !== encoder.cols) throw new EigenviewError('INTERNAL', `project: ${x.cols} by ${encoder.cols}`);
    return byPieces(control, 'project', x, encoder.rows, () => code);
  },

  addNoise(control, x, root, block: NormalBlock) {
    const shaped = root instanceof Matrix ? root : new Matrix(1, root.length, root);
    const noise = [shaped.data.slice(), shaped.rows, shaped.cols];
    const key = [...seedWords(block.seed), block.stream];
    return byPieces(control, 'addNoise', x, x.cols, (from) => [...noise, ...key, block.firstSample + from]);
  },
};
