import { describe, expect, it } from 'vitest';
import { type PldmBatches, type PldmOptions, pldm } from '../../src/losses/pldm.js';
import { vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, rowsBetween, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { constants, lightCases } from './light-cases.js';

/** Three trajectories at four times. */
const states = times(normals(1, 12, 3), 0.6);
const predictions = plus(rowsBetween(states, 3, 12), normals(2, 9, 3), 0.3);
const actions = normals(3, 9, 2);
const predictedActions = plus(actions, normals(4, 9, 2), 0.4);
const batches: PldmBatches = { states, times: 4, predictions, actions, predictedActions };

describe.each(BACKENDS)('pldm on %s', (backend) => {
  it.each(lightCases('pldm'))('agrees with NumPy: $name', async (fixture) => {
    const [taken] = constants(fixture);
    const call = ([guessed, given, predicted]: Matrix[]) => {
      const named = { predictions: guessed as Matrix, states: given as Matrix, times: fixture.times as number };
      const inverse = taken && predicted && { actions: taken, predictedActions: predicted };
      return pldm({ ...named, ...inverse }, { backend, ...fixture.options });
    };
    await expectFixture(call, fixture);
  });

  it.each<PldmOptions>([
    {},
    { variance: 0, similarity: 0, gamma: 3 },
    { prediction: 0, covariance: 30, inverseDynamics: 0 },
  ])('has gradients that central differences confirm, %o', async (options) => {
    const call = ([guessed, given, predicted]: Matrix[]) =>
      pldm(
        { ...batches, predictions: guessed as Matrix, states: given as Matrix, predictedActions: predicted as Matrix },
        { backend, ...options },
      );
    await expectDifferences(call, [predictions, states, predictedActions]);
  });

  it('has the worked values', async () => {
    // Two trajectories, 0 → 1 and 2 → 3: unbiased variance 5/3 of one column, beyond the hinge.
    const column = (...values: number[]) => Matrix.from(values.map((x) => [x]));
    const given = { states: column(0, 2, 1, 3), times: 2, predictions: column(1, 4) };
    const { loss, parts, gradients } = await pldm(given, { backend });
    expect(parts).toEqual({ prediction: 0.5, variance: 0, covariance: 0, similarity: 1, inverseDynamics: 0 });
    expect(loss).toBe(12.5);
    // Predictions: 2·(0, 1)/2. States: ∓ 12·2·1/2 of similarity, and minus the former.
    expect(gradients.map((gradient) => gradient.toArray().flat())).toEqual([
      [0, 1],
      [-12, -12, 12, 11],
    ]);
  });

  it('takes the variance and covariance of all states at once, VICReg’s but for the number of pairs', async () => {
    const { parts } = await pldm(batches, { backend });
    const both = await vicreg(states, states, { backend });
    expect(parts.variance).toBeCloseTo(both.parts.variance, 14);
    // Two views there, over k = 3; here over k(k − 1) = 6.
    expect(parts.covariance).toBeCloseTo(both.parts.covariance / 4, 14);
  });

  it('follows the order of trajectories and features', async () => {
    const base = await pldm(batches, { backend });
    await fc.assert(
      fc.asyncProperty(fc.nat(999), async (pick) => {
        const within = orderOf(3, pick);
        const rowsOf = (count: number) => Array.from({ length: count }, (_, t) => within.map((i) => 3 * t + i)).flat();
        const cols = orderOf(3, pick / 7);
        const found = await pldm(
          {
            states: reordered(states, rowsOf(4), cols),
            times: 4,
            predictions: reordered(predictions, rowsOf(3), cols),
            actions: reordered(actions, rowsOf(3)),
            predictedActions: reordered(predictedActions, rowsOf(3)),
          },
          { backend },
        );
        const [byPredictions, byStates, byActions] = base.gradients as [Matrix, Matrix, Matrix];
        const gradients = [
          reordered(byPredictions, rowsOf(3), cols),
          reordered(byStates, rowsOf(4), cols),
          reordered(byActions, rowsOf(3)),
        ];
        expectSameLoss(found, { ...base, gradients }, 1e-12);
      }),
      { numRuns: 10 },
    );
  });

  it('has a finite hinge where nothing varies', async () => {
    const flat = product(new Matrix(12, 1, new Float64Array(12).fill(1)), normals(7, 1, 3));
    const { parts, gradients } = await pldm(
      { states: flat, times: 4, predictions: rowsBetween(flat, 0, 9) },
      { backend },
    );
    expect(parts.variance).toBeCloseTo(1 - 0.01, 12);
    expect(gradients.length).toBe(2);
    expect(gradients[1] as Matrix).toBeCloseToArray(new Float64Array(36), 1e-14);
  });

  it('refuses what are no trajectories', async () => {
    const refusal = (change: object, options?: PldmOptions) =>
      failure(() => pldm({ ...batches, ...change }, { backend, ...options }));
    expect(await refusal({ times: 1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'times' });
    expect(await refusal({ times: 5 })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'states' });
    expect(await refusal({ times: 3 })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'predictions' });
    expect(await refusal({ predictions: states })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'predictions' });
    expect(await refusal({ actions: undefined })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'actions' });
    const half = { code: 'INVALID_ARGUMENT', argument: 'predictedActions' };
    expect(await refusal({ predictedActions: undefined })).toMatchObject(half);
    expect(await refusal({ actions: states })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'actions' });
    const narrow = { code: 'SHAPE_MISMATCH', argument: 'predictedActions' };
    expect(await refusal({ predictedActions: normals(1, 9, 1) })).toMatchObject(narrow);
    for (const name of ['prediction', 'variance', 'covariance', 'similarity', 'inverseDynamics', 'gamma', 'epsilon']) {
      expect(await refusal({}, { [name]: -1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: name });
    }
    expect(await refusal({ states: times(states, 1e200) })).toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
