import { describe, expect, it } from 'vitest';
import { supervised } from '../../src/closed-form/supervised.js';
import { supervisedObjective } from '../../src/losses/supervised-objective.js';
import type { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem, expectedError } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences } from './cases.js';

const problem = await enumeratedProblem(1);
const { moments, targets, inputs } = problem;
const weights = normals(1, 2, 4);

describe.each(BACKENDS)('supervisedObjective on %s', (backend) => {
  it.each([0, 0.7])('is the mean over enumerated views, ridge %d', async (ridge) => {
    const { loss, parts } = await supervisedObjective(moments, { weights, ridge, backend });
    // Rounding is of the energies that are subtracted.
    const tolerance = 1e-14 * (moments.targetEnergy as number) + 1e-13 * parts.risk;
    expect(Math.abs(parts.risk - expectedError(problem, targets, weights))).toBeLessThan(tolerance);
    expect(parts.penalty).toBeCloseTo(energy(weights), 13);
    expect(loss).toBe(parts.risk + ridge * parts.penalty);
  });

  it.each([0, 0.7])('has a gradient that central differences confirm, ridge %d', async (ridge) => {
    await expectDifferences(([v]) => supervisedObjective(moments, { weights: v as Matrix, ridge, backend }), [weights]);
  });

  it.each([0, 0.7])('is least at the closed form, and flat there, ridge %d', async (ridge) => {
    const { weights: best, risk } = await supervised(moments, { ridge, backend });
    const least = await supervisedObjective(moments, { weights: best, ridge, backend });
    const scale = moments.targetEnergy as number;
    expect(Math.abs(least.parts.risk - risk)).toBeLessThan(1e-13 * scale);
    expect(least.gradients[0] as Matrix).toBeCloseToArray(times(best, 0), 1e-12 * scale);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: 1e-3, max: 3, noNaN: true }), async (seed, by) => {
        const other = plus(best, normals(seed, 2, 4), by);
        const { loss } = await supervisedObjective(moments, { weights: other, ridge, backend });
        expect(loss).toBeGreaterThan(least.loss);
      }),
      { numRuns: 15 },
    );
  });
});

it('refuses other moments, weights and ridges', async () => {
  const refusal = (given: unknown, options: object | undefined) =>
    failure(() => supervisedObjective(given as never, options as never));
  expect(await refusal(inputs, { weights })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
  const without = await viewMoments(inputs, gaussianViews({ theta: 1 }));
  expect(await refusal(without, { weights })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
  for (const wrong of [normals(1, 3, 4), normals(1, 2, 3)]) {
    const misfit = { code: 'SHAPE_MISMATCH', argument: 'weights', expected: '2 × 4' };
    expect(await refusal(moments, { weights: wrong })).toMatchObject(misfit);
  }
  expect(await refusal(moments, {})).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'weights' });
  expect(await refusal(moments, undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'weights' });
  const nan = times(weights, Number.NaN);
  expect(await refusal(moments, { weights: nan })).toMatchObject({ code: 'NOT_FINITE', argument: 'weights' });
  expect(await refusal(moments, { weights, ridge: -1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'ridge' });
  expect(await refusal(moments, { weights, k: 1 })).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'k' });
  expect(await refusal(moments, { weights: times(weights, 1e200) })).toMatchObject({
    code: 'OUT_OF_RANGE',
    argument: 'weights',
    message: expect.stringMatching(/^supervisedObjective: /),
  });
});
