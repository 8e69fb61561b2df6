import { describe, expect, it } from 'vitest';
import { simsiamFilter } from '../../src/dynamics/filters.js';
import { peiraFlow } from '../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { torusPair } from '../../src/dynamics/pairs/torus-pair.js';
import type { Matrix } from '../../src/matrix/matrix.js';
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
      expect(start).toMatchObject({ start: i + 1, reason: 'steady', agrees: true });
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

  it('starts where integrateMany starts, so that seeds have nothing in common', async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: LAMBDA });
    const ends = await flow.integrateMany({ seed: 5, count: 3, scale: 0.2 });
    const { summary, series } = await observe(flow, facts, { starts: 3, seed: 5, scale: 0.2 });
    for (const [i, { states, final }] of ends.entries()) {
      expect(series[i]?.amplitudes[0]).toEqual(flow.amplitudes(states[0] as Matrix));
      expect(summary.starts[i]?.energy).toBe(flow.energy(final));
    }
    const other = await observe(flow, facts, { starts: 3, seed: 6, scale: 0.2 });
    const first = (run: typeof other) => run.series.map(({ amplitudes }) => String(amplitudes[0]));
    expect(first(other).filter((amplitudes) => first({ summary, series }).includes(amplitudes))).toEqual([]);
  });

  it('takes a part of a tie for what theory predicts', async () => {
    const torus = torusPair({ degree: 3, shift: { gaussian: 0.5 } });
    for (const flow of [
      simsiamFlow(torus, { k: 2, lambda: LAMBDA }),
      peiraFlow(torus, { k: 2, lambda: LAMBDA, encoders: 'two' }),
    ]) {
      const { summary } = await observe(flow, facts, { starts: 6, seed: 0, scale: 0.3 });
      expect(summary.ties).toEqual([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      expect(summary.predicted.stable[0]).toMatchObject({ modes: [0, 1], verdict: 'degenerate', attracts: true });
      expect(summary.agreement).toEqual({ agree: 6, disagree: 0, undecided: 0 });
      expect(summary.outcomes.full).toBeGreaterThan(0);
      expect(summary.findings.observed.join(' ')).toContain('u₁, 1 of (u₂, u₃)');
    }
  });

  it('counts full starts that are not the best', async () => {
    const negative = gaussianPair({ rho: -0.9, degree: 6 });
    const flow = simsiamFlow(negative, { k: 4, lambda: 0.05 });
    const { summary } = await observe(flow, facts, { starts: 24, seed: 0, scale: 0.1 * flow.amplitude });
    const best = Math.min(...summary.predicted.stable.map(({ energy }) => energy));
    const above = summary.starts.filter(({ energy }) => energy > best + 1e-6);
    expect(above.some(({ outcome }) => outcome === 'full')).toBe(true);
    expect(summary.lowest).toMatchObject({ energy: best, above: above.length, starts: 24 - above.length });
    expect(summary.findings.observed.join(' ')).toContain('Full is not always best');
  });

  it('keeps fewer times of many steps', async () => {
    const flow = simsiamFlow(pair, { k: 2, lambda: LAMBDA });
    const { series, summary } = await observe(flow, facts, {
      starts: 1,
      seed: 0,
      integrate: { rtol: 1e-14, atol: 1e-16 },
    });
    expect(summary.starts[0]?.steps.accepted).toBeGreaterThan(800);
    expect(series[0]?.times).toHaveLength(800);
    expect(series[0]?.times.at(-1)).toBe(summary.starts[0]?.time);
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
