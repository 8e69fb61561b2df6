import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { checkAttached } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { RowCursor } from './source.js';
import type { ViewMoments } from './view-moments.js';

/** Where the rows of a pass go. */
export interface Sink {
  add(x: Matrix, y: Matrix | undefined): Promise<void>;
  /** The moments of all rows so far; more may follow. */
  moments(): Promise<ViewMoments>;
  close(): Promise<void>;
}

/** One pass over rows and targets side by side. */
export class Pass {
  #done = 0;

  constructor(
    readonly sink: Sink,
    readonly control: Control,
    readonly rows: RowCursor,
    readonly targets: RowCursor | undefined,
    readonly onProgress: ((progress: { rows: number }) => void) | undefined,
  ) {}

  /** Reads on until `end` rows have been seen, or the data end. */
  async run(end: number): Promise<void> {
    while (this.#done < end) {
      this.control.signal?.throwIfAborted();
      const x = await this.rows.peek();
      const y = await this.targets?.peek();
      if (this.targets !== undefined && (x === undefined) !== (y === undefined)) throw this.#uneven(x === undefined);
      if (x === undefined) return this.#finish(end);
      const count = Math.min(
        x.chunk.rows - x.from,
        end - this.#done,
        y === undefined ? Infinity : y.chunk.rows - y.from,
      );
      const beside = y && slice('target', y.chunk, y.from, count);
      await this.sink.add(slice('source', x.chunk, x.from, count), beside);
      this.rows.advance(count);
      this.targets?.advance(count);
      this.#done += count;
      this.onProgress?.({ rows: this.#done });
    }
  }

  #finish(end: number): void {
    if (end === Number.POSITIVE_INFINITY) return;
    throw new EigenviewError('OUT_OF_RANGE', 'A prefix is longer than the data.', {
      argument: 'prefixes',
      expected: `at most ${this.#done}, the number of rows`,
      received: String(end),
    });
  }

  #uneven(rowsEnded: boolean): EigenviewError {
    return new EigenviewError('SHAPE_MISMATCH', 'Data and targets differ in length.', {
      argument: 'target',
      expected: 'of as many rows as the source',
      received: rowsEnded ? `more than ${this.#done}` : `only ${this.#done}`,
    });
  }
}

/** Rows [from, from + count) as a matrix over the same memory. */
function slice(argument: string, matrix: Matrix, from: number, count: number): Matrix {
  checkAttached(argument, matrix);
  return new Matrix(count, matrix.cols, matrix.data.subarray(from * matrix.cols, (from + count) * matrix.cols));
}
