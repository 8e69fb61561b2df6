import { describe, expect, it } from 'vitest';
import { type BarlowTwinsConvention, type BarlowTwinsOptions, barlowTwins } from '../../src/losses/barlow-twins.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
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

const CONVENTIONS: BarlowTwinsConvention[] = ['official', 'solo-learn', 'lightly'];
const z1 = product(normals(1, 7, 4), normals(2, 4, 4));
const z2 = plus(z1, normals(3, 7, 4), 0.6);

describe.each(BACKENDS)('barlowTwins on %s', (backend) => {
  const objective =
    (options: BarlowTwinsOptions = {}): Objective =>
    ([a, b]) =>
      barlowTwins(a as Matrix, b as Matrix, { backend, ...options });

  it.each(lossCases('barlow-twins'))('agrees with NumPy: $name', async (fixture) => {
    await expectFixture(objective(fixture.options), fixture);
  });

  it('has the worked values of four signs', async () => {
    // Two uncorrelated columns of signs: biased variance 1, so that C = I/(1 + 1e-5); unbiased 4/3, so that C = ¾ I.
    const z = Matrix.from([
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ]);
    const short = 1 / (1 + 1e-5) - 1;
    expect((await objective()([z, z])).parts.onDiagonal).toBeCloseTo(2 * short ** 2, 18);
    const lightly = await objective({ convention: 'lightly' })([z, z]);
    expect(lightly.parts.onDiagonal).toBeCloseTo(0.125, 14);
    expect(lightly.parts.offDiagonal).toBeCloseTo(0, 30);
    // The second view's columns swapped: C has its ¾ off the diagonal.
    const swapped = reordered(z, [0, 1, 2, 3], [1, 0]);
    const { loss, parts } = await objective({ convention: 'lightly', offDiagonal: 2 })([z, swapped]);
    expect(parts.onDiagonal).toBeCloseTo(2, 14);
    expect(parts.offDiagonal).toBeCloseTo(1.125, 14);
    expect(loss).toBeCloseTo(4.25, 14);
  });

  it.each(CONVENTIONS)('has gradients that central differences confirm, %s', async (convention) => {
    await expectDifferences(objective({ convention }), [z1, z2]);
    // Where ε is of the size of the variances.
    if (convention !== 'lightly')
      await expectDifferences(objective({ convention }), [times(z1, 2e-3), times(z2, 1e-3)]);
  });

  it.each(CONVENTIONS)('follows samples, views and features, %s', async (convention) => {
    const base = await objective({ convention })([z1, z2]);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.boolean(), fc.nat(15), async (pick, swap, signs) => {
        const [rows, cols] = [orderOf(7, pick), orderOf(4, pick / 7)];
        const factors = cols.map((_, j) => ((signs >> j) & 1 ? -1 : 1));
        const change = (z: Matrix) => scaledColumns(reordered(z, rows, cols), factors);
        const order = swap ? [1, 0] : [0, 1];
        const at = (list: Matrix[]) => order.map((b) => change(list[b] as Matrix));
        const found = await objective({ convention })(at([z1, z2]));
        expectSameLoss(found, { ...base, gradients: at(base.gradients) }, 1e-13);
      }),
      { numRuns: 15 },
    );
  });

  it('does not see the scale of columns without epsilon; its gradient scales inversely', async () => {
    const base = await objective({ convention: 'lightly' })([z1, z2]);
    const factors = [2, 1e-6, 300, 0.7];
    const scaled = await objective({ convention: 'lightly' })([scaledColumns(z1, factors), z2]);
    const [g1, g2] = scaled.gradients as [Matrix, Matrix];
    expectSameLoss({ ...scaled, gradients: [scaledColumns(g1, factors), g2] }, base, 1e-13);
  });

  it('has a gradient of column means 0: the loss does not see a shift', async () => {
    const { gradients } = await objective()([z1, z2]);
    for (const gradient of gradients) {
      const means = product(Matrix.from([Array(7).fill(1 / 7)]), gradient);
      expect(means).toBeCloseToArray(new Float64Array(4), 1e-15);
    }
  });

  it('standardises a column that does not vary to zeros, and refuses it without epsilon', async () => {
    // 0.1: its sum over 7 rows over 7 is not 0.1 in doubles.
    const constant = Matrix.from(z2.toArray().map((row) => row.with(2, 0.1)));
    const { parts, gradients } = await objective()([z1, constant]);
    const without = (z: Matrix) => reordered(z, [0, 1, 2, 3, 4, 5, 6], [0, 1, 3]);
    const rest = await objective()([without(z1), without(constant)]);
    expect(parts.onDiagonal).toBeCloseTo((rest.parts.onDiagonal as number) + 1, 12);
    for (const g of gradients) expect(g.data.every(Number.isFinite)).toBe(true);
    expect(await failure(() => objective({ convention: 'lightly' })([z1, constant]))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'z2',
      message: expect.stringContaining('column 2'),
    });
    expect(await failure(() => objective({ convention: 'lightly' })([constant, z1]))).toMatchObject({ argument: 'z1' });
  });

  it('refuses a single row, a negative weight, an unknown convention and what overflows', async () => {
    const row = normals(1, 1, 3);
    expect(await failure(() => barlowTwins(row, row, { backend }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'z1',
    });
    expect(await failure(() => objective({ offDiagonal: -1 })([z1, z2]))).toMatchObject({ code: 'OUT_OF_RANGE' });
    const convention = 'other' as 'official';
    expect(await failure(() => objective({ convention })([z1, z2]))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await failure(() => objective()([times(z1, 1e200), z2]))).toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
