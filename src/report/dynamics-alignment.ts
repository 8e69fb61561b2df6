import type { Field, Gram } from '../backends/dynamics.js';
import { matmulSync } from '../linalg/matmul.js';
import { Matrix } from '../matrix/matrix.js';
import { norm } from '../matrix/norm.js';

/** Below this product of norms, the ratio would be one of rounding errors. */
const VANISHED = 1e-280;

/**
 * How far the predictor is from sharing its eigenvectors with the correlation of the two views' outputs,
 * ‖PC − CP‖ / (‖P‖ ‖C‖) in Frobenius norms: at most √2, and 0 once they are aligned (Tian, Chen, Ganguli, Understanding
 * self-supervised learning dynamics without contrastive pairs, ICML 2021, theorem 3: the eigenspaces align).
 *
 * @param p k×k
 * @param c k×k
 * @returns NaN where either vanishes
 */
export function misalignment(p: Matrix, c: Matrix): number {
  const size = norm(p.data) * norm(c.data);
  if (!(size > VANISHED)) return Number.NaN;
  const [pc, cp] = [matmulSync(p, c), matmulSync(c, p)];
  return norm(pc.data.map((value, i) => value - (cp.data[i] as number))) / size;
}

/**
 * C = E[U(x) U(y)ᵀ] of a state, k×k; of two encoders E[U Vᵀ + V Uᵀ] / 2.
 *
 * @returns null for deep linear networks, whose predictor is a number for each feature
 */
export function outputCorrelation(field: Field, state: Matrix): Matrix | null {
  switch (field.kind) {
    case 'simsiam':
      return between(state, field.gram, state);
    case 'peira':
      return field.encoders === 'shared' ? between(state, field.gram, state) : symmetrised(field.gram, state);
    case 'linear-simsiam': {
      const first = field.predictor === 'optimal' ? 0 : field.k;
      const encoder = columns(state, first, first + field.xy.rows);
      return between(encoder, field.xy, encoder);
    }
    case 'deep-linear':
      return null;
  }
}

function symmetrised(gram: Gram, state: Matrix): Matrix {
  const mx = gram instanceof Float64Array ? gram.length : gram.rows;
  const cross = between(columns(state, 0, mx), gram, columns(state, mx, state.cols));
  const mean = new Matrix(cross.rows, cross.cols);
  for (let i = 0; i < cross.rows; i++)
    for (let j = 0; j < cross.cols; j++) mean.data[i * cross.cols + j] = (cross.get(i, j) + cross.get(j, i)) / 2;
  return mean;
}

/** U M Vᵀ. */
function between(u: Matrix, gram: Gram, v: Matrix): Matrix {
  return matmulSync(gram instanceof Float64Array ? scaled(u, gram) : matmulSync(u, gram), v, { transposeB: true });
}

function scaled(u: Matrix, factors: Float64Array): Matrix {
  return new Matrix(
    u.rows,
    u.cols,
    u.data.map((value, i) => value * (factors[i % u.cols] as number)),
  );
}

function columns({ rows, cols, data }: Matrix, from: number, to: number): Matrix {
  const part = new Matrix(rows, to - from);
  for (let i = 0; i < rows; i++) part.data.set(data.subarray(i * cols + from, i * cols + to), i * part.cols);
  return part;
}
