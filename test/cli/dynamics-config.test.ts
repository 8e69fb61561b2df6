import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIR, type DynamicsFlags, resolveDynamicsConfig } from '../../src/cli/dynamics-config.js';
import { failure } from '../support/failure.js';

describe('resolveDynamicsConfig', () => {
  it('fills in what is not said', () => {
    expect(resolveDynamicsConfig({})).toEqual({
      pair: DEFAULT_PAIR,
      centered: false,
      flow: 'simsiam',
      k: 3,
      lambda: 0.1,
      starts: 24,
      seed: 0,
    });
    expect(resolveDynamicsConfig({ flow: 'peira', k: 2 })).toMatchObject({ encoders: 'two', k: 2 });
    expect(resolveDynamicsConfig({ flow: 'linear-simsiam' })).toMatchObject({ predictor: 'learned' });
    const deep = resolveDynamicsConfig({ flow: 'deep-linear', depth: 3 });
    expect(deep).toMatchObject({ depth: 3, objective: 'latent-prediction' });
    expect([deep.pair, deep.k, deep.lambda]).toEqual([undefined, undefined, undefined]);
    const data = resolveDynamicsConfig({ data: 'mnist', augment: 'simclr', samples: 4 });
    expect(data).toMatchObject({ images: 2000, components: 32, samples: 4 });
    expect(data.pair).toBeUndefined();
  });

  it.each<[string, DynamicsFlags, string]>([
    ['--encoders', { encoders: 'shared' }, '--flow peira'],
    ['--depth', { flow: 'peira', depth: 2 }, '--flow deep-linear'],
    ['--k', { flow: 'deep-linear', k: 3 }, '--flow simsiam'],
    ['--pair', { flow: 'deep-linear', pair: 'gaussian' }, '--flow simsiam'],
    ['--predictor', { predictor: 'learned' }, '--flow linear-simsiam'],
    ['--target-rate', { flow: 'linear-simsiam', predictor: 'optimal', targetRate: 1 }, '--predictor learned'],
    ['--augment', { augment: 'simclr' }, '--data'],
    ['--components', { components: 3 }, '--data'],
    ['--pair', { data: 'x', augment: 'simclr', pair: 'gaussian' }, 'Leave it out.'],
    ['--augment', { data: 'x' }, '--augment'],
    ['--rho', { flow: 'deep-linear', kappa: [1] }, '--kappa'],
    ['--flow', { flow: 'byol' as 'peira' }, "'simsiam'"],
    ['--backend', { backend: 'gpu' as 'js' }, "'native'"],
    ['--kappa', { flow: 'deep-linear', rho: [0.9, 0.5], kappa: [1] }, 'as many numbers as --rho has, 2'],
    ['--samples', { samples: 4 }, '--samples belongs to --data.'],
  ])('refuses a %s that does not fit, and says what would', async (argument, flags, fix) => {
    const error = await failure(() => resolveDynamicsConfig(flags));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
    expect(error.message).toContain(fix);
  });

  it.each<[string, DynamicsFlags]>([
    ['--k', { k: 0 }],
    ['--lambda', { lambda: 0 }],
    ['--lambda', { lambda: -1 }],
    ['--starts', { starts: 0 }],
    ['--starts', { starts: 1e6 }],
    ['--seed', { seed: -1 }],
    ['--scale', { scale: 0 }],
    ['--t-max', { tMax: 0 }],
    ['--rtol', { rtol: -1e-8 }],
    ['--max-steps', { maxSteps: 0 }],
    ['--target-rate', { flow: 'linear-simsiam', targetRate: 0 }],
    ['--images', { data: 'x', augment: 'y', images: 1 }],
    ['--samples', { data: 'x', augment: 'y', samples: 1 }],
    ['--components', { data: 'x', augment: 'y', components: 0 }],
  ])('refuses a %s out of range', async (argument, flags) => {
    expect(await failure(() => resolveDynamicsConfig(flags))).toMatchObject({ code: 'OUT_OF_RANGE', argument });
  });
});
