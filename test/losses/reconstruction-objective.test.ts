import { describe, expect, it } from 'vitest';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { reconstructionObjective } from '../../src/losses/reconstruction-objective.js';
import type { Matrix } from '../../src/matrix/matrix.js';
import { energy, plus, product, solved, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem, expectedError } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectSameLoss } from './cases.js';

const problem = await enumeratedProblem(2);
const { moments, inputs } = problem;
const encoder = normals(1, 2, 4);
const decoder = normals(2, 4, 2);

describe.each(BACKENDS)('reconstructionObjective on %s', (backend) => {
  it.each([0, 0.7])('is the mean over enumerated views, ridge %d', async (ridge) => {
    const { loss, parts } = await reconstructionObjective(moments, { encoder, decoder, ridge, backend });
    const map = product(decoder, encoder);
    // Rounding is of the energies that are subtracted.
    const tolerance = 1e-14 * moments.inputEnergy + 1e-13 * parts.risk;
    expect(Math.abs(parts.risk - expectedError(problem, inputs, map))).toBeLessThan(tolerance);
    expect(parts.penalty).toBeCloseTo(energy(map), 12);
    expect(loss).toBe(parts.risk + ridge * parts.penalty);
  });

  it.each([0, 0.7])('has gradients that central differences confirm, ridge %d', async (ridge) => {
    const call = ([e, d]: Matrix[]) =>
      reconstructionObjective(moments, { encoder: e as Matrix, decoder: d as Matrix, ridge, backend });
    await expectDifferences(call, [encoder, decoder]);
  });

  it.each([0, 0.7])('is least at the closed form, and flat there, ridge %d', async (ridge) => {
    const best = await reconstruction(moments, { k: 2, ridge, backend });
    const options = { encoder: best.encoder, decoder: best.decoder, ridge, backend };
    const least = await reconstructionObjective(moments, options);
    const scale = moments.inputEnergy;
    expect(Math.abs(least.parts.risk - best.risk)).toBeLessThan(1e-13 * scale);
    for (const gradient of least.gradients) expect(gradient).toBeCloseToArray(times(gradient, 0), 1e-12 * scale);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: 1e-3, max: 3, noNaN: true }), async (seed, by) => {
        const moved = {
          encoder: plus(best.encoder, normals(seed, 2, 4), by),
          decoder: plus(best.decoder, normals(seed + 1000, 4, 2), by),
        };
        const { loss } = await reconstructionObjective(moments, { ...moved, ridge, backend });
        expect(loss).toBeGreaterThan(least.loss - 1e-13 * scale);
      }),
      { numRuns: 15 },
    );
  });

  it('does not see an invertible map between encoder and decoder', async () => {
    const base = await reconstructionObjective(moments, { encoder, decoder, backend });
    const map = normals(5, 2, 2);
    const mapped = product(map, encoder);
    const undone = solved(map.transpose(), decoder.transpose()).transpose();
    const found = await reconstructionObjective(moments, { encoder: mapped, decoder: undone, backend });
    // The chain rule takes the gradients back: Tᵀ ∂/∂(T E) and ∂/∂(D T⁻¹) T⁻ᵀ.
    const back = [
      product(map.transpose(), found.gradients[0] as Matrix),
      solved(map, (found.gradients[1] as Matrix).transpose()).transpose(),
    ];
    expectSameLoss({ ...found, gradients: back }, base, 1e-11);
  });
});

it('refuses maps that do not fit', async () => {
  const refusal = (change: object) =>
    failure(() => reconstructionObjective(moments, { encoder, decoder, ...change } as never));
  expect(await refusal({ encoder: normals(1, 2, 3) })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'encoder' });
  for (const wrong of [normals(1, 3, 2), normals(1, 4, 3)]) {
    const misfit = { code: 'SHAPE_MISMATCH', argument: 'decoder', expected: '4 × 2' };
    expect(await refusal({ decoder: wrong })).toMatchObject(misfit);
  }
  expect(await refusal({ decoder: undefined })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'decoder' });
  const nan = { code: 'NOT_FINITE', argument: 'encoder' };
  expect(await refusal({ encoder: times(encoder, Number.NaN) })).toMatchObject(nan);
  expect(await refusal({ ridge: -1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'ridge' });
  expect(await refusal({ encoder: times(encoder, 1e200) })).toMatchObject({
    code: 'OUT_OF_RANGE',
    argument: 'encoder',
    message: expect.stringMatching(/^reconstructionObjective: /),
  });
  const error = await failure(() => reconstructionObjective(inputs as never, { encoder, decoder }));
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
});
