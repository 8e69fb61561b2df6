/** Matrix algebra by its definitions, for checking the package's own. */
import { Matrix } from '../../src/matrix/matrix.js';

/** The product of any number of matrices. */
export function product(...factors: Matrix[]): Matrix {
  return factors.reduce((a, b) => {
    if (a.cols !== b.rows) throw new Error(`${a.rows}×${a.cols} times ${b.rows}×${b.cols}`);
    const out = new Matrix(a.rows, b.cols);
    for (let i = 0; i < a.rows; i++) {
      for (let t = 0; t < a.cols; t++) {
        const x = a.data[i * a.cols + t] as number;
        for (let j = 0; j < b.cols; j++) {
          (out.data[i * b.cols + j] as number) += x * (b.data[t * b.cols + j] as number);
        }
      }
    }
    return out;
  });
}

/** a + factor · b. */
export function plus(a: Matrix, b: Matrix, factor = 1): Matrix {
  const sum = Float64Array.from(a.data, (x, i) => x + factor * (b.data[i] as number));
  return new Matrix(a.rows, a.cols, sum);
}

export function times(a: Matrix, factor: number): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    Float64Array.from(a.data, (x) => factor * x),
  );
}

export function trace(a: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += a.get(i, i);
  return sum;
}

/** (a + aᵀ)/2, symmetric to the last bit. */
export function symmetrised(a: Matrix): Matrix {
  return times(plus(a, a.transpose()), 0.5);
}

/** Σ aᵢⱼ². */
export function energy(a: Matrix): number {
  return Float64Array.from(a.data).reduce((sum, x) => sum + x * x, 0);
}

/** aᵀ b / n, the mean over the n rows of both. */
export function meanProduct(a: Matrix, b: Matrix): Matrix {
  return times(product(a.transpose(), b), 1 / a.rows);
}

/** The rows with their mean subtracted. */
export function centred(a: Matrix): Matrix {
  const ones = new Matrix(a.rows, 1, new Float64Array(a.rows).fill(1));
  return plus(a, product(ones, meanProduct(ones, a)), -1);
}

/** A⁻¹ B by Gauss–Jordan elimination with partial pivoting. */
export function solved(a: Matrix, b: Matrix): Matrix {
  const n = a.rows;
  const rows = a.toArray().map((row, i) => [...row, ...b.row(i)]);
  for (let c = 0; c < n; c++) {
    const pivot = rows.reduce((best, row, i) => {
      return i > c && Math.abs(row[c] as number) > Math.abs(rows[best]?.[c] as number) ? i : best;
    }, c);
    [rows[c], rows[pivot]] = [rows[pivot] as number[], rows[c] as number[]];
    const lead = rows[c] as number[];
    const scale = lead[c] as number;
    lead.forEach((x, j) => {
      lead[j] = x / scale;
    });
    rows.forEach((row, i) => {
      const factor = row[c] as number;
      if (i === c || factor === 0) return;
      lead.forEach((x, j) => {
        row[j] = (row[j] as number) - factor * x;
      });
    });
  }
  return Matrix.from(rows.map((row) => row.slice(n)));
}

/** The first `count` rows. */
export function firstRows(a: Matrix, count: number): Matrix {
  return new Matrix(count, a.cols, a.data.slice(0, count * a.cols));
}

/** Rows [from, to) as a copy. */
export function rowsBetween(a: Matrix, from: number, to: number): Matrix {
  return new Matrix(to - from, a.cols, a.data.slice(from * a.cols, to * a.cols));
}
