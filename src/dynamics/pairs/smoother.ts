/**
 * Nadaraya–Watson weights of points with n fixed samples: w_l(x) ∝ exp(−‖x − x_l‖²/(2h²)), Σ_l w_l(x) = 1, perhaps of
 * the nearest samples alone. Relative to the largest exponent, so that far from all samples the nearest one has weight
 * 1 and nothing is 0/0.
 */
import type { Backend } from '../../backends/backend.js';
import type { Control } from '../../backends/linalg.js';
import { Matrix } from '../../matrix/matrix.js';
import { rowsAtOnce } from '../../runtime/turn.js';
import { GaussianKernel } from '../dictionaries/gaussian-kernel.js';
import { rowsOf } from './evaluation.js';

/** An exponential takes as long as several multiplications. */
const SLOWER = 8;

export class Smoother {
  readonly samples: number;
  readonly dimension: number;
  readonly #kernel: GaussianKernel;
  readonly #neighbours: number;

  constructor(argument: string, samples: Matrix, bandwidth: number, neighbours: number) {
    this.samples = samples.rows;
    this.dimension = samples.cols;
    this.#kernel = new GaussianKernel(argument, samples, bandwidth);
    this.#neighbours = neighbours;
  }

  /** Of all points, rows×n. */
  async weights({ moments }: Backend, control: Control, points: Matrix): Promise<Matrix> {
    const out = new Matrix(points.rows, this.samples);
    const stretch = rowsAtOnce(SLOWER * this.samples);
    for (let from = 0; from < points.rows; from += stretch) {
      const scaled = this.#kernel.scaled(rowsOf(points, from, Math.min(points.rows, from + stretch)));
      const products = await moments.project(control, scaled, this.#kernel.centres);
      this.#normalise(products, scaled);
      out.data.set(products.data, from * this.samples);
    }
    return out;
  }

  /** The same on this thread. */
  weightsSync({ linalg }: Backend, points: Matrix): Matrix {
    const scaled = this.#kernel.scaled(points);
    const products = linalg.sync.matmul(scaled, this.#kernel.centres, false, true);
    this.#normalise(products, scaled);
    return products;
  }

  #normalise(products: Matrix, scaled: Matrix): void {
    this.#kernel.exponents(products, scaled);
    for (let i = 0; i < products.rows; i++) {
      const row = products.row(i) as Float64Array;
      const largest = row.reduce((max, exponent) => Math.max(max, exponent), Number.NEGATIVE_INFINITY);
      const cut = this.#neighbours < this.samples ? this.#cut(row) : Number.NEGATIVE_INFINITY;
      let sum = 0;
      for (let l = 0; l < row.length; l++) {
        const exponent = row[l] as number;
        const weight = exponent < cut ? 0 : Math.exp(exponent - largest);
        row[l] = weight;
        sum += weight;
      }
      for (let l = 0; l < row.length; l++) row[l] = (row[l] as number) / sum;
    }
  }

  /** The exponent of the farthest neighbour; what is as near to rounding, such as a copy of it, is a neighbour too. */
  #cut(row: Float64Array): number {
    return (row.slice().sort()[row.length - this.#neighbours] as number) - this.#kernel.rounding;
  }
}
