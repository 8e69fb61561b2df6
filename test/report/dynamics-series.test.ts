import { describe, expect, it } from 'vitest';
import { simsiamFlow } from '../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { savedTimes, seriesOf, thinned } from '../../src/report/dynamics-series.js';
import fc from '../support/properties.js';

describe('thinned', () => {
  it('keeps start and end, no more than asked for, ascending', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 900 }), (count, most) => {
        const kept = thinned(count, most);
        expect(kept).toHaveLength(Math.min(count, most));
        expect([kept[0], kept.at(-1)]).toEqual([0, count - 1]);
        for (const [i, at] of kept.entries()) if (i > 0) expect(at).toBeGreaterThan(kept[i - 1] as number);
      }),
      { numRuns: 200 },
    );
  });
});

describe('savedTimes', () => {
  it('leaves common runs whole, and holds the numbers of many starts down', () => {
    expect(savedTimes(24, 9)).toEqual({ first: 800, others: 800 });
    for (const [starts, modes] of [
      [10_000, 9],
      [1000, 60],
    ] as const)
      expect(starts * savedTimes(starts, modes).others * (modes + 4)).toBeLessThanOrEqual(2.1e6);
    expect(savedTimes(10_000, 4000).others).toBe(16);
  });
});

describe('seriesOf', () => {
  it('keeps of each kept time what belongs to it', async () => {
    const flow = simsiamFlow(gaussianPair({ rho: 0.9, degree: 4 }), { k: 2, lambda: 0.1 });
    const trajectory = await flow.integrate({ seed: 1 });
    const { times, states, energy } = trajectory;
    const series = seriesOf(flow, trajectory, 5);
    const kept = thinned(times.length, 5);
    expect([...series.times]).toEqual(kept.map((i) => times[i]));
    expect([...series.energy]).toEqual(kept.map((i) => energy[i]));
    expect(series.amplitudes).toEqual(kept.map((i) => flow.amplitudes(states[i] as (typeof states)[0])));
    expect(series.alignment).toHaveLength(5);
  });
});
