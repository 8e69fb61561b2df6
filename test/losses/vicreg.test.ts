import { describe, expect, it } from 'vitest';
import { type VicregOptions, vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import {
  expectDifferences,
  expectFixture,
  expectSameLoss,
  lossCases,
  type Objective,
  orderOf,
  reordered,
  scaledColumns,
} from './cases.js';

const z1 = normals(1, 7, 4);
const z2 = plus(z1, normals(2, 7, 4), 0.3);

describe.each(BACKENDS)('vicreg on %s', (backend) => {
  const objective =
    (options: VicregOptions = {}): Objective =>
    ([a, b]) =>
      vicreg(a as Matrix, b as Matrix, { backend, ...options });

  it.each(lossCases('vicreg'))('agrees with NumPy: $name', async (fixture) => {
    await expectFixture(objective(fixture.options), fixture);
  });

  it('has the worked values', async () => {
    // Columns (1, 0, −1) and (0, 1, −1): variances 1, covariance ½, in both views; var + ε exceeds γ².
    const z = Matrix.from([
      [1, 0],
      [0, 1],
      [-1, -1],
    ]);
    const same = await objective()([z, z]);
    expect(same.parts).toEqual({ invariance: 0, variance: 0, covariance: 0.5 });
    expect(same.loss).toBe(0.5);
    // Half of z: variances ¼; each view's hinge is 1 − √(¼ + 1e-4), its covariance term (⅛)²; mean square of ½ z is ⅙.
    const half = times(z, 0.5);
    const { parts, loss } = await objective()([z, half]);
    const hinge = (1 - Math.sqrt(0.2501)) / 2;
    expect(parts.invariance).toBeCloseTo(4 / 4 / 6, 14);
    expect(parts.variance).toBeCloseTo(hinge, 14);
    expect(parts.covariance).toBeCloseTo(0.25 + 1 / 64, 14);
    expect(loss).toBeCloseTo((25 * 4) / 24 + 25 * hinge + 0.25 + 1 / 64, 12);
  });

  it('halves the variance term unless the convention is that of solo-learn', async () => {
    const official = await objective()([z1, z2]);
    const summed = await objective({ convention: 'solo-learn' })([z1, z2]);
    expect(official.parts.variance as number).toBeGreaterThan(0);
    expect(summed.parts.variance).toBeCloseTo(2 * (official.parts.variance as number), 14);
    expectSameLoss({ ...(await objective({ variance: 50 })([z1, z2])), parts: {} }, { ...summed, parts: {} }, 1e-14);
  });

  it.each<VicregOptions>([
    {},
    { convention: 'solo-learn' },
    { invariance: 0, covariance: 0, gamma: 3 },
    { variance: 0, invariance: 0 },
    { epsilon: 0.5, gamma: 2 },
  ])('has gradients that central differences confirm, %o', async (options) => {
    await expectDifferences(objective(options), [z1, z2]);
  });

  it('does not see the order of samples, follows that of views and of features, and turns with their signs', async () => {
    const base = await objective()([z1, z2]);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.boolean(), fc.nat(15), async (pick, swap, signs) => {
        const [rows, cols] = [orderOf(7, pick), orderOf(4, pick / 7)];
        const factors = cols.map((_, j) => ((signs >> j) & 1 ? -1 : 1));
        const change = (z: Matrix) => scaledColumns(reordered(z, rows, cols), factors);
        const order = swap ? [1, 0] : [0, 1];
        const at = (list: Matrix[]) => order.map((b) => change(list[b] as Matrix));
        const found = await objective()(at([z1, z2]));
        expectSameLoss(found, { ...base, gradients: at(base.gradients) }, 1e-13);
      }),
      { numRuns: 25 },
    );
  });

  it('has a finite gradient where a column does not vary, the limit of nearly constant ones', async () => {
    const flat = scaledColumns(z1, [0, 1, 1, 1]);
    const constant = plus(flat, Matrix.from(Array.from({ length: 7 }, () => [0.1, 0, 0, 0])));
    const options = { invariance: 0, backend };
    const { parts, gradients } = await vicreg(constant, constant, options);
    const near = await vicreg(scaledColumns(z1, [1e-9, 1, 1, 1]), scaledColumns(z1, [1e-9, 1, 1, 1]), options);
    // √ε of the hinge, and covariances of nothing.
    expect(parts.variance).toBeCloseTo(near.parts.variance, 12);
    expect(parts.covariance).toBeCloseTo(near.parts.covariance, 12);
    for (const [b, gradient] of gradients.entries()) {
      for (let i = 0; i < 7; i++) {
        expect(Math.abs(gradient.get(i, 0))).toBe(0);
        for (let j = 1; j < 4; j++) expect(gradient.get(i, j)).toBeCloseTo((near.gradients[b] as Matrix).get(i, j), 7);
      }
    }
    const bare = await vicreg(constant, constant, { ...options, epsilon: 0 });
    expect(Math.abs(bare.gradients[0]?.get(3, 0) as number)).toBe(0);
    expect(bare.parts.variance).toBeGreaterThanOrEqual(0.25);
  });

  it('is exact far from the origin', async () => {
    const far = Matrix.from(Array.from({ length: 7 }, () => [2 ** 20, -(2 ** 20), 2 ** 18, 0]));
    const rounded = (z: Matrix) => plus(plus(z, far), far, -1);
    const [a, b] = [rounded(z1), rounded(z2)];
    expectSameLoss(await objective()([plus(a, far), plus(b, far)]), await objective()([a, b]), 1e-13);
  });

  it('takes float32 batches, as their float64 copies', async () => {
    const single = new Matrix(7, 4, Float32Array.from(z1.data));
    const double = new Matrix(7, 4, Float64Array.from(single.data));
    expect(await objective()([single, z2])).toEqual(await objective()([double, z2]));
  });

  it.each([
    ['variance', { variance: -1 }],
    ['invariance', { invariance: -1 }],
    ['covariance', { covariance: -1 }],
    ['gamma', { gamma: -1 }],
    ['epsilon', { epsilon: -1e-9 }],
  ])('refuses a negative %s', async (argument, options) => {
    expect(await failure(() => vicreg(z1, z2, { backend, ...options }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument,
    });
  });

  it('refuses a single row and what overflows', async () => {
    const row = normals(1, 1, 3);
    expect(await failure(() => vicreg(row, row, { backend }))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z1' });
    const large = times(z1, 1e100);
    expect(await failure(() => vicreg(large, large, { backend }))).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await failure(() => vicreg(times(z1, 1e200), z2, { backend }))).toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
