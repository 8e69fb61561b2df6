/**
 * What diagnostics and probes ask of data-sized rows: kept in memory once, gone over many times. Rows are checked by the
 * caller: finite, none of them zero where their direction counts.
 */
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/** The k nearest rows of each query, the most similar first; of equally similar ones the first row first. */
export interface Nearest {
  /** Of query i at [k·i, k·(i + 1)). */
  rows: Int32Array;
  /** Cosines, beside `rows`. */
  similarities: Float64Array;
}

/** The mean cross-entropy of a softmax at some weights. */
export interface Evaluation {
  loss: number;
  /** Of the loss, classes×(d + 1). */
  gradient: Matrix;
  /** (1/n) Σ p_c (1 − p_c) for each class: the Hessian's diagonal along the biases. */
  curvature: Float64Array;
}

/**
 * (1/n) Σ −log p(labelᵢ | xᵢ) with p = softmax(W [x | 1]); weights are classes×(d + 1), the bias in the last column. One call at
 * a time.
 */
export interface SoftmaxLoss {
  evaluate(control: Control, weights: Matrix): Promise<Evaluation>;
  /** The Hessian at the weights last evaluated, times a direction. */
  product(control: Control, direction: Matrix): Promise<Matrix>;
}

/** Rows in memory. Results have the same bits for any cut into chunks and any number of threads. One call at a time. */
export interface RowStore {
  /** Copies rows behind those that are there, and resolves with their squared norms: not finite where the row is not. */
  add(control: Control, x: Matrix): Promise<Float64Array>;
  /** Σ_{i<j} exp(−t ‖uᵢ − uⱼ‖²) over the rows u at unit length. */
  potential(control: Control, t: number): Promise<number>;
  /** By cosine similarity, 1 ≤ k ≤ the number of rows. */
  nearest(control: Control, queries: Matrix, k: number): Promise<Nearest>;
  /** The loss of these rows with a label in [0, classes) each; no row may be added after. */
  softmax(labels: Int32Array, classes: number): SoftmaxLoss;
  /** Frees the memory, with the call under way; no other may follow. */
  close(): void;
}

export interface DiagnosticsBackend {
  /** For rows of so many numbers. */
  rows(cols: number): RowStore;
}
