import { describe, expect, it } from 'vitest';
import { mae } from '../../src/losses/mae.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { constants, lightCases } from './light-cases.js';

const predictions = normals(1, 6, 4);
const patches = normals(2, 6, 4);
const mask = [true, false, true, true, false, true];

describe('mae', () => {
  it.each(lightCases('mae'))('agrees with NumPy: $name', async (fixture) => {
    const [fixed] = constants(fixture) as [Matrix];
    const call = (given: number[] | Uint8Array) =>
      expectFixture(
        ([z]) => mae({ predictions: z as Matrix, patches: fixed, mask: given, ...fixture.options }),
        fixture,
      );
    await call(fixture.mask as number[]);
    await call(Uint8Array.from(fixture.mask as number[]));
  });

  it.each([true, false])('has a gradient that central differences confirm, normalize: %s', async (normalize) => {
    await expectDifferences(([z]) => mae({ predictions: z as Matrix, patches, mask, normalize }), [predictions]);
  });

  it('has the worked values', async () => {
    const target = Matrix.from([
      [0, 2],
      [5, 5],
    ]);
    const zeros = Matrix.zeros(2, 2);
    const plain = await mae({ predictions: zeros, patches: target, mask: [1, 0], normalize: false });
    expect(plain).toEqual({
      loss: 2,
      parts: { masked: 2 },
      gradients: [
        Matrix.from([
          [0, -2],
          [0, 0],
        ]),
      ],
    });
    // Unbiased variance 2: the target is ∓1/√(2 + 1e-6). The patch of one colour is zero.
    const standard = await mae({ predictions: zeros, patches: target, mask: [1, 1] });
    expect(standard.loss).toBeCloseTo(0.5 / (2 + 1e-6), 15);
  });

  it('does not see the order of patches, what is not masked, or, but for 1e-6, scale and offset of a patch', async () => {
    const base = await mae({ predictions, patches, mask });
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: -5, max: 5, noNaN: true }), async (pick, value) => {
        const rows = orderOf(6, pick);
        const changed = patches.toArray().map((row, i) => row.map((x) => (mask[i] ? x : value)));
        const found = await mae({
          predictions: reordered(predictions, rows),
          patches: reordered(Matrix.from(changed), rows),
          mask: rows.map((i) => mask[i] as boolean),
        });
        expectSameLoss(found, { ...base, gradients: base.gradients.map((g) => reordered(g, rows)) }, 1e-13);
      }),
      { numRuns: 15 },
    );
    const offset = new Matrix(6, 4, new Float64Array(24).fill(0.5));
    const moved = await mae({ predictions, patches: plus(times(patches, 1e4), offset), mask });
    const scaled = await mae({ predictions, patches: times(patches, 1e4), mask });
    expect(moved.loss).toBeCloseTo(scaled.loss, 10);
    expect(scaled.loss).toBeCloseTo(base.loss, 4);
  });

  it('refuses masks that mask nothing or are none, and patches of one pixel', async () => {
    const refusal = (change: object) => failure(() => mae({ predictions, patches, mask, ...change } as never));
    expect(await refusal({ mask: [0, 0, 0, 0, 0, 0] })).toMatchObject({ code: 'EMPTY', argument: 'mask' });
    expect(await refusal({ mask: [1, 0] })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'mask' });
    for (const wrong of [0.5, Number.NaN, '1', undefined]) {
      const bad = { code: 'INVALID_ARGUMENT', argument: 'mask[4]' };
      expect(await refusal({ mask: [1, 0, 1, 0, wrong, 1] })).toMatchObject(bad);
    }
    for (const wrong of [undefined, 'mask', 6, new DataView(new ArrayBuffer(6))]) {
      expect(await refusal({ mask: wrong })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'mask' });
    }
    const gone = Uint8Array.from([1, 0, 1, 0, 1, 1]);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(await refusal({ mask: gone })).toMatchObject({ code: 'DETACHED', argument: 'mask' });
    const shapes = { predictions: normals(1, 6, 1), patches: normals(2, 6, 1) };
    expect(await refusal(shapes)).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'patches' });
    expect((await mae({ ...shapes, mask, normalize: false })).loss).toBeGreaterThan(0);
    expect(await refusal({ patches: normals(2, 6, 3) })).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'patches' });
    expect(await refusal({ normalize: 1 })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'normalize' });
    expect(await refusal({ predictions: times(predictions, 1e200) })).toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
