import { describe, expect, it } from 'vitest';
import { basinsOf, type Explorer } from '../../../src/dynamics/equilibria/basins.js';
import type { Classification, Equilibrium, Trajectory } from '../../../src/dynamics/flow.js';
import { linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { simsiamFlow, simsiamTheory } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
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

  it('count no start at a saddle where rounding alone has left it', async () => {
    const linear = linearSimsiamFlow(
      { xx: Matrix.identity(3), xy: Matrix.diagonal([0.9, 0.5, 0.2]) },
      { k: 2, lambda: 1e-5, predictor: 'learned' },
    );
    const random = { seed: 1, starts: 60 };
    const ends = await linear.integrateMany({ seed: 1, count: 60 });
    const verdicts = ends.map(({ final }) => linear.classify(final).equilibrium.verdict);
    const resting = verdicts.filter((verdict) => verdict === 'unstable').length;
    expect(resting).toBeGreaterThan(0);
    expect(ends.filter(({ words }) => words.includes('unstable'))).toHaveLength(resting);
    const { basins, unsettled } = await linear.basins(random);
    expect(unsettled).toBe(0);
    expect(basins.filter(({ equilibrium }) => !equilibrium.stable)).toEqual([]);
    expect(basins.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    const again = await linear.basins(random);
    expect(again.basins.map(({ count }) => count)).toEqual(basins.map(({ count }) => count));
  });

  it('give up on what stays unstable however often it is nudged, and nudge nothing else', async () => {
    const theory = simsiamTheory({ k: 1, predictorRidge: 0.05, encoderRidge: 0.05 }, Float64Array.of(0.9));
    const [collapse, lower, upper] = flow
      .equilibria({ maxModes: 1 })
      .flatMap((equilibrium) => {
        const [mode] = equilibrium.modes;
        return mode === undefined || mode.index === 0 ? [equilibrium] : [];
      })
      .sort((a, b) => a.predictorTrace - b.predictorTrace);
    const ends = [lower, upper, collapse] as Equilibrium[];
    const calls: number[] = [];
    const nudges: number[][] = [];
    const endOf = (i: number) => ({ reason: 'steady', final: Matrix.from([[i]]) }) as Trajectory;
    const explorer: Explorer = {
      integrate: async (starts) => {
        const all = starts?.map(({ data }) => data[0] as number) ?? [0, 1, 2];
        calls.push(all.length);
        return all.map(endOf);
      },
      judge: ({ data }) => ({ equilibrium: ends[data[0] as number] }) as Classification,
      nudge: (state, i, round) => {
        nudges.push([i, round]);
        return state;
      },
    };
    const { basins } = await basinsOf(explorer, theory, undefined);
    expect(calls).toEqual([3, 1, 1, 1, 1, 1]);
    expect(nudges).toEqual([1, 2, 3, 4, 5].map((round) => [0, round]));
    expect(basins.map(({ count }) => count)).toEqual([1, 1, 1]);
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
