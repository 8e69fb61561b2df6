import { describe, expect, it } from 'vitest';
import { type LejepaOptions, lejepa } from '../../src/losses/lejepa.js';
import { sigreg } from '../../src/losses/sigreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus } from '../support/algebra.js';
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
} from './cases.js';

const views = [1, 2, 3].map((seed) => plus(normals(9, 6, 3), normals(seed, 6, 3), 0.5));
const sketch = { count: 6, seed: 4 };

describe.each(BACKENDS)('lejepa on %s', (backend) => {
  const objective =
    (options: LejepaOptions = sketch): Objective =>
    (batches) =>
      lejepa(batches, { backend, ...options });

  it.each(lossCases('lejepa'))('agrees with NumPy: $name', async (fixture) => {
    const directions = Matrix.from(fixture.directions as number[][]);
    await expectFixture(objective({ ...fixture.options, directions }), fixture);
  });

  it('has the worked invariance, and the mean of the views own SIGReg on the same directions', async () => {
    const pair = [Matrix.from([[0.3, -1]]), Matrix.from([[0.1, -0.8]])];
    // Every element is 0.1 from the mean of two.
    expect((await objective()(pair)).parts.invariance).toBeCloseTo(0.01, 15);
    const { parts } = await objective()(views);
    const own = await Promise.all(views.map((z) => sigreg(z, { ...sketch, backend })));
    expect(parts.sigreg).toBeCloseTo(
      own.reduce((sum, { loss }) => sum + loss / 3, 0),
      13,
    );
  });

  it('mixes convexly, or adds', async () => {
    const { parts, loss } = await objective()(views);
    const { sigreg: gaussian, invariance } = parts as { sigreg: number; invariance: number };
    expect(loss).toBeCloseTo(0.02 * gaussian + 0.98 * invariance, 14);
    const convention = 'additive';
    expect((await objective({ ...sketch, convention })(views)).loss).toBeCloseTo(0.09 * gaussian + invariance, 14);
    expect((await objective({ ...sketch, convention, lambda: 3 })(views)).loss).toBeCloseTo(
      3 * gaussian + invariance,
      13,
    );
    expect((await objective({ ...sketch, lambda: 1 })(views)).loss).toBeCloseTo(gaussian, 13);
  });

  it.each<LejepaOptions>([sketch, { ...sketch, lambda: 0.5 }, { ...sketch, convention: 'additive' }])(
    'has gradients that central differences confirm, %o',
    async (options) => {
      await expectDifferences(objective(options), views);
    },
  );

  it('does not see the order of samples or of views', async () => {
    const base = await objective()(views);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), async (pick) => {
        const order = orderOf(3, pick);
        const at = (list: Matrix[]) => order.map((v) => reordered(list[v] as Matrix, orderOf(6, pick)));
        expectSameLoss(await objective()(at(views)), { ...base, gradients: at(base.gradients) }, 1e-13);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses fewer than two views, unequal ones, and what is none', async () => {
    const call = (list: unknown, options?: object) => failure(() => lejepa(list as Matrix[], { backend, ...options }));
    expect(await call([views[0]])).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'views' });
    expect(await call(views[0])).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'views' });
    expect(await call([views[0], normals(1, 6, 4)])).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views[1]' });
    expect(await call([views[0], undefined])).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'views[1]' });
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    expect(await call([views[0], , views[1]])).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'views[1]' });
    expect(await call(views, { lambda: 1.5 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'lambda' });
    expect(await call(views, { lambda: -1, convention: 'additive' })).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(await call(views, { convention: 'convex' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await call(views, { knots: 1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'knots' });
  });
});
