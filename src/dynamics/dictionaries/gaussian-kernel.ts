/**
 * The Gaussian kernel exp(−‖x − c‖²/(2h²)) of points with fixed centres, by ‖x‖² + ‖c‖² − 2 x·c. All are taken
 * relative to the mean of the centres: far from the origin the squares would cancel.
 */
import { EigenviewError } from '../../errors.js';
import { maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';

export class GaussianKernel {
  /** n×d, in bandwidths, about their mean. */
  readonly centres: Matrix;
  readonly bandwidth: number;
  /** How far exponents may be off: each is the difference of numbers as large as the squares. */
  readonly rounding: number;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  /** @throws EigenviewError `OUT_OF_RANGE` where squared distances, in bandwidths, overflow */
  constructor(argument: string, centres: Matrix, bandwidth: number) {
    this.bandwidth = bandwidth;
    this.#mean = columnMeans(centres);
    this.centres = this.scaled(centres);
    this.#squares = squares(this.centres);
    this.rounding = 8 * Number.EPSILON * (1 + maxAbs(this.#squares));
    if (this.#squares.every((square) => square < Number.MAX_VALUE / 4)) return;
    throw new EigenviewError('OUT_OF_RANGE', `Squared distances of ${argument} overflow.`, {
      argument,
      expected: 'of magnitude below about 1e150 bandwidths',
      fix: 'Rescale the points, or enlarge the bandwidth.',
    });
  }

  /** Points about the mean of the centres, in bandwidths. */
  scaled({ rows, cols, data }: Matrix): Matrix {
    const out = new Matrix(rows, cols);
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++, at++) {
        out.data[at] = ((data[at] as number) - (this.#mean[j] as number)) / this.bandwidth;
      }
    }
    return out;
  }

  /** −‖x − c‖²/(2h²), at most 0, from the products x·c of scaled points with the centres, in place. */
  exponents(products: Matrix, scaled: Matrix): void {
    const { cols: n, data } = products;
    const own = squares(scaled);
    for (let at = 0; at < data.length; at++) {
      const both = (own[Math.floor(at / n)] as number) + (this.#squares[at % n] as number);
      data[at] = Math.min(0, (data[at] as number) - both / 2);
    }
  }
}

function columnMeans({ rows, cols, data }: Matrix): Float64Array {
  const mean = new Float64Array(cols);
  // The share of each row at once: the sum of large numbers could overflow.
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) (mean[j] as number) += (data[at] as number) / rows;
  }
  return mean;
}

function squares({ rows, cols, data }: Matrix): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) (out[i] as number) += (data[at] as number) ** 2;
  }
  return out;
}
