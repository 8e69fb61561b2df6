import { Matrix, type MatrixData } from '../../matrix/matrix.js';
import type { Evaluation, SoftmaxLoss } from '../diagnostics.js';
import type { Control } from '../linalg.js';
import { Pace } from './turns.js';

export class Softmax implements SoftmaxLoss {
  readonly #rows: readonly MatrixData[];
  readonly #labels: Int32Array;
  readonly #classes: number;
  readonly #probabilities: Float64Array;

  constructor(rows: readonly MatrixData[], labels: Int32Array, classes: number) {
    this.#rows = rows;
    this.#labels = labels;
    this.#classes = classes;
    this.#probabilities = new Float64Array(rows.length * classes);
  }

  async evaluate(control: Control, weights: Matrix): Promise<Evaluation> {
    let loss = 0;
    const curvature = new Float64Array(this.#classes);
    const gradient = await this.#overRows(control, weights, (row, scores) => {
      const label = this.#labels[row] as number;
      loss += normalise(scores, label);
      this.#probabilities.set(scores, row * this.#classes);
      scores.forEach((p, c) => {
        curvature[c] = (curvature[c] as number) + (p * (1 - p)) / this.#rows.length;
      });
      scores[label] = (scores[label] as number) - 1;
    });
    return { loss: loss / this.#rows.length, gradient, curvature };
  }

  /** p ⊙ (u − pᵀu) for the scores u of the direction. */
  product(control: Control, direction: Matrix): Promise<Matrix> {
    return this.#overRows(control, direction, (row, scores) => {
      const p = this.#probabilities.subarray(row * this.#classes, (row + 1) * this.#classes);
      const mean = p.reduce((sum, x, c) => sum + x * (scores[c] as number), 0);
      for (let c = 0; c < scores.length; c++) scores[c] = (p[c] as number) * ((scores[c] as number) - mean);
    });
  }

  /** (1/n) Σ e [x | 1]ᵀ, where `weigh` turns the scores W [x | 1] of each row into its e, in place. */
  async #overRows(
    control: Control,
    { data, cols }: Matrix,
    weigh: (row: number, scores: Float64Array) => void,
  ): Promise<Matrix> {
    const pace = new Pace(control.signal);
    const d = cols - 1;
    const sums = new Matrix(this.#classes, cols);
    const scores = new Float64Array(this.#classes);
    for (let i = 0; i < this.#rows.length; i++) {
      if (pace.due()) await pace.pause();
      const x = this.#rows[i] as MatrixData;
      for (let c = 0; c < scores.length; c++) {
        let score = data[c * cols + d] as number;
        for (let j = 0; j < d; j++) score += (x[j] as number) * (data[c * cols + j] as number);
        scores[c] = score;
      }
      weigh(i, scores);
      for (let c = 0; c < scores.length; c++) addRow(sums.data, c * cols, x, scores[c] as number);
    }
    for (let at = 0; at < sums.data.length; at++) sums.data[at] = (sums.data[at] as number) / this.#rows.length;
    return sums;
  }
}

function addRow(out: MatrixData, from: number, x: MatrixData, weight: number): void {
  for (let j = 0; j < x.length; j++) out[from + j] = (out[from + j] as number) + weight * (x[j] as number);
  out[from + x.length] = (out[from + x.length] as number) + weight;
}

/** Turns scores into probabilities; returns −log of that of the label. */
function normalise(scores: Float64Array, label: number): number {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const own = scores[label] as number;
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    scores[c] = Math.exp((scores[c] as number) - most);
    sum += scores[c] as number;
  }
  for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] as number) / sum;
  return Math.log(sum) - (own - most);
}
