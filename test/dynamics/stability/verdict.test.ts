import { describe, expect, it } from 'vitest';
import { deepLinearFlow } from '../../../src/dynamics/flows/deep-linear.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { countDirections, verdictOf } from '../../../src/dynamics/stability/verdict.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { times } from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import { symmetricPair } from '../hand-made.js';

describe('directions', () => {
  it('are counted by their real parts, relative to the largest eigenvalue', () => {
    const re = Float64Array.of(1e-3, 1e-9, 0, -1e-9, -2);
    const im = Float64Array.of(3, 0, 0, 0, 0);
    expect(countDirections(re, im, 1e-7)).toEqual({ unstable: 1, neutral: 3, stable: 1 });
    expect(countDirections(re, im, 1e-2)).toEqual({ unstable: 0, neutral: 4, stable: 1 });
    expect(countDirections(new Float64Array(2), new Float64Array(2), 1e-7)).toEqual({
      unstable: 0,
      neutral: 2,
      stable: 0,
    });
  });

  it('make a stable equilibrium if none grows and none is neutral beyond the orbit', () => {
    expect([verdictOf(0, 2, 2), verdictOf(0, 3, 2), verdictOf(1, 2, 2)]).toEqual(['stable', 'degenerate', 'unstable']);
  });
});

describe('stability', () => {
  const flow = simsiamFlow(symmetricPair([0.9, 0.6, -0.7]), { k: 2, lambda: 0.02 });
  const rest = flow.equilibria({ stable: true })[0]?.state as Matrix;

  it.each(BACKENDS)('is the same asynchronously and at once, on %s', async (backend) => {
    const later = await flow.stability(rest, { backend });
    const now = flow.stabilitySync(rest, { backend });
    expect(later).toMatchObject({ verdict: 'stable', unstable: 0, neutral: 1, stable: 5, orbit: 1 });
    expect({ ...now, eigenvalues: undefined, residual: 0 }).toEqual({ ...later, eigenvalues: undefined, residual: 0 });
    expect(now.eigenvalues.re).toBeCloseToArray(later.eigenvalues.re, 1e-13);
  });

  it('tells how far from an equilibrium it was asked', () => {
    expect(flow.stabilitySync(rest).residual).toBeLessThan(1e-14);
    expect(flow.stabilitySync(times(normals(1, 2, 3), 0.5)).residual).toBeGreaterThan(1e-3);
  });

  it('refuses what it cannot use', async () => {
    expect(await failure(() => flow.stability(rest, { tolerance: 2 }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'tolerance',
    });
    expect(await failure(() => flow.stabilitySync(rest, { signal: 1 } as never))).toMatchObject({
      code: 'UNKNOWN_OPTION',
    });
    const reason = new Error('enough');
    await expect(flow.stability(rest, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it('refuses a state whose velocity overflows although its Jacobian does not', () => {
  const deep = deepLinearFlow({ rho: [0.5], kappa: [1] }, { depth: 2, objective: 'latent-prediction' });
  expect(() => deep.stabilitySync(Matrix.from([[1e130]]))).toThrowError(
    expect.objectContaining({ code: 'NOT_FINITE' }),
  );
});
