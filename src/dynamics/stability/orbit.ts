/** The symmetry orbit through a state: all q · state with q in O(k). */
import { Matrix } from '../../matrix/matrix.js';
import { columnsOf, encodersOf, type Layout } from '../flows/layout.js';

/**
 * Rows span the tangent space of the orbit: for each skew-symmetric K = eᵢ eⱼᵀ − eⱼ eᵢᵀ the direction K U of the encoders
 * and K P − P K of a learned predictor, flattened. k(k − 1)/2 rows; undefined where k = 1, whose orbit is discrete.
 */
export function orbitTangents(state: Matrix, layout: Layout): Matrix | undefined {
  const { k, columns, learned } = layout;
  if (k === 1) return undefined;
  const encoders = encodersOf(state, layout);
  const predictor = learned ? columnsOf(state, { from: 0, cols: k }) : undefined;
  const rows: Float64Array[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) rows.push(tangent(i, j, encoders, predictor, columns));
  }
  const out = Matrix.zeros(rows.length, k * columns);
  rows.forEach((row, r) => {
    out.row(r).set(row);
  });
  return out;
}

function tangent(i: number, j: number, encoders: Matrix, predictor: Matrix | undefined, columns: number): Float64Array {
  const k = encoders.rows;
  const out = new Float64Array(k * columns);
  const start = columns - encoders.cols;
  out.set(encoders.row(j), i * columns + start);
  out.set(encoders.row(i).map(negative), j * columns + start);
  if (predictor === undefined) return out;
  out.set(predictor.row(j), i * columns);
  out.set(predictor.row(i).map(negative), j * columns);
  for (let row = 0; row < k; row++) {
    // (P K)·ⱼ = P·ᵢ and (P K)·ᵢ = −P·ⱼ.
    out[row * columns + j] = (out[row * columns + j] as number) - (predictor.data[row * k + i] as number);
    out[row * columns + i] = (out[row * columns + i] as number) + (predictor.data[row * k + j] as number);
  }
  return out;
}

function negative(x: number): number {
  return -x;
}

/** How many singular values stand out of rounding at the state's own scale. */
export function rankOf(singularValues: Float64Array, scale: number, tolerance: number): number {
  return singularValues.filter((s) => s > tolerance * scale).length;
}
