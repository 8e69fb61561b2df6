import { setImmediate as nextTurn } from 'node:timers/promises';
import { EigenviewError } from '../../errors.js';
import { checkAttached } from '../../matrix/check.js';
import { Matrix, type MatrixData } from '../../matrix/matrix.js';
import { loadAddon } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import type { DiagnosticsBackend, Evaluation, Nearest, RowStore, SoftmaxLoss } from '../diagnostics.js';
import type { Control } from '../linalg.js';
import { cancellable } from './cancel.js';
import { translate } from './failure.js';

/** The class of native/binding/diagnostics.cpp. */
interface NativeRows {
  fill(data: MatrixData, rows: number): Float64Array;
  potential(threads: number, t: number, cancelled?: Int32Array): Promise<number>;
  nearest(threads: number, data: MatrixData, rows: number, k: number, cancelled?: Int32Array): Promise<Nearest>;
  classify(labels: Int32Array, classes: number): void;
  evaluate(
    threads: number,
    weights: MatrixData,
    cancelled?: Int32Array,
  ): Promise<{ loss: number; gradient: Float64Array; curvature: Float64Array }>;
  product(threads: number, direction: MatrixData, cancelled?: Int32Array): Promise<Float64Array>;
  close(): void;
}

/** Numbers copied at once on the JavaScript thread, some two milliseconds. */
const PIECE = 2 ** 20;

/** Numbers of the queries of one job: every job goes over all rows, so larger than the pieces. */
const QUERIES = 2 ** 22;

class Rows implements RowStore {
  readonly #native: NativeRows;

  constructor(cols: number) {
    const Native = loadAddon().Rows as new (cols: number) => NativeRows;
    this.#native = new Native(cols);
  }

  async add(control: Control, x: Matrix): Promise<Float64Array> {
    const squares = new Float64Array(x.rows);
    for (const { from, piece } of piecesOf(x, PIECE)) {
      if (from > 0) await nextTurn();
      control.signal?.throwIfAborted();
      squares.set(
        now(() => this.#native.fill(piece().data, piece().rows)),
        from,
      );
    }
    return squares;
  }

  potential(control: Control, t: number): Promise<number> {
    return later(control, (threads, cancelled) => this.#native.potential(threads, t, cancelled));
  }

  async nearest(control: Control, queries: Matrix, k: number): Promise<Nearest> {
    const rows = new Int32Array(queries.rows * k);
    const similarities = new Float64Array(queries.rows * k);
    for (const { from, piece } of piecesOf(queries, QUERIES)) {
      const found = await later(control, (threads, cancelled) =>
        this.#native.nearest(threads, piece().data, piece().rows, k, cancelled),
      );
      rows.set(found.rows, from * k);
      similarities.set(found.similarities, from * k);
    }
    return { rows, similarities };
  }

  softmax(labels: Int32Array, classes: number): SoftmaxLoss {
    now(() => this.#native.classify(labels, classes));
    return {
      evaluate: async (control: Control, { data, rows, cols }: Matrix): Promise<Evaluation> => {
        const { loss, gradient, curvature } = await later(control, (threads, cancelled) =>
          this.#native.evaluate(threads, data, cancelled),
        );
        return { loss, gradient: new Matrix(rows, cols, gradient), curvature };
      },
      product: async (control: Control, { data, rows, cols }: Matrix): Promise<Matrix> =>
        new Matrix(
          rows,
          cols,
          await later(control, (threads, cancelled) => this.#native.product(threads, data, cancelled)),
        ),
    };
  }

  close(): void {
    this.#native.close();
  }
}

/** Stretches of rows; the piece is cut when it is asked for, and must still be attached then. */
function* piecesOf(x: Matrix, numbers: number): Generator<{ from: number; piece(): Matrix }> {
  const size = Math.max(1, Math.floor(numbers / x.cols));
  for (let from = 0; from < x.rows; from += size) {
    const to = Math.min(x.rows, from + size);
    const piece = () => {
      checkAttached('source', x);
      return new Matrix(to - from, x.cols, x.data.subarray(from * x.cols, to * x.cols));
    };
    yield { from, piece };
  }
}

function now<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof EigenviewError ? error : translate('diagnostics', error, undefined);
  }
}

async function later<T>({ signal }: Control, call: (threads: number, cancelled: Int32Array) => Promise<T>): Promise<T> {
  try {
    const job = (threads: number) => cancellable(signal, (cancelled) => call(threads, cancelled));
    const result = await lane.run('all', job, signal);
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof EigenviewError ? error : translate('diagnostics', error, signal);
  }
}

export const diagnostics: DiagnosticsBackend = { rows: (cols) => new Rows(cols) };
