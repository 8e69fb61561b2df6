/** Rows that samples are picked from in any order: in memory, or in a temporary file when they do not fit. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { writeError } from '../store/files.js';

export interface RowStore {
  readonly rows: number;
  readonly cols: number;
  append(chunk: Matrix): Promise<void>;
  /** The rows in the given order, in chunks of so many. */
  pick(order: Uint32Array, chunkRows: number): AsyncIterable<Matrix>;
  close(): Promise<void>;
}

/** The rows in the given order. */
export function gather({ data, cols }: Matrix, order: Uint32Array): Matrix {
  const out = new Float64Array(order.length * cols);
  for (let i = 0; i < order.length; i++) {
    const row = (order[i] as number) * cols;
    // Not element by element: that takes more than twice as long.
    out.set(data.subarray(row, row + cols), i * cols);
  }
  return new Matrix(order.length, cols, out);
}

export class MemoryRows implements RowStore {
  readonly cols: number;
  readonly #all: Matrix;
  #rows = 0;

  constructor(rows: number, cols: number) {
    this.cols = cols;
    this.#all = new Matrix(rows, cols);
  }

  get rows(): number {
    return this.#rows;
  }

  async append(chunk: Matrix): Promise<void> {
    this.#all.data.set(chunk.data, this.#rows * this.cols);
    this.#rows += chunk.rows;
  }

  async *pick(order: Uint32Array, chunkRows: number): AsyncGenerator<Matrix, void, undefined> {
    for (let from = 0; from < order.length; from += chunkRows) {
      yield gather(this.#all, order.subarray(from, from + chunkRows));
    }
  }

  async close(): Promise<void> {}
}

/** Rows sorted into their places are held in memory in stretches of this many bytes. */
const STRETCH_BYTES = 64 * 2 ** 20;
/** The file is read in pieces of this many bytes. */
const PIECE_BYTES = 4 * 2 ** 20;

/**
 * Rows in a temporary file. Picking all rows in random order one by one would take a seek a row; instead the order is cut
 * into stretches that fit in memory, and for each the file is read once from its first row wanted to its last, row by row
 * only where few are wanted.
 */
export class SpooledRows implements RowStore {
  #rows = 0;
  #closed: Promise<void> | undefined;

  private constructor(
    readonly cols: number,
    readonly folder: string,
    readonly handle: FileHandle,
  ) {}

  static async create(cols: number): Promise<SpooledRows> {
    const parent = tmpdir();
    try {
      const folder = await mkdtemp(join(parent, 'eigenview-'));
      const remove = () => rm(folder, { recursive: true, force: true });
      try {
        const handle = await open(join(folder, 'rows'), 'w+');
        // Where a file may go while it is open, not even a killed process leaves it behind.
        if (process.platform !== 'win32') await remove();
        return new SpooledRows(cols, folder, handle);
      } catch (cause) {
        await remove();
        throw cause;
      }
    } catch (cause) {
      throw writeError(parent, cause);
    }
  }

  get rows(): number {
    return this.#rows;
  }

  async append(chunk: Matrix): Promise<void> {
    const data = new Float64Array(chunk.data);
    const bytes = new Uint8Array(data.buffer);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.handle.write(bytes, done, bytes.length - done)).bytesWritten;
      }
    } catch (cause) {
      throw writeError(this.folder, cause);
    }
    this.#rows += chunk.rows;
  }

  async *pick(order: Uint32Array, chunkRows: number): AsyncGenerator<Matrix, void, undefined> {
    const perStretch = Math.max(chunkRows, Math.floor(STRETCH_BYTES / (8 * this.cols) / chunkRows) * chunkRows);
    for (let from = 0; from < order.length; from += perStretch) {
      const stretch = await this.#stretch(order.subarray(from, from + perStretch));
      for (let row = 0; row < stretch.rows; row += chunkRows) {
        const count = Math.min(chunkRows, stretch.rows - row);
        yield new Matrix(count, this.cols, stretch.data.subarray(row * this.cols, (row + count) * this.cols));
      }
    }
  }

  /** The rows of one stretch, read in the order of the file. */
  async #stretch(order: Uint32Array): Promise<Matrix> {
    const { cols } = this;
    const out = new Matrix(order.length, cols);
    const places = Uint32Array.from(order, (_, i) => i).sort((a, b) => (order[a] as number) - (order[b] as number));
    const perPiece = Math.max(1, Math.floor(PIECE_BYTES / (8 * cols)));
    for (let next = 0; next < places.length; ) {
      const first = order[places[next] as number] as number;
      let end = next;
      while (end < places.length && (order[places[end] as number] as number) < first + perPiece) end++;
      const last = order[places[end - 1] as number] as number;
      const piece = await this.#read(first, last + 1 - first);
      for (; next < end; next++) {
        const place = places[next] as number;
        const row = ((order[place] as number) - first) * cols;
        out.data.set(piece.subarray(row, row + cols), place * cols);
      }
    }
    return out;
  }

  async #read(first: number, rows: number): Promise<Float64Array> {
    const data = new Float64Array(rows * this.cols);
    const bytes = new Uint8Array(data.buffer);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await this.handle.read(bytes, done, bytes.length - done, 8 * first * this.cols + done);
      if (bytesRead === 0)
        throw new EigenviewError('FILE_IO', 'A temporary file became shorter.', { file: this.folder });
      done += bytesRead;
    }
    return data;
  }

  close(): Promise<void> {
    this.#closed ??= this.handle.close().finally(() => rm(this.folder, { recursive: true, force: true }));
    return this.#closed;
  }
}
