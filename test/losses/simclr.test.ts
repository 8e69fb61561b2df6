import { describe, expect, it } from 'vitest';
import { simclr } from '../../src/losses/simclr.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import {
  expectDifferences,
  expectFixture,
  expectSameLoss,
  lossCases,
  type Objective,
  orderOf,
  reordered,
} from './cases.js';

const z1 = normals(1, 6, 3);
const z2 = plus(z1, normals(2, 6, 3), 0.5);

describe.each(BACKENDS)('simclr on %s', (backend) => {
  const objective =
    (temperature?: number): Objective =>
    ([a, b]) =>
      simclr(a as Matrix, b as Matrix, temperature === undefined ? { backend } : { backend, temperature });

  it.each(lossCases('simclr'))('agrees with NumPy: $name', async (fixture) => {
    await expectFixture(objective(fixture.options.temperature as number | undefined), fixture);
  });

  it('has the worked values of two orthogonal samples', async () => {
    const z = Matrix.from([
      [2, 0],
      [0, 3],
    ]);
    const { loss, parts } = await objective(1)([z, z]);
    expect(parts.alignment).toBe(-1);
    expect(parts.uniformity).toBeCloseTo(Math.log(Math.E + 2), 14);
    expect(loss).toBeCloseTo(Math.log(Math.E + 2) - 1, 14);
  });

  it('is 0 with a gradient of 0 for a single sample, which has no negatives', async () => {
    const { loss, gradients } = await objective()([normals(3, 1, 4), normals(4, 1, 4)]);
    expect(loss).toBeCloseTo(0, 12);
    // s/τ of order 10 rounds to some 1e-15.
    for (const g of gradients) expect(g).toBeCloseToArray(new Float64Array(4), 1e-13);
  });

  it.each([0.1, 0.5, 3, 0.004])(
    'has gradients that central differences confirm, temperature %d',
    async (temperature) => {
      await expectDifferences(objective(temperature), [z1, z2], temperature < 0.01 ? 1e-4 : 1e-7);
    },
  );

  it('does not see rotations or lengths; gradients are orthogonal to their rows', async () => {
    const base = await objective()([z1, z2]);
    const rows = Array.from({ length: 6 }, (_, i) => i);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: -100, max: 100, noNaN: true }), async (seed, power) => {
        const q = orthogonal(seed, 3);
        const factor = 10 ** power;
        const turned = (z: Matrix) => product(z, q);
        const { gradients, ...found } = await objective()([times(turned(z1), factor), turned(z2)]);
        const [g1, g2] = gradients as [Matrix, Matrix];
        const expected = { ...base, gradients: base.gradients.map(turned) };
        expectSameLoss({ ...found, gradients: [times(g1, factor), g2] }, expected, 1e-12);
      }),
      { numRuns: 25 },
    );
    for (const [b, z] of [z1, z2].entries()) {
      for (const i of rows) {
        const along = Array.from(z.row(i)).reduce((sum, x, j) => sum + x * (base.gradients[b] as Matrix).get(i, j), 0);
        expect(Math.abs(along)).toBeLessThan(1e-14);
      }
    }
  });

  it('does not see the order of samples or of views', async () => {
    const base = await objective()([z1, z2]);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.boolean(), async (pick, swap) => {
        const order = swap ? [1, 0] : [0, 1];
        const at = (list: Matrix[]) => order.map((b) => reordered(list[b] as Matrix, orderOf(6, pick)));
        expectSameLoss(await objective()(at([z1, z2])), { ...base, gradients: at(base.gradients) }, 1e-13);
      }),
      { numRuns: 25 },
    );
  });

  it('takes rows whose squares overflow or underflow', async () => {
    const base = await objective()([z1, z2]);
    for (const factor of [1e-250, 1e250]) {
      const { loss, gradients } = await objective()([times(z1, factor), z2]);
      expect(loss).toBeCloseTo(base.loss, 12);
      expect(times(gradients[0] as Matrix, factor)).toBeCloseToArray(base.gradients[0] as Matrix, 1e-13);
    }
  });

  it('agrees on both sides of where one shift serves all rows', async () => {
    const [above, below] = [1 / 300 + 1e-12, 1 / 300 - 1e-12];
    // The loss changes by some loss/τ · 2e-12.
    expectSameLoss(await objective(below)([z1, z2]), await objective(above)([z1, z2]), 1e-8);
  });

  it('approaches the hinge of the hardest negative at low temperatures', async () => {
    const { loss, gradients } = await objective(1e-6)([z1, z2]);
    expect(Number.isFinite(loss)).toBe(true);
    for (const g of gradients) expect(g.data.every(Number.isFinite)).toBe(true);
    const units = [...z1.toArray(), ...z2.toArray()].map((row) => times(Matrix.from([row]), 1 / Math.hypot(...row)));
    const cosine = (i: number, j: number) => product(units[i] as Matrix, (units[j] as Matrix).transpose()).get(0, 0);
    let expected = 0;
    for (let i = 0; i < 12; i++) {
      const others = Array.from({ length: 12 }, (_, j) => (j === i ? -1 : cosine(i, j)));
      expected += (Math.max(...others) - cosine(i, (i + 6) % 12)) / 12;
    }
    // loss · τ within τ log 2B.
    expect(Math.abs(loss * 1e-6 - expected)).toBeLessThan(1e-6 * Math.log(12));
  });

  it('refuses rows of zeros, naming them', async () => {
    const zero = Matrix.from(z2.toArray().with(4, [0, 0, 0]));
    expect(await failure(() => objective()([z1, zero]))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'z2',
      message: expect.stringContaining('row 4'),
    });
    expect(await failure(() => objective()([zero, z1]))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z1' });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the temperature %d', async (temperature) => {
    expect(await failure(() => objective(temperature)([z1, z2]))).toMatchObject({ argument: 'temperature' });
  });

  it('refuses a temperature at which the loss overflows', async () => {
    for (const temperature of [1e-310, Number.MIN_VALUE]) {
      const error = await failure(() => objective(temperature)([z1, z2]));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'temperature' });
      expect(error.message).toMatch(/^simclr: the loss, or its gradient, overflows\. .* Raise it/);
    }
    const short = await failure(() => objective()([z1, times(z2, 1e-310)]));
    expect(short).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z2', fix: expect.stringMatching(/Rescale/) });
  });
});

describe('simclr on native', () => {
  it('does not hold the similarities', async () => {
    // 16 384 rows: their similarities would be 2 GB.
    const [a, b] = [normals(7, 8192, 3), normals(8, 8192, 3)];
    const before = process.memoryUsage.rss();
    let most = before;
    const sampling = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    await simclr(a, b, { backend: 'native' });
    clearInterval(sampling);
    expect(most).toBeGreaterThanOrEqual(before);
    expect((most - before) / 2 ** 20).toBeLessThan(100);
  });
});
