/** Argument checks that the objectives share. Whether numbers are finite is for the backends, or checkFiniteBatches, to see. */
import type { Batch } from '../backends/losses.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInt32, checkMatrix, checkNotEmpty, checkNumber, checkSameShape } from '../matrix/check.js';

/** A non-empty batch of at least `rows` embeddings, one a row; `of` says what takes so many. */
export function checkBatch(argument: string, value: unknown, rows = 1, of = 'a variance'): Batch {
  checkMatrix(argument, value);
  checkNotEmpty(argument, value);
  checkInt32(argument, value.rows * value.cols);
  if (value.rows < rows) {
    throw new EigenviewError('OUT_OF_RANGE', `${argument} has too few rows: ${of} takes ${rows} at least.`, {
      argument,
      expected: `a batch of at least ${rows} rows`,
      received: `${value.rows}`,
    });
  }
  return { argument, matrix: value };
}

/** Two batches of one shape, row i of both of the same sample. */
export function checkPair(z1: unknown, z2: unknown, rows = 1, of?: string): [Batch, Batch] {
  const first = checkBatch('z1', z1, rows, of);
  const second = checkBatch('z2', z2, rows, of);
  checkSameShape('z2', second.matrix, first.matrix.rows, first.matrix.cols);
  return [first, second];
}

/** At least `count` batches of one shape, given as an array. */
export function checkViews(argument: string, values: unknown, count: number): Batch[] {
  if (!Array.isArray(values)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} is a list of batches.`, {
      argument,
      expected: 'an array of matrices',
      received: describe(values),
    });
  }
  if (values.length < count) {
    throw new EigenviewError('OUT_OF_RANGE', `${argument} has too few batches.`, {
      argument,
      expected: `at least ${count} batches`,
      received: `${values.length}`,
    });
  }
  // Not map, which skips the holes of a sparse array.
  const batches = Array.from(values, (value, i) => checkBatch(`${argument}[${i}]`, value));
  const { rows, cols } = (batches[0] as Batch).matrix;
  for (const { argument: name, matrix } of batches) checkSameShape(name, matrix, rows, cols);
  return batches;
}

/** A factor of a term: finite, not negative. */
export function checkWeight(argument: string, value: unknown): asserts value is number {
  checkNumber(argument, value, { min: 0 });
}
