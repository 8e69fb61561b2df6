import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

/**
 * One row per label, 1 in the column of its class and 0 elsewhere (n×classes, float64).
 *
 * @param labels class indices from 0
 * @param classes how many classes there are; one more than the largest label unless given
 * @throws EigenviewError `OUT_OF_RANGE` for a label that is no class, `EMPTY` without labels, `INVALID_ARGUMENT`, `TOO_LARGE`
 * @example
 * ```ts
 * console.log(oneHot([0, 2]).toArray()); // [ [ 1, 0, 0 ], [ 0, 0, 1 ] ]
 * ```
 */
export function oneHot(labels: ArrayLike<number>, classes?: number): Matrix {
  checkLabels(labels, classes);
  const cols = classes ?? largest(labels) + 1;
  const result = new Matrix(labels.length, cols);
  for (let i = 0; i < labels.length; i++) result.data[i * cols + (labels[i] as number)] = 1;
  return result;
}

function checkLabels(labels: ArrayLike<number>, classes: number | undefined): void {
  if (!Array.isArray(labels) && !(ArrayBuffer.isView(labels) && 'length' in labels)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Labels come as an array.', {
      argument: 'labels',
      expected: 'an array of class indices',
      received: describe(labels),
    });
  }
  if (labels.length === 0) {
    throw new EigenviewError('EMPTY', 'There are no labels.', { argument: 'labels', expected: 'at least one' });
  }
  if (classes !== undefined) checkInteger('classes', classes, { min: 1 });
  for (let i = 0; i < labels.length; i++) {
    checkInteger(`labels[${i}]`, labels[i], classes === undefined ? { min: 0 } : { min: 0, max: classes - 1 });
  }
}

function largest(labels: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < labels.length; i++) max = Math.max(max, labels[i] as number);
  return max;
}
