import { expect } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import type { Matrix } from '../../src/matrix/matrix.js';
import { expectViews, type ViewExpectation } from '../../src/views/expect.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { BACKENDS } from './backends.js';
import { enumerated, inputMomentsOf, type Outcome } from './outcomes.js';

const FIELDS = ['second', 'meanSecond', 'covariance', 'inputCross', 'targetCross', 'mean'] as const;

/** Every field of two expectations, to `tolerance` of the largest second moment. */
export function expectAlike(received: ViewExpectation, expected: ViewExpectation, tolerance = 1e-13): void {
  const size = Math.max(1, ...expected.second.data.map(Math.abs), ...expected.inputCross.data.map(Math.abs));
  for (const field of FIELDS) {
    expect(received[field], field).toBeCloseToArray(expected[field] as Matrix, tolerance * size);
  }
}

/** The exact expectation of a process over data, on a backend. */
export function expectationOf(
  views: ViewProcess,
  x: Matrix,
  y: Matrix,
  backend: 'native' | 'js' = 'js',
): Promise<ViewExpectation> {
  return expectViews(views, inputMomentsOf(x, y), selectBackend(backend).linalg);
}

/**
 * That a process has, on every backend, the moments that enumerating its outcomes gives, with matrices symmetric to the last
 * bit and S = G + Σ.
 */
export async function expectEnumerated(
  views: ViewProcess,
  outcomes: readonly Outcome[],
  x: Matrix,
  y: Matrix,
): Promise<void> {
  const expected = enumerated(outcomes, x, y);
  for (const backend of BACKENDS) {
    const received = await expectationOf(views, x, y, backend);
    expectAlike(received, expected);
    const { second, meanSecond, covariance } = received;
    for (const matrix of [second, meanSecond, covariance]) expect(matrix.transpose()).toEqual(matrix);
    const sum = Float64Array.from(meanSecond.data, (g, i) => g + (covariance.data[i] as number));
    expect(second.data).toEqual(sum);
  }
}
