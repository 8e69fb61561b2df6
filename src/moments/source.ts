import { describe, EigenviewError } from '../errors.js';
import { checkMatrix, checkNotEmpty } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

/** Rows as one matrix or as a stream of matrices of equal width; every reader of this package is one. */
export type Source = Matrix | Iterable<Matrix> | AsyncIterable<Matrix>;

/**
 * The chunks of a source, checked: non-empty matrices of one width. A consumer that stops early closes the source.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `EMPTY` when there is no row at all
 */
export async function* chunks(argument: string, source: Source): AsyncGenerator<Matrix, void, undefined> {
  if (source instanceof Matrix) {
    checkMatrix(argument, source);
    checkNotEmpty(argument, source);
    yield source;
    return;
  }
  if (!isIterable(source)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Data come as a matrix or as an iterable of matrices.', {
      argument,
      expected: 'a Matrix, an iterable or an async iterable of Matrix',
      received: describe(source),
    });
  }
  let cols: number | undefined;
  let rows = 0;
  for await (const chunk of source) {
    checkMatrix(`a chunk of ${argument}`, chunk);
    cols ??= chunk.cols;
    if (chunk.cols !== cols) {
      throw new EigenviewError('SHAPE_MISMATCH', `The chunks of ${argument} differ in width.`, {
        argument,
        expected: `of ${cols} columns throughout`,
        received: `a chunk of ${chunk.cols}`,
      });
    }
    if (chunk.cols === 0) checkNotEmpty(argument, chunk);
    rows += chunk.rows;
    if (chunk.rows > 0) yield chunk;
  }
  if (rows === 0) throw empty(argument);
}

export function empty(argument: string): EigenviewError {
  return new EigenviewError('EMPTY', `${argument} has no rows.`, { argument, expected: 'of at least one row' });
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** Hands out a stream's rows in the quantities asked for. */
export class RowCursor {
  readonly #chunks: AsyncGenerator<Matrix, void, undefined>;
  #chunk: Matrix | undefined;
  #next = 0;
  /** Chunks that were read ahead. */
  readonly #ahead: Matrix[] = [];

  constructor(argument: string, source: Source) {
    this.#chunks = chunks(argument, source);
  }

  /** The current chunk and how far it has been read, moving on when it is used up; undefined at the end. */
  async peek(): Promise<{ chunk: Matrix; from: number } | undefined> {
    while (this.#chunk === undefined || this.#next === this.#chunk.rows) {
      const chunk = this.#ahead.shift() ?? (await this.#read());
      if (chunk === undefined) return undefined;
      this.#chunk = chunk;
      this.#next = 0;
    }
    return { chunk: this.#chunk, from: this.#next };
  }

  /** A copy of the next rows, `count` of them unless the data end before. They stay to be read. */
  async lookAhead(count: number): Promise<Matrix> {
    const first = await this.peek();
    if (first === undefined) return new Matrix(0, 0);
    const parts = [first.chunk.data.subarray(first.from * first.chunk.cols)];
    let rows = first.chunk.rows - first.from;
    for (let i = 0; rows < count; i++) {
      const chunk = this.#ahead[i] ?? (await this.#read());
      if (chunk === undefined) break;
      if (i === this.#ahead.length) this.#ahead.push(chunk);
      parts.push(chunk.data);
      rows += chunk.rows;
    }
    const { cols } = first.chunk;
    const copy = new Matrix(Math.min(rows, count), cols);
    let at = 0;
    for (const part of parts) {
      copy.data.set(part.subarray(0, copy.data.length - at), at);
      at += Math.min(part.length, copy.data.length - at);
    }
    return copy;
  }

  async #read(): Promise<Matrix | undefined> {
    const { value, done } = await this.#chunks.next();
    return done ? undefined : value;
  }

  advance(rows: number): void {
    this.#next += rows;
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
