import { describe, expect, it } from 'vitest';
import { effectiveRank, spectrum } from '../../src/diagnostics/spectrum.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { fixture } from './fixture.js';

describe.each(BACKENDS)('spectrum, %s', (backend) => {
  it('agrees with NumPy', async () => {
    const { spectrum: expected } = fixture;
    const found = await spectrum(fixture.z, { backend });
    expect(found.singularValues).toBeCloseToArray(expected.singularValues, 1e-13);
    expect(found.eigenvalues).toBeCloseToArray(expected.eigenvalues, 1e-13);
    expect(found.effectiveRank).toBeCloseTo(expected.effectiveRank, 11);
    expect(found.participationRatio).toBeCloseTo(expected.participationRatio, 11);
    expect(found.conditionNumber).toBeCloseTo(expected.conditionNumber, 9);
    expect(found.rank).toBe(6);
  });

  it('is of the centred rows: a constant changes nothing', async () => {
    const shift = product(new Matrix(24, 1, new Float64Array(24).fill(1)), normals(4, 1, 6));
    const found = await spectrum(plus(fixture.z, shift, 100), { backend });
    expect(found.singularValues).toBeCloseToArray(fixture.spectrum.singularValues, 1e-11);
  });

  it('knows the rank of what rounding has blurred', async () => {
    const low = product(normals(1, 40, 3), normals(2, 3, 8));
    const constant = product(new Matrix(40, 1, new Float64Array(40).fill(1e6)), normals(3, 1, 8));
    expect((await spectrum(low, { backend })).rank).toBe(3);
    const found = await spectrum(plus(low, constant), { backend });
    expect([found.rank, found.conditionNumber]).toEqual([3, Number.POSITIVE_INFINITY]);
  });

  it('of few rows has d eigenvalues and at most n − 1 that are not 0', async () => {
    const { singularValues, eigenvalues, rank } = await spectrum(normals(1, 4, 9), { backend });
    expect([singularValues.length, eigenvalues.length, rank]).toEqual([4, 9, 3]);
  });

  it.each([0, 0.1, 1e9])('of rows that are all %d is nothing', async (value) => {
    const found = await spectrum(new Matrix(7, 3, new Float64Array(21).fill(value)), { backend });
    expect(found).toMatchObject({
      rank: 0,
      effectiveRank: 0,
      participationRatio: 0,
      conditionNumber: Number.POSITIVE_INFINITY,
    });
  });

  it.each([1e-200, 1e-160, 1e-140, 1e140, 1e200, 1e307])('has the same ranks at the scale %d', async (scale) => {
    const z = normals(7, 50, 4);
    const base = await spectrum(z, { backend });
    expect(await effectiveRank(times(z, scale), { backend })).toBeCloseTo(base.effectiveRank, 11);
    if (scale > 1e150) {
      const error = await failure(() => spectrum(times(z, scale), { backend }));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z' });
      return;
    }
    const {
      rank,
      effectiveRank: entropy,
      participationRatio,
      conditionNumber,
      ...values
    } = await spectrum(times(z, scale), { backend });
    expect(rank).toBe(4);
    expect(entropy).toBeCloseTo(base.effectiveRank, 11);
    expect(participationRatio).toBeCloseTo(base.participationRatio, 11);
    expect(conditionNumber).toBeCloseTo(base.conditionNumber, 11);
    values.singularValues.forEach((sigma, i) => {
      expect(sigma / scale).toBeCloseTo(base.singularValues[i] as number, 11);
    });
    // Squares of 1e-200 are none, and at 1e-160 they have few digits.
    const expected = base.eigenvalues.map((value) => value * scale * scale);
    expect(values.eigenvalues).toBeCloseToArray(expected, 1e-12 * (expected[0] as number) + Number.MIN_VALUE);
  });

  it('has the effective rank for its own', async () => {
    expect(await effectiveRank(fixture.z, { backend })).toBe((await spectrum(fixture.z, { backend })).effectiveRank);
    const unknown = await failure(() => effectiveRank(fixture.z, { backend, k: 2 } as never));
    expect(unknown.code).toBe('UNKNOWN_OPTION');
  });

  it('counts equal directions in full', async () => {
    // ± each axis: mean 0, covariance I/5.
    const cross = Matrix.from([1, -1].flatMap((sign) => Matrix.diagonal(new Array(5).fill(sign)).toArray()));
    const found = await spectrum(cross, { backend });
    expect(found.effectiveRank).toBeCloseTo(5, 12);
    expect(found.participationRatio).toBeCloseTo(5, 12);
    expect(found.conditionNumber).toBeCloseTo(1, 12);
  });
});

it('spectrum refuses what is not finite', async () => {
  expect((await failure(() => spectrum(Matrix.from([[1], [Number.POSITIVE_INFINITY]])))).code).toBe('NOT_FINITE');
});
