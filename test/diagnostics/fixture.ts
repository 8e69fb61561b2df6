import { readFileSync } from 'node:fs';
import { Matrix } from '../../src/matrix/matrix.js';

interface Fixture {
  z: number[][];
  z2: number[][];
  groups: string[];
  labels: number[];
  targets: number[][];
  rankMe: number;
  lidar: number;
  alignment: Record<string, number>;
  uniformity: Record<string, number>;
  spectrum: {
    singularValues: number[];
    eigenvalues: number[];
    effectiveRank: number;
    participationRatio: number;
    conditionNumber: number;
  };
  logistic: { lambda: number; standardise: boolean; loss: number; scores: number[][] }[];
  ridge: { lambda: number; fitted: number[][]; loss: number; leftOut: number }[];
}

const raw: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/diagnostics/diagnostics.json', import.meta.url), 'utf8'),
);

/** test/fixtures/diagnostics; make.py says what the fields mean. */
export const fixture = {
  ...raw,
  z: Matrix.from(raw.z),
  z2: Matrix.from(raw.z2),
  targets: Matrix.from(raw.targets),
};

/** The rows in another order: row i of the result is row order[i]. */
export function reordered(z: Matrix, order: readonly number[]): Matrix {
  return Matrix.from(order.map((i) => Array.from(z.row(i))));
}

/** A fixed order that is none of the simple ones. */
export function shuffle(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i).sort((a, b) => Math.sin(9 * a + 1) - Math.sin(9 * b + 1));
}

/** W x + b of every row. */
export function scores(weights: Matrix, bias: ArrayLike<number>, x: Matrix): Matrix {
  const out = new Matrix(x.rows, weights.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < weights.rows; c++) {
      let sum = bias[c] as number;
      for (let j = 0; j < x.cols; j++) sum += weights.get(c, j) * x.get(i, j);
      out.data[i * weights.rows + c] = sum;
    }
  }
  return out;
}
