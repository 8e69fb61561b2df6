import { describe, expect, it } from 'vitest';
import { simsiamFilter } from '../../src/dynamics/filters.js';
import { peiraFlow } from '../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { observe } from '../../src/report/dynamics-observe.js';
import type { StartOutcome } from '../../src/report/dynamics-run.js';

const LAMBDA = 0.1;
const pair = gaussianPair({ rho: 0.9, degree: 5 });
const facts = { config: {}, pair: { name: pair.name, exchangeable: true, centered: false } };

describe('observe', () => {
  it('finds SimSiam where theory puts it, and sets one beside the other', async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: LAMBDA });
    const told: StartOutcome[] = [];
    const onStart = (outcome: StartOutcome) => told.push(outcome);
    const { summary, series } = await observe(flow, facts, { starts: 8, seed: 3, scale: 0.1, onStart });
    const filter = simsiamFilter(summary.correlations, LAMBDA);
    expect(summary.levels.map((level) => level ?? 0)).toBeCloseToArray(filter, 1e-12);
    expect(summary.predicted.stable.map(({ modes }) => modes)).toEqual([[0, 1], [0], []]);
    expect(summary.predicted.admissible).toBe([...filter].filter((f) => f > 0).length);
    expect(told).toHaveLength(8);
    for (const [i, start] of summary.starts.entries()) {
      expect(start).toMatchObject({ start: i + 1, seed: 3 + i, reason: 'steady', agrees: true });
      // Amplitudes are f(s) on the modes that were kept, and nothing else is left.
      const kept = summary.correlations.map((_, mode) => (start.modes.includes(mode) ? (filter[mode] as number) : 0));
      expect(start.amplitudes).toBeCloseToArray(kept, 1e-7);
      // Tr P* = Σ f(s) where correlations are positive.
      expect(start.predictorTrace).toBeCloseTo(
        kept.reduce((a, b) => a + b),
        7,
      );
      const curve = series[i];
      expect(curve?.energy.at(-1)).toBeCloseTo(start.energy, 8);
      expect(curve?.alignment?.[0]).toBeGreaterThan(1e-4);
      expect(curve?.alignment?.at(-1)).toBeLessThan(1e-5);
    }
    expect(summary.basins.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    for (const { modes, jacobian } of summary.basins) {
      const r = modes.length;
      expect(jacobian).toMatchObject({ unstable: 0, neutral: 2 * r - (r * (r + 1)) / 2, verdict: 'stable' });
    }
    expect(summary.outcomes.full + summary.outcomes.partial + summary.outcomes.collapsed).toBe(8);
    expect(summary.agreement).toEqual({ agree: 8, disagree: 0, undecided: 0 });
  });

  it('sees collapse where λ leaves no mode', async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: 0.3 });
    const { summary } = await observe(flow, facts, { starts: 2, seed: 0 });
    expect(summary.outcomes.collapsed).toBe(2);
    expect(summary.predicted).toMatchObject({ admissible: 0, stable: [{ modes: [] }] });
  });

  it('sees PEIRA reach its minimum from every start', async () => {
    const { summary } = await observe(peiraFlow(pair, { k: 2, lambda: LAMBDA }), facts, { starts: 3, seed: 1 });
    expect(summary.outcomes).toEqual({ full: 3, partial: 0, collapsed: 0, unsettled: 0 });
    expect(summary.predicted.stable).toHaveLength(1);
  });

  it('calls a start that was cut off unsettled', async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: LAMBDA });
    const { summary } = await observe(flow, facts, { starts: 2, seed: 0, integrate: { tMax: 0.5 } });
    expect(summary.starts[0]).toMatchObject({ outcome: 'unsettled', reason: 'tMax', agrees: null, time: 0.5 });
    expect(summary.basins).toEqual([]);
  });

  it("ends with the signal's reason", async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: LAMBDA });
    const reason = new Error('enough');
    await expect(observe(flow, facts, { starts: 2, seed: 0, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
