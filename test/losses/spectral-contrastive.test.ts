import { describe, expect, it } from 'vitest';
import { spectralContrastive } from '../../src/losses/spectral-contrastive.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { lightCases } from './light-cases.js';

const z1 = normals(1, 7, 3);
const z2 = plus(z1, normals(2, 7, 3), 0.5);

describe.each(BACKENDS)('spectralContrastive on %s', (backend) => {
  const objective = ([a, b]: Matrix[]) => spectralContrastive(a as Matrix, b as Matrix, { backend });

  it.each(lightCases('spectral-contrastive'))('agrees with NumPy’s loop over pairs: $name', async (fixture) => {
    await expectFixture(objective, fixture);
  });

  it('has gradients that central differences confirm', async () => {
    await expectDifferences(objective, [z1, z2]);
    await expectDifferences(objective, [normals(3, 3, 5), normals(4, 3, 5)]);
  });

  it('has the worked values', async () => {
    const z = Matrix.from([
      [1, 0],
      [1, 1],
    ]);
    const { loss, parts, gradients } = await objective([z, z]);
    expect({ loss, parts }).toEqual({ loss: -2, parts: { alignment: -1.5, overlap: 1 } });
    // By row 0 of z1: −2/2 (1, 0) + 2/2 · (z₀·z₁) (1, 1).
    expect(Array.from((gradients[0] as Matrix).row(0))).toEqual([0, 1]);
  });

  it('does not see the order of samples, which view is which, or a rotation', async () => {
    const base = await objective([z1, z2]);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), async (pick) => {
        const rows = orderOf(7, pick);
        const q = orthogonal(pick + 1, 3);
        const change = (z: Matrix) => product(reordered(z, rows), q);
        const found = await objective([change(z2), change(z1)]);
        expectSameLoss(found, { ...base, gradients: [...base.gradients].reverse().map(change) }, 1e-12);
      }),
      { numRuns: 15 },
    );
  });

  it('refuses a single row and what overflows', async () => {
    const row = normals(1, 1, 3);
    const single = await failure(() => objective([row, row]));
    expect(single).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z1' });
    expect(single.message).toMatch(/a pair of different samples takes 2/);
    // Products of squares overflow at 1e90; the squares themselves, in the kernel of one batch alone, at 1e200.
    for (const [a, b] of [
      [1e80, 1e90],
      [1, 1e200],
    ] as const) {
      const error = await failure(() => objective([times(z1, a), times(z2, b)]));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z2' });
      expect(error.message).toMatch(/^spectralContrastive: .* overflows\..* Rescale z2/);
    }
  });
});
