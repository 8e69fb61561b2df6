import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CustomStep,
  customViews,
  type DrawnStep,
  type LinalgBackend,
  Matrix,
  type PresetStep,
  presets,
  sampleViews,
  type ViewProcess,
  type ViewStep,
} from '../../src/index.js';

/** The type checker tests these: a package with `declaration: true` must be able to name every type in a public signature. */
describe('the public types', () => {
  it('name the parts of a process that another package writes', async () => {
    const step: ViewStep = { kind: 'identity', numbers: new Float64Array(0) };
    const mine: ViewProcess = {
      name: 'mine',
      step: async (_dim: number, _linalg: LinalgBackend): Promise<DrawnStep> => step,
    };
    expect(await sampleViews(Matrix.from([[1, 2]]), mine, { backend: 'js' })).toEqual(Matrix.from([[1, 2]]));
  });

  it('are those of the signatures', () => {
    expectTypeOf(presets.simclr).returns.toEqualTypeOf<PresetStep[]>();
    expectTypeOf(customViews).returns.toEqualTypeOf<ViewProcess>();
    expectTypeOf<CustomStep | ViewStep>().toExtend<DrawnStep>();
  });
});
