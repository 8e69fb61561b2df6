import { expect, test } from 'vitest';
import { solve } from '../../../src/backends/js/solve.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { failure } from '../../support/failure.js';

const identity = Matrix.identity(2);

test('a known system, which needs a pivot', () => {
  const a = Matrix.from([
    [0, 2],
    [3, 1],
  ]);
  expect(solve(a, Matrix.from([[4], [5]])).toArray()).toEqual([[1], [2]]);
});

test('the line is drawn at a reciprocal condition number of eps', async () => {
  expect(solve(Matrix.diagonal([1, 2.3e-16]), identity).get(1, 1)).toBeCloseTo(1 / 2.3e-16, -3);
  const error = await failure(() => solve(Matrix.diagonal([1, 2.2e-16]), identity));
  expect(error.code).toBe('SINGULAR');
  expect(error.message).toContain('(2.20e-16)');
});

test('scale does not count as singularity', () => {
  const tiny = Matrix.diagonal([1e-300, 2e-300]);
  const x = solve(tiny, tiny);
  expect(x).toBeCloseToArray(identity, 1e-15);
});
