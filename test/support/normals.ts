import { Matrix } from '../../src/matrix/matrix.js';
import { normal } from '../../src/runtime/random.js';

/** rows×cols standard normals, the same for a seed everywhere. Distinct seeds are independent. */
export function normals(seed: number, rows: number, cols: number): Matrix {
  const out = new Matrix(rows, cols);
  for (let i = 0; i < rows; i++) normal(seed, i, 0, out.row(i) as Float64Array);
  return out;
}

/** A d×d orthogonal matrix. */
export function orthogonal(seed: number, d: number): Matrix {
  return orthonormalRows(normals(seed, d, d));
}

/** Gram–Schmidt, twice. */
export function orthonormalRows(a: Matrix): Matrix {
  const d = a.cols;
  const q = new Matrix(a.rows, d, a.data.slice());
  for (let i = 0; i < a.rows; i++) {
    const row = q.row(i);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.row(j);
        const overlap = inner(row, other);
        for (let c = 0; c < d; c++) row[c] = (row[c] as number) - overlap * (other[c] as number);
      }
    }
    const norm = Math.sqrt(inner(row, row));
    for (let c = 0; c < d; c++) row[c] = (row[c] as number) / norm;
  }
  return q;
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
