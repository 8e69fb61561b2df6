/** What the tests of the objectives with constant arguments share. */
import { Matrix } from '../../src/matrix/matrix.js';
import { type LossCase, lossCases } from './cases.js';

export interface LightCase extends LossCase {
  /** Batches without a gradient. */
  constants?: number[][][];
  center?: number[];
  mask?: number[];
  times?: number;
}

/** A file of test/fixtures/losses/light; light.py says how its numbers came about. */
export function lightCases(name: string): LightCase[] {
  return lossCases(`light/${name}`) as LightCase[];
}

export function constants(fixture: LightCase): Matrix[] {
  return (fixture.constants ?? []).map((batch) => Matrix.from(batch));
}

/** Row i times factors[i]. */
export function scaledRows(batch: Matrix, factors: readonly number[]): Matrix {
  return Matrix.from(batch.toArray().map((row, i) => row.map((x) => x * (factors[i] as number))));
}

/** A copy with one row of zeros. */
export function withZeroRow(batch: Matrix, row: number): Matrix {
  const copy = new Matrix(batch.rows, batch.cols, batch.data.slice());
  copy.row(row).fill(0);
  return copy;
}
