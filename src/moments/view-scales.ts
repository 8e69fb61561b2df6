import type { ViewPlan } from '../backends/views.js';
import { maxAbs } from '../matrix/check.js';
import type { Matrix, MatrixData } from '../matrix/matrix.js';

/**
 * How sums over views keep their digits in single precision, from the first chunks and a few views of the first sample. Bits
 * depend on that sample alone: powers of two change none unless floats would overflow.
 */
export function scaleViews(
  first: Matrix,
  target: Matrix | undefined,
  views: Matrix,
): Pick<ViewPlan, 'shifted' | 'scales'> {
  const inputs = scaleOf(first.data);
  const ofViews = views.data.some((value) => value !== 0) ? scaleOf(views.data) : inputs;
  return { shifted: isNear(first, views), scales: { inputs, targets: scaleOf(target?.data ?? []), views: ofViews } };
}

/** Whether the mean view is nearer to the first sample than to 0. */
function isNear(first: Matrix, views: Matrix): boolean {
  if (first.cols !== views.cols) return false;
  let [distance, size] = [0, 0];
  for (let j = 0; j < views.cols; j++) {
    let mean = 0;
    for (let i = 0; i < views.rows; i++) mean += views.get(i, j) / views.rows;
    distance = Math.hypot(distance, mean - first.get(0, j));
    size = Math.hypot(size, mean);
  }
  return distance < size;
}

/** A power of two that brings the largest of the numbers to about 1. */
export function scaleOf(numbers: MatrixData | readonly number[]): number {
  const most = maxAbs(numbers.slice(0, 2 ** 20));
  if (!(most > 0) || !Number.isFinite(most)) return 1;
  return 2 ** -Math.max(-1000, Math.min(1000, Math.ceil(Math.log2(most))));
}
