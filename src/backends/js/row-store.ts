import { checkAttached } from '../../matrix/check.js';
import type { Matrix, MatrixData } from '../../matrix/matrix.js';
import type { Nearest, RowStore, SoftmaxLoss } from '../diagnostics.js';
import type { Control } from '../linalg.js';
import { dot } from './matmul.js';
import { Softmax } from './softmax.js';
import { Pace } from './turns.js';

interface Found {
  row: number;
  similarity: number;
}

/** The readable twin of native/core/diagnostics. */
export class Rows implements RowStore {
  readonly #cols: number;
  readonly #rows: MatrixData[] = [];
  readonly #squares: number[] = [];

  constructor(cols: number) {
    this.#cols = cols;
  }

  async add(control: Control, x: Matrix): Promise<Float64Array> {
    const pace = new Pace(control.signal);
    const squares = new Float64Array(x.rows);
    for (let i = 0; i < x.rows; i++) {
      if (pace.due()) await pace.pause();
      checkAttached('source', x);
      const row = x.row(i).slice();
      squares[i] = dot(row, 0, row, 0, this.#cols);
      this.#rows.push(row);
      this.#squares.push(squares[i] as number);
    }
    return squares;
  }

  async potential(control: Control, t: number): Promise<number> {
    const pace = new Pace(control.signal);
    let total = 0;
    for (let j = 1; j < this.#rows.length; j++) {
      if (pace.due()) await pace.pause();
      let sum = 0;
      for (let i = 0; i < j; i++) {
        const distance = 2 - 2 * this.#cosine(i, this.#rows[j] as MatrixData, this.#squares[j] as number);
        sum += Math.exp(-t * Math.max(0, distance));
      }
      total += sum;
    }
    return total;
  }

  async nearest(control: Control, queries: Matrix, k: number): Promise<Nearest> {
    const pace = new Pace(control.signal);
    const rows = new Int32Array(queries.rows * k);
    const similarities = new Float64Array(queries.rows * k);
    for (let q = 0; q < queries.rows; q++) {
      if (pace.due()) await pace.pause();
      checkAttached('source', queries);
      this.#nearestTo(queries.row(q), k).forEach(({ row, similarity }, i) => {
        rows[q * k + i] = row;
        similarities[q * k + i] = similarity;
      });
    }
    return { rows, similarities };
  }

  softmax(labels: Int32Array, classes: number): SoftmaxLoss {
    return new Softmax(this.#rows, labels, classes);
  }

  close(): void {
    this.#rows.length = 0;
    this.#squares.length = 0;
  }

  #nearestTo(query: MatrixData, k: number): Found[] {
    const square = dot(query, 0, query, 0, this.#cols);
    // Sorting is stable: of equally similar rows the first stays first.
    return this.#rows
      .map((_, row) => ({ row, similarity: this.#cosine(row, query, square) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);
  }

  #cosine(row: number, other: MatrixData, square: number): number {
    const product = dot(this.#rows[row] as MatrixData, 0, other, 0, this.#cols);
    return product * (1 / Math.sqrt(square)) * (1 / Math.sqrt(this.#squares[row] as number));
  }
}
