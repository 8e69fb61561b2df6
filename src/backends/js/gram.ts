import { EigenviewError } from '../../errors.js';
import { checkAttached, notFinite } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { normal } from '../../runtime/random.js';
import { overflowError } from '../failure.js';
import type { Control } from '../linalg.js';
import type { AppendedNoise, GramAccumulator, GramSnapshot } from '../moments.js';
import { mirrorUpper } from './dense.js';
import { dot } from './matmul.js';
import { Pace } from './turns.js';

/**
 * Rows summed from zero before they join the total: rounding then grows with 256 + n/256 instead of n. Blocks start at
 * multiples of 256 of the whole stream, so the cut into chunks cannot show.
 */
const BLOCK = 256;

export class Gram implements GramAccumulator {
  readonly #dx: number;
  /** Noise coordinates, between x and y. */
  readonly #dz: number;
  readonly #noise: AppendedNoise | undefined;
  readonly #normals: Float64Array;
  readonly #width: number;
  /** Upper triangle of the sum over full blocks. */
  readonly #total: Matrix;
  /** The rows of the current block, transposed: coordinate i of row r at i · BLOCK + r. The last coordinate is 1. */
  readonly #block: Float64Array;
  #filled = 0;
  #count = 0;
  #spent = false;
  /** Settles when everything asked for so far is done, so that calls not awaited keep their order. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(dx: number, dy: number, noise?: AppendedNoise) {
    this.#dx = dx;
    this.#dz = noise?.deviations.length ?? 0;
    this.#noise = noise && { ...noise, deviations: noise.deviations.slice() };
    this.#normals = new Float64Array(noise === undefined ? 0 : dx + this.#dz);
    this.#width = dx + this.#dz + dy + 1;
    this.#total = new Matrix(this.#width, this.#width);
    this.#block = new Float64Array(this.#width * BLOCK).fill(1, (this.#width - 1) * BLOCK);
  }

  add(control: Control, x: Matrix, y: Matrix | undefined): Promise<void> {
    return this.#queue(() => this.#addRows(new Pace(control.signal), x, y));
  }

  snapshot(control: Control): Promise<GramSnapshot> {
    return this.#queue(async () => {
      const pace = new Pace(control.signal);
      await pace.pause();
      const gram = new Matrix(this.#width, this.#width, this.#total.data.slice());
      await this.#addBlock(pace, gram);
      return { count: this.#count, gram: mirrorUpper(gram) };
    });
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      if (this.#spent) throw new EigenviewError('INTERNAL', 'An accumulator was used after a failure.');
      return work();
    });
    this.#last = result.catch(() => {
      this.#spent = true;
    });
    return result;
  }

  async #addRows(pace: Pace, x: Matrix, y: Matrix | undefined): Promise<void> {
    await pace.pause();
    this.#checkAttached(x, y);
    for (let row = 0; row < x.rows; row++) {
      this.#copy(x, row, 0);
      if (this.#noise !== undefined) this.#draw(this.#noise);
      if (y !== undefined) this.#copy(y, row, this.#dx + this.#dz);
      this.#filled++;
      this.#count++;
      if (this.#filled < BLOCK && !pace.due()) continue;
      if (this.#filled === BLOCK) {
        await this.#addBlock(pace, this.#total);
        this.#filled = 0;
      }
      if (pace.due()) await pace.pause();
      this.#checkAttached(x, y);
    }
  }

  #checkAttached(x: Matrix, y: Matrix | undefined): void {
    checkAttached('source', x);
    if (y !== undefined) checkAttached('target', y);
  }

  #draw({ deviations, seed, stream }: AppendedNoise): void {
    normal(seed, this.#count, stream, this.#normals);
    for (let j = 0; j < this.#dz; j++) {
      const z = (deviations[j] as number) * (this.#normals[this.#dx + j] as number);
      this.#block[(this.#dx + j) * BLOCK + this.#filled] = z;
    }
  }

  #copy({ data, cols }: Matrix, row: number, first: number): void {
    for (let j = 0; j < cols; j++) {
      this.#block[(first + j) * BLOCK + this.#filled] = data[row * cols + j] as number;
    }
  }

  /** Adds the current block's products to an upper triangle. O(width² · filled). */
  async #addBlock(pace: Pace, sum: Matrix): Promise<void> {
    const width = this.#width;
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) {
        const at = i * width + j;
        const product = dot(this.#block, i * BLOCK, this.#block, j * BLOCK, this.#filled);
        sum.data[at] = (sum.data[at] as number) + product;
      }
      if (!Number.isFinite(sum.data[i * width + i])) throw this.#notFinite(i);
      if (pace.due()) await pace.pause();
    }
  }

  /** Why the sum of squares of a coordinate is not finite: an element of the block, or overflow. */
  #notFinite(coordinate: number): EigenviewError {
    for (let r = 0; r < this.#filled; r++) {
      for (let c = 0; c < this.#width; c++) {
        const value = this.#block[c * BLOCK + r] as number;
        if (Number.isFinite(value)) continue;
        const { argument, column } = this.#place(c);
        return notFinite(argument, this.#count - this.#filled + r, column, value);
      }
    }
    const { argument, column } = this.#place(coordinate);
    return overflowError(argument, column);
  }

  /** What the caller of viewMoments calls x and y, and the column there. */
  #place(coordinate: number): { argument: string; column: number } {
    return coordinate < this.#dx
      ? { argument: 'source', column: coordinate }
      : { argument: 'target', column: coordinate - this.#dx - this.#dz };
  }
}
