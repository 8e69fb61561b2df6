import { describe, expect, it } from 'vitest';
import { byol } from '../../src/losses/byol.js';
import { type PredictedViews, predictedCosines } from '../../src/losses/predicted-views.js';
import { simsiam } from '../../src/losses/simsiam.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { constants, lightCases, scaledRows, withZeroRow } from './light-cases.js';

const [p1, p2, z1, z2] = [1, 2, 3, 4].map((seed) => normals(seed, 6, 4)) as [Matrix, Matrix, Matrix, Matrix];
const views: PredictedViews = { p1, p2, z1, z2 };
const objectives = { simsiam, byol };

describe.each(BACKENDS)('on %s', (backend) => {
  describe.each(Object.entries(objectives))('%s', (name, call) => {
    it.each(lightCases(name))('agrees with NumPy: $name', async (fixture) => {
      const [one, other] = constants(fixture) as [Matrix, Matrix];
      const objective = ([a, b]: Matrix[]) =>
        call({ p1: a as Matrix, p2: b as Matrix, z1: one, z2: other }, { backend });
      await expectFixture(objective, fixture);
    });

    it('has gradients by the predictions alone, which central differences confirm', async () => {
      await expectDifferences(([a, b]) => call({ ...views, p1: a as Matrix, p2: b as Matrix }, { backend }), [p1, p2]);
      expect((await call(views, { backend })).gradients.length).toBe(2);
    });

    it('does not see lengths, the order of samples or a rotation; swapping the views swaps the gradients', async () => {
      const base = await call(views, { backend });
      const lengths = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 6, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fc.nat(999), lengths, async (pick, factors) => {
          const rows = orderOf(6, pick);
          const cols = orderOf(4, pick / 7);
          const change = (z: Matrix, by: readonly number[]) => reordered(scaledRows(z, by), rows, cols);
          const inverse = factors.map((factor) => 1 / factor);
          const found = await call(
            { p1: change(p2, factors), p2: change(p1, factors), z1: change(z2, inverse), z2: change(z1, factors) },
            { backend },
          );
          const gradients = [...base.gradients].reverse().map((gradient) => change(gradient, inverse));
          const parts = { first: base.parts.second, second: base.parts.first };
          expectSameLoss(found, { loss: base.loss, parts, gradients }, 1e-13);
        }),
        { numRuns: 15 },
      );
    });

    it('has no slope along the predictions', async () => {
      const { gradients } = await call(views, { backend });
      for (let i = 0; i < 6; i++) {
        const product = Array.from((gradients[0] as Matrix).row(i)).reduce((sum, x, j) => sum + x * p1.get(i, j), 0);
        expect(Math.abs(product)).toBeLessThan(1e-15);
      }
    });

    it('refuses rows of zeros, other shapes, names and kinds', async () => {
      for (const argument of ['p1', 'p2', 'z1', 'z2'] as const) {
        const refusal = (batch: unknown) => failure(() => call({ ...views, [argument]: batch } as never, { backend }));
        const zero = await refusal(withZeroRow(views[argument], 2));
        expect(zero).toMatchObject({ code: 'OUT_OF_RANGE', argument, message: expect.stringContaining('row 2') });
        if (argument !== 'p1') {
          expect(await refusal(normals(5, 6, 3))).toMatchObject({ code: 'SHAPE_MISMATCH', argument, expected: '6×4' });
        }
      }
      const wrong = (value: unknown) => failure(() => call(value as never, { backend }));
      expect(await wrong({ ...views, z3: z1 })).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'z3' });
      for (const value of [undefined, null, p1, [p1, p2, z1, z2]]) {
        expect(await wrong(value)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'batches' });
      }
      const tiny = { ...views, p1: times(p1, 1e-310) };
      expect(await wrong(tiny)).toMatchObject({ code: 'OUT_OF_RANGE', message: expect.stringContaining('overflows') });
    });
  });

  it('BYOL is four times SimSiam, plus 4', async () => {
    const [one, other] = [await simsiam(views, { backend }), await byol(views, { backend })];
    expect(other.loss).toBeCloseTo(4 * one.loss + 4, 13);
    expect(other.gradients[1] as Matrix).toBeCloseToArray(times(one.gradients[1] as Matrix, 4), 1e-15);
  });
});

describe('worked values', () => {
  const x = Matrix.from([[1, 0]]);
  const y = Matrix.from([[0, 2]]);

  it('of SimSiam', async () => {
    const { loss, parts, gradients } = await simsiam({ p1: x, p2: y, z1: x, z2: x });
    expect({ loss, parts }).toEqual({ loss: -0.5, parts: { first: -1, second: -0 } });
    // p2 = (0, 2), target (1, 0): −½ (1, 0)/2.
    expect(gradients[1]?.toArray()).toEqual([[-0.25, -0]]);
  });

  it('of BYOL', async () => {
    const { loss, parts } = await byol({ p1: x, p2: y, z1: x, z2: x });
    expect({ loss, parts }).toEqual({ loss: 2, parts: { first: 0, second: 2 } });
  });

  it('of both ways together', async () => {
    const { first, second, gradients } = await predictedCosines(
      { operation: 'test' },
      { p1: x, p2: y, z1: x, z2: x },
      1,
    );
    expect([first.cosine, second.cosine, gradients.length]).toEqual([1, 0, 2]);
  });
});
