import { describe, expect, it } from 'vitest';
import { peiraFilter, peiraMinimum } from '../../../src/dynamics/filters.js';
import { peiraFlow } from '../../../src/dynamics/flows/peira.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { times } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import { modesOf, pairOf, rectangularPair, symmetricPair } from '../hand-made.js';

const CORRELATIONS = [0.95, 0.6, 0.3, 0.08];
const lambda = 0.35;

const flows = [
  ['a square pair', peiraFlow(rectangularPair(CORRELATIONS, 4, 4), { k: 2, lambda })],
  ['a rectangular pair', peiraFlow(rectangularPair(CORRELATIONS, 4, 6), { k: 3, lambda })],
  ['a shared encoder', peiraFlow(symmetricPair([0.95, 0.6, 0.3, -0.8]), { k: 3, lambda, encoders: 'shared' })],
  ['an indefinite pair', peiraFlow(symmetricPair([0.9, 0.4, -0.7]), { k: 2, lambda })],
] as const;

describe.each(flows)('PEIRA of %s', (_, flow) => {
  it('reaches its minimum from every random start', async () => {
    const { k } = flow;
    const least = peiraMinimum(flow.correlations, { k, lambda });
    const kept = peiraFilter(flow.correlations, lambda).fill(0, k);
    for (const { final, reason, energy } of await flow.integrateMany({ seed: 3, count: 200 })) {
      expect(reason).toBe('steady');
      expect(energy.at(-1)).toBeCloseTo(least, 12);
      expect(flow.amplitudes(final)).toBeCloseToArray(kept, 1e-8);
    }
    expect(await flow.basins({ starts: 10, seed: 9 })).toMatchObject({ global: 1, collapsed: 0, partial: 0 });
  });

  it('is stable there alone', () => {
    const all = flow.equilibria();
    expect(all.filter(({ stable }) => stable)).toHaveLength(1);
    expect(all[0]?.stable).toBe(true);
    expect(flow.equilibria({ stable: true }).map(modesOf)).toEqual([modesOf(all[0] as NonNullable<(typeof all)[0]>)]);
    for (const equilibrium of all) {
      const { state, energy, predictorTrace, verdict, neutral } = equilibrium;
      expect(flow.energy(state)).toBeCloseTo(energy, 13);
      expect(flow.predictorTrace(state)).toBeCloseTo(predictorTrace, 13);
      const found = flow.stabilitySync(state);
      expect(found.residual).toBeLessThan(1e-14);
      expect([modesOf(equilibrium), found.verdict, found.neutral]).toEqual([modesOf(equilibrium), verdict, neutral]);
    }
  });

  it('falls along every trajectory, down its own gradient', async () => {
    const { energy } = await flow.integrate({ seed: 8, scale: 2 }, { rtol: 1e-6 });
    for (let i = 1; i < energy.length; i++) expect(energy[i]).toBeLessThanOrEqual((energy[i - 1] as number) + 1e-12);
    const state = times(normals(4, flow.k, flow.columns), 0.4);
    expect(flow.schwarz(state)).toMatchObject({ symmetric: true });
    const velocity = flow.velocity(state);
    const step = 1e-5;
    for (let i = 0; i < state.data.length; i += 3) {
      const moved = (by: number) => {
        const data = Float64Array.from(state.data);
        data[i] = (data[i] as number) + by;
        return flow.energy(new Matrix(flow.k, flow.columns, data));
      };
      // Central differences: truncation h² and rounding eps/h, both below 1e-10.
      expect((moved(-step) - moved(step)) / (2 * step)).toBeCloseTo(velocity.data[i] as number, 8);
    }
  });
});

describe('PEIRA', () => {
  it('ends deficient from a deficient start', async () => {
    const flow = peiraFlow(symmetricPair(CORRELATIONS), { k: 2, lambda });
    const start = new Matrix(2, 8, Float64Array.of(...normals(2, 1, 8).row(0), ...new Float64Array(8)));
    const { final, reason } = await flow.integrate(start);
    expect(reason).toBe('steady');
    expect(flow.classify(final)).toMatchObject({ partial: true, equilibrium: { verdict: 'unstable' } });
  });

  it('counts a mode at exactly λ² as marginal', () => {
    const flow = peiraFlow(pairOf(Matrix.diagonal([0.81, 0.25])), { k: 2, lambda: 0.5 });
    expect(flow.equilibria().map((e) => [modesOf(e), e.verdict])).toEqual([
      ['0', 'degenerate'],
      ['', 'unstable'],
    ]);
  });
});

describe('peiraFlow refuses', () => {
  const pair = rectangularPair([0.9, 0.5], 2, 3);
  it.each([
    ['OUT_OF_RANGE', 'k', () => peiraFlow(pair, { k: 3, lambda })],
    ['OUT_OF_RANGE', 'lambda', () => peiraFlow(pair, { k: 1, lambda: 0 })],
    ['NOT_SYMMETRIC', 'pair', () => peiraFlow(pair, { k: 1, lambda, encoders: 'shared' })],
    ['INVALID_ARGUMENT', 'encoders', () => peiraFlow(pair, { k: 1, lambda, encoders: 'one' as 'two' })],
    ['UNKNOWN_OPTION', 'ridge', () => peiraFlow(pair, { k: 1, lambda, ridge: 1 } as never)],
  ])('with %s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
