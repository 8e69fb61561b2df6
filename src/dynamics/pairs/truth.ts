/** Canonical functions that are members of the dictionary themselves, in the order of their correlations. */
import { Matrix } from '../../matrix/matrix.js';

/** Indices of values in descending order; equal ones as they come. */
export function descending(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((i, j) => (values[j] as number) - (values[i] as number));
}

/** Row i picks function order[i]. */
export function selected(order: readonly number[]): Matrix {
  const out = new Matrix(order.length, order.length);
  for (const [i, j] of order.entries()) out.data[i * order.length + j] = 1;
  return out;
}
