import { describe, expect, it } from 'vitest';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { failure } from '../../support/failure.js';
import { modesOf, symmetricPair } from '../hand-made.js';

const flow = simsiamFlow(symmetricPair([0.9, 0.5, 0.3, 0.25]), { k: 3, lambda: 0.05 });

describe('basins', () => {
  it('count where the very starts of integrateMany end', async () => {
    const random = { seed: 6, scale: 0.1 };
    const { basins, starts } = await flow.basins({ ...random, starts: 60 });
    const ends = await flow.integrateMany({ ...random, count: 60 });
    const names = ends.map(({ final }) => modesOf(flow.classify(final).equilibrium));
    expect(basins.length).toBeGreaterThan(1);
    for (const { equilibrium, count, share } of basins) {
      expect(count).toBe(names.filter((name) => name === modesOf(equilibrium)).length);
      expect(share).toBeCloseTo(count / starts, 15);
    }
    expect(basins.map(({ count }) => count)).toEqual(basins.map(({ count }) => count).sort((a, b) => b - a));
  });

  it('leave out what has not settled', async () => {
    const { unsettled, basins, collapsed, partial, global } = await flow.basins({ starts: 5, seed: 1, maxSteps: 3 });
    expect(unsettled).toBe(5);
    expect([basins, collapsed, partial, global]).toEqual([[], 0, 0, 0]);
  });

  it('are all collapsed from nearly nothing', async () => {
    const { collapsed, basins } = await flow.basins({ starts: 5, seed: 1, scale: 1e-3 });
    expect([collapsed, basins.map(({ equilibrium }) => modesOf(equilibrium))]).toEqual([1, ['']]);
  });

  it('refuse what they cannot use', async () => {
    expect(await failure(() => flow.basins({ starts: 1, seed: 1, tMax: 3 } as never))).toMatchObject({
      code: 'UNKNOWN_OPTION',
    });
    expect(await failure(() => flow.basins({ starts: 1, seed: 0.5 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'starts.seed',
    });
    const reason = new Error('enough');
    const options = { starts: 3, seed: 1, signal: AbortSignal.abort(reason) };
    await expect(flow.basins(options)).rejects.toBe(reason);
  });
});
