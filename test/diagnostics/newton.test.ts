import { expect, it } from 'vitest';
import { type Convex, minimise } from '../../src/diagnostics/newton.js';

/** 1 + Σ aᵢ log cosh(xᵢ − 0.8 i). A full Newton step from farther than 1.09 overshoots by more than it corrects. */
function logCosh(scales: readonly number[]): Convex & { evaluations: number } {
  let here = new Float64Array();
  return {
    evaluations: 0,
    async evaluate(at) {
      this.evaluations++;
      here = at.slice();
      const shifted = at.map((x, i) => x - 0.8 * i);
      const value = shifted.reduce((sum, x, i) => sum + (scales[i] as number) * Math.log(Math.cosh(x)), 1);
      return { at, value, gradient: shifted.map((x, i) => (scales[i] as number) * Math.tanh(x)) };
    },
    async product(direction) {
      return direction.map((p, i) => ((scales[i] as number) * p) / Math.cosh((here[i] as number) - 0.8 * i) ** 2);
    },
    async precondition(vector) {
      return vector.map((x, i) => x / (scales[i] as number));
    },
  };
}

it('finds the minimum from where the full step overshoots', async () => {
  const problem = logCosh([1, 0.1, 10, 1]);
  const found = await minimise(problem, new Float64Array(4), { tolerance: 1e-12, maxIterations: 100 });
  expect(found.converged).toBe(true);
  expect(found.at).toBeCloseToArray([0, 0.8, 1.6, 2.4], 1e-10);
  // It did have to back off.
  expect(problem.evaluations).toBeGreaterThan(found.iterations + 1);
});

it('says when it ran out of iterations', async () => {
  const found = await minimise(logCosh([1, 1, 1]), new Float64Array(3), { tolerance: 1e-12, maxIterations: 1 });
  expect([found.converged, found.iterations]).toEqual([false, 1]);
});

it('has nothing to do at the minimum', async () => {
  const found = await minimise(logCosh([1, 1]), Float64Array.of(0, 0.8), { tolerance: 1e-12, maxIterations: 9 });
  expect([found.converged, found.iterations, found.products]).toEqual([true, 0, 0]);
});

it('stops where rounding hides any further descent', async () => {
  const found = await minimise(logCosh([1, 1]), Float64Array.of(0.1, 0.9), { tolerance: 1e-300, maxIterations: 200 });
  expect(found.at).toBeCloseToArray([0, 0.8], 1e-15);
});
