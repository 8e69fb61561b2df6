/** What the tests of the objectives share: fixtures, finite differences, comparisons on the scale of what is compared. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Loss } from '../../src/losses/loss.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';

export interface LossCase {
  name: string;
  options: Record<string, unknown>;
  batches: number[][][];
  /** k×m, of sigreg and lejepa. */
  directions?: number[][];
  loss: number;
  parts: Record<string, number>;
  gradients: number[][][];
}

/** A file of test/fixtures/losses; heavy.py says how its numbers came about. */
export function lossCases(name: string): LossCase[] {
  const url = new URL(`../fixtures/losses/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: LossCase[] }).cases;
}

export type Objective = (batches: Matrix[]) => Promise<Loss>;

/** The largest magnitude, at least 1: rounding of sums of order 1 is of the order of eps however small they come out. */
const scaleOf = (numbers: ArrayLike<number>) => Math.max(1, maxAbs(numbers));

/** Value, parts and gradients within `tolerance`, relative to the largest of each. */
export function expectSameLoss(found: Loss, expected: Loss, tolerance: number): void {
  const parts = Object.values(expected.parts);
  expect(Object.keys(found.parts)).toEqual(Object.keys(expected.parts));
  expect(Object.values(found.parts)).toBeCloseToArray(parts, tolerance * scaleOf(parts));
  expect(Math.abs(found.loss - expected.loss)).toBeLessThanOrEqual(tolerance * scaleOf([expected.loss, ...parts]));
  expect(found.gradients.length).toBe(expected.gradients.length);
  found.gradients.forEach((gradient, b) => {
    const other = expected.gradients[b] as Matrix;
    expect([gradient.rows, gradient.cols]).toEqual([other.rows, other.cols]);
    expect(gradient.data).toBeInstanceOf(Float64Array);
    expect(gradient).toBeCloseToArray(other, tolerance * (maxAbs(other.data) || 1));
  });
}

/** What the fixture says, sums of a few dozen terms in another order. */
export async function expectFixture(objective: Objective, { batches, ...expected }: LossCase): Promise<void> {
  const found = await objective(batches.map((batch) => Matrix.from(batch)));
  const gradients = expected.gradients.map((gradient) => Matrix.from(gradient));
  expectSameLoss(found, { ...expected, gradients }, 2e-12);
}

/**
 * Gradients against central differences of the loss at every element. With a step of 1e-5 of the batch's size the third
 * derivative leaves some 1e-10 of the largest gradient, rounding of the loss eps · loss / step.
 */
export async function expectDifferences(objective: Objective, batches: Matrix[], tolerance = 1e-7): Promise<void> {
  const { gradients, loss } = await objective(batches);
  for (const [b, batch] of batches.entries()) {
    const step = 1e-5 * (maxAbs(batch.data) || 1);
    const slopes = new Float64Array(batch.data.length);
    for (const at of slopes.keys()) {
      const moved = (by: number) => objective(batches.with(b, changed(batch, at, by)));
      slopes[at] = ((await moved(step)).loss - (await moved(-step)).loss) / (2 * step);
    }
    const rounding = (4 * Number.EPSILON * Math.abs(loss)) / step;
    expect(gradients[b] as Matrix).toBeCloseToArray(slopes, tolerance * (maxAbs(slopes) || 1) + rounding);
  }
}

function changed(batch: Matrix, at: number, by: number): Matrix {
  const data = Float64Array.from(batch.data);
  data[at] = (data[at] as number) + by;
  return new Matrix(batch.rows, batch.cols, data);
}

/** The rows in another order, and the columns. */
export function reordered(batch: Matrix, rows: readonly number[], cols?: readonly number[]): Matrix {
  const order = cols ?? Array.from({ length: batch.cols }, (_, j) => j);
  return Matrix.from(rows.map((i) => order.map((j) => batch.get(i, j))));
}

/** Column j times factors[j]. */
export function scaledColumns(batch: Matrix, factors: readonly number[]): Matrix {
  return Matrix.from(batch.toArray().map((row) => row.map((x, j) => x * (factors[j] as number))));
}

/** An order of 0 … n − 1 that a number picks. */
export function orderOf(n: number, pick: number): number[] {
  return Array.from({ length: n }, (_, i) => i).sort((i, j) => Math.sin(i * 12.9 + pick) - Math.sin(j * 12.9 + pick));
}
