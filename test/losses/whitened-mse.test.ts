import { describe, expect, it } from 'vitest';
import { type WhitenedMseOptions, whitenedMse } from '../../src/losses/whitened-mse.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered, scaledColumns } from './cases.js';
import { lightCases } from './light-cases.js';

const z1 = normals(1, 8, 3);
const z2 = plus(z1, normals(2, 8, 3), 0.5);

describe.each(BACKENDS)('whitenedMse on %s', (backend) => {
  const objective =
    (options: WhitenedMseOptions = {}) =>
    ([a, b]: Matrix[]) =>
      whitenedMse(a as Matrix, b as Matrix, { backend, ...options });

  it.each(lightCases('whitened-mse'))('agrees with NumPy: $name', async (fixture) => {
    await expectFixture(objective(fixture.options), fixture);
  });

  it.each<WhitenedMseOptions>([
    {},
    { normalize: false },
    { epsilon: 0.3 },
    { epsilon: 1 },
    { epsilon: 0.1, normalize: false },
  ])('has gradients that central differences confirm, %o', async (options) => {
    await expectDifferences(objective(options), [z1, z2]);
  });

  it('has the worked values', async () => {
    // One column is whitened to its standard scores: means 3 and 5, variances 8/3·… alike; only signs have a direction.
    const [a, b] = [Matrix.from([[1], [2], [4], [5]]), Matrix.from([[3], [7], [4], [6]])];
    const { loss, gradients } = await objective()([a, b]);
    // Signs − − + + and − + − +: two rows of four are opposite, at a squared distance of 4.
    expect(loss).toBe(2);
    expect(gradients[0] as Matrix).toBeCloseToArray([0, 0, 0, 0], 1e-15);
    // Standard scores (−2, −1, 1, 2)·√(3/10) and (−2, 2, −1, 1)·√(3/10): squared differences 0, 9, 4, 1 times 0.3.
    const lengths = await objective({ normalize: false })([a, b]);
    expect(lengths.loss).toBeCloseTo((14 * 0.3) / 4, 14);
  });

  it('does not see samples’ order, offsets, or triangular maps, each view its own', async () => {
    const base = await objective()([z1, z2]);
    const lower = Matrix.from([
      [2, 0, 0],
      [-1, 0.5, 0],
      [3, 1, 4],
    ]);
    const offset = product(new Matrix(8, 1, new Float64Array(8).fill(1)), normals(5, 1, 3));
    await fc.assert(
      fc.asyncProperty(fc.nat(999), async (pick) => {
        const rows = orderOf(8, pick);
        const moved = plus(product(reordered(z1, rows), lower.transpose()), offset, 3);
        const found = await objective()([moved, reordered(z2, rows)]);
        // By z1 the chain rule: its gradient is that by the moved batch, times L.
        const back = {
          ...found,
          gradients: [product(found.gradients[0] as Matrix, lower), found.gradients[1] as Matrix],
        };
        expectSameLoss(back, { ...base, gradients: base.gradients.map((g) => reordered(g, rows)) }, 1e-11);
      }),
      { numRuns: 10 },
    );
  });

  it('is nothing for equal views, and without whitening the cosine about the mean', async () => {
    expect((await objective()([z1, z1])).loss).toBeCloseTo(0, 14);
    const whole = await objective({ epsilon: 1 })([z1, z2]);
    const scaled = await objective({ epsilon: 1 })([times(z1, 3), z2]);
    expect(scaled.loss).toBeCloseTo(whole.loss, 13);
  });

  it('refuses batches that have no whitening', async () => {
    const refusal = (a: Matrix, b: Matrix, options?: WhitenedMseOptions) => failure(() => objective(options)([a, b]));
    const flat = scaledColumns(z2, [1, 0, 1]);
    expect(await refusal(z1, flat)).toMatchObject({ code: 'SINGULAR', argument: 'z2' });
    expect(await refusal(flat, z1)).toMatchObject({ code: 'SINGULAR', argument: 'z1', direction: expect.anything() });
    expect((await objective({ epsilon: 0.1 })([z1, flat])).loss).toBeGreaterThan(0);
    const few = normals(3, 3, 3);
    expect(await refusal(few, few)).toMatchObject({ code: 'SINGULAR', argument: 'z1' });
    const row = normals(3, 1, 3);
    expect(await refusal(row, row, { epsilon: 0.1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z1' });
    for (const epsilon of [-0.1, 1.1]) {
      expect(await refusal(z1, z2, { epsilon })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'epsilon' });
    }
    const wrong = { code: 'INVALID_ARGUMENT', argument: 'normalize' };
    expect(await refusal(z1, z2, { normalize: 1 as never })).toMatchObject(wrong);
    for (const factor of [1e200, 1e307]) {
      const huge = await refusal(times(z1, factor), z2);
      expect(huge).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z1' });
      expect(huge.message).toMatch(/^whitenedMse: .* overflows/);
    }
  });

  it('does not mind columns in other units', async () => {
    const factors = [1e4, 1, 1e-4];
    const base = await objective()([z1, z2]);
    const found = await objective()([scaledColumns(z1, factors), z2]);
    // A diagonal map of one view's columns changes nothing but the units of its gradient.
    const inverse = factors.map((factor) => 1 / factor);
    expectSameLoss(
      { ...found, gradients: [scaledColumns(found.gradients[0] as Matrix, factors), found.gradients[1] as Matrix] },
      base,
      1e-12,
    );
    expect((await objective()([scaledColumns(z1, inverse), scaledColumns(z2, factors)])).loss).toBeCloseTo(
      base.loss,
      12,
    );
    // What depends on the others is singular in any units.
    const twin = new Matrix(
      8,
      3,
      z1.data.map((x, at, all) => (at % 3 === 2 ? 1e-9 * ((all[at - 1] as number) - (all[at - 2] as number)) : x)),
    );
    expect(await failure(() => objective()([twin, z2]))).toMatchObject({ code: 'SINGULAR', argument: 'z1' });
  });

  it('refuses a row in the middle of the batch, unless lengths count', async () => {
    const middle = Matrix.from([[-1], [0], [1]]);
    const error = await failure(() => objective()([Matrix.from([[3], [1], [0]]), middle]));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z2', message: expect.stringContaining('row 1') });
    expect((await objective({ normalize: false })([middle, middle])).loss).toBe(0);
  });
});
