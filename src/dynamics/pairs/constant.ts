/**
 * Taking the constant function out of a dictionary in which it has the coefficients c, a unit vector with c₀ > 0. The
 * Householder reflector H = I − v vᵀ/(1 + c₀), v = c + e₀, maps c to −e₀, so the rows of H but the first are an
 * orthonormal basis of the complement of c: function i of the centred dictionary is row i + 1 of H.
 */
import { Matrix } from '../../matrix/matrix.js';

/** H a of each row a, in place. */
function reflect(rows: Matrix, constant: Float64Array): void {
  const { data, cols } = rows;
  const scale = 1 / (1 + (constant[0] as number));
  for (let at = 0; at < data.length; at += cols) {
    let inner = data[at] as number;
    for (let j = 0; j < cols; j++) inner += (constant[j] as number) * (data[at + j] as number);
    inner *= scale;
    for (let j = 0; j < cols; j++) (data[at + j] as number) -= inner * (constant[j] as number);
    (data[at] as number) -= inner;
  }
}

/** Coefficients in the whole dictionary, k×m, of those in the centred one, k×(m − 1). */
export function fromCentred(coefficients: Matrix, constant: Float64Array): Matrix {
  const { rows, cols, data } = coefficients;
  const whole = new Matrix(rows, cols + 1);
  for (let i = 0; i < rows; i++) whole.data.set(data.subarray(i * cols, (i + 1) * cols), i * (cols + 1) + 1);
  reflect(whole, constant);
  return whole;
}

/** The gram of the centred dictionaries, (mx − 1)×(my − 1): H_x M H_yᵀ without its first row and column. */
export function centredGram(gram: Matrix, constantX: Float64Array, constantY: Float64Array): Matrix {
  const half = new Matrix(gram.rows, gram.cols, Float64Array.from(gram.data));
  reflect(half, constantY);
  const turned = half.transpose();
  reflect(turned, constantX);
  const out = new Matrix(gram.rows - 1, gram.cols - 1);
  for (let i = 0; i < out.rows; i++) {
    for (let j = 0; j < out.cols; j++) out.data[i * out.cols + j] = turned.data[(j + 1) * gram.rows + i + 1] as number;
  }
  return out;
}
