import { describe, expect, it } from 'vitest';
import { simsiamFilter } from '../../../src/dynamics/filters.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { plus, product, times, trace } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import { modesOf, pairOf, symmetricPair } from '../hand-made.js';

const definite = symmetricPair([1, 0.7, 0.45, 0.15]);
const indefinite = symmetricPair([0.8, 0.5, 0.05, -0.4, -0.75], 3);

describe('where the flow ends', () => {
  it.each([
    ['definite', definite],
    ['indefinite', indefinite],
  ])('is f(s, λ) on the modes it keeps, from every start of a %s pair', async (_, pair) => {
    const lambda = 0.01;
    const flow = simsiamFlow(pair, { k: 2, lambda });
    const kept = simsiamFilter(flow.correlations, lambda);
    for (const { final, reason, speed } of await flow.integrateMany({ seed: 5, count: 100 })) {
      expect(reason).toBe('steady');
      expect(speed).toBeLessThan(1e-14);
      const { amplitudes, equilibrium, distance } = flow.classify(final);
      const expected = new Float64Array(flow.columns);
      for (const { index } of equilibrium.modes) expected[index] = kept[index] as number;
      expect(amplitudes).toBeCloseToArray(expected, 1e-8);
      expect(distance).toBeLessThan(1e-8);
      expect(equilibrium.stable).toBe(true);
    }
  });

  it('is p √(λ_P/λ_U) with ridges of their own', async () => {
    const flow = simsiamFlow(definite, { k: 1, lambda: { predictor: 0.09, encoder: 0.01 } });
    const { final, reason } = await flow.integrate({ seed: 2 });
    expect(reason).toBe('steady');
    const { modes } = flow.classify(final).equilibrium;
    const { index, predictor, amplitude } = modes[0] as (typeof modes)[number];
    expect(amplitude).toBeCloseTo(3 * simsiamFilter(flow.correlations[index] as number, 0.01), 14);
    expect(flow.amplitudes(final)[index]).toBeCloseTo(amplitude, 8);
    expect(flow.predictor(final).get(0, 0)).toBeCloseTo(predictor, 8);
  });

  it('is not always the best equilibrium: some starts collapse in part', async () => {
    const flow = simsiamFlow(symmetricPair([0.9, 0.5, 0.3, 0.25, 0.2]), { k: 3, lambda: 0.05 });
    const { basins, partial, collapsed, global, starts, unsettled } = await flow.basins({
      starts: 200,
      seed: 4,
      scale: 0.1,
    });
    expect(unsettled).toBe(0);
    expect(partial).toBeGreaterThan(0.05);
    expect(collapsed + partial + global).toBeCloseTo(1, 12);
    expect(basins.reduce((sum, { count }) => sum + count, 0)).toBe(starts);
    expect(basins.every(({ equilibrium }) => equilibrium.stable)).toBe(true);
  });

  it('is collapse where no mode reaches 2√λ', async () => {
    const flow = simsiamFlow(definite, { k: 2, lambda: 0.26 });
    expect(flow.equilibria().map(modesOf)).toEqual(['']);
    const { final } = await flow.integrate({ seed: 1 });
    expect(flow.classify(final)).toMatchObject({ collapsed: true, partial: false });
  });
});

describe('the energy', () => {
  it('never rises along a trajectory', async () => {
    for (const [seed, pair] of [definite, indefinite].entries()) {
      const flow = simsiamFlow(pair, { k: 2, lambda: 0.02 });
      for (let start = 0; start < 150; start++) {
        const { energy } = await flow.integrate({ seed: 100 * seed + start, scale: 1.5 }, { rtol: 1e-6 });
        // Of the sums of products that make the energy: their magnitudes are below 1e3 at such starts.
        for (let i = 1; i < energy.length; i++) {
          expect((energy[i] as number) - (energy[i - 1] as number)).toBeLessThan(
            1e-12 + 1e-13 * Math.abs(energy[0] as number),
          );
        }
      }
    }
  });

  it('never rises between saved times of thousands of random starts', async () => {
    const flow = simsiamFlow(indefinite, { k: 3, lambda: 0.02 });
    const saveAt = [0, 0.1, 0.3, 1, 3, 10, 30, 100];
    for (const { energy } of await flow.integrateMany({ seed: 1, count: 1000 }, { saveAt, rtol: 1e-7 })) {
      // States between steps are interpolated, to rtol of an energy of up to about 10.
      for (let i = 1; i < energy.length; i++) expect(energy[i]).toBeLessThan((energy[i - 1] as number) + 1e-6);
    }
  });

  it('never rises to first order at thousands of random states, where the literal −½ (Tr C)² would', () => {
    const lambda = 0.02;
    const flow = simsiamFlow(symmetricPair([0.8, 0.1, -0.75]), { k: 2, lambda });
    const { field } = flow as { field: { gram?: unknown } };
    const gram = field.gram as Matrix;
    let literalRises = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const u = times(normals(seed, 2, 3), 0.7);
      const v = flow.velocity(u);
      const c = product(u, gram, u.transpose());
      const h = plus(product(u, u.transpose()), Matrix.identity(2), lambda);
      const cubic = times(product(h, h, u), 2);
      const slope = (gradient: Matrix) =>
        Float64Array.from(gradient.data).reduce((sum, g, i) => sum + g * (v.data[i] as number), 0);
      expect(slope(plus(cubic, product(c, u, gram), -2))).toBeLessThanOrEqual(1e-13);
      if (slope(plus(cubic, product(u, gram), -2 * trace(c))) > 1e-9) literalRises++;
    }
    expect(literalRises).toBeGreaterThan(0);
  });

  it('is no potential of the velocity', () => {
    const { asymmetry, symmetric } = simsiamFlow(definite, { k: 2, lambda: 0.02 }).schwarz(
      times(normals(1, 2, 4), 0.5),
    );
    expect(symmetric).toBe(false);
    expect(asymmetry).toBeGreaterThan(1e-3);
  });
});

describe('equilibria', () => {
  it.each([
    ['definite', definite, 2],
    ['indefinite', indefinite, 2],
    ['definite', definite, 3],
    ['indefinite', indefinite, 3],
  ])('of a %s pair are what theory says, each of them, k = %#', (_, pair, k) => {
    const flow = simsiamFlow(pair, { k, lambda: 0.01 });
    const all = flow.equilibria();
    for (const equilibrium of all) {
      const { state, energy, predictorTrace, verdict, neutral } = equilibrium;
      expect(flow.energy(state)).toBeCloseTo(energy, 14);
      expect(flow.predictorTrace(state)).toBeCloseTo(predictorTrace, 13);
      const found = flow.stabilitySync(state);
      expect(found.residual).toBeLessThan(1e-14);
      expect([modesOf(equilibrium), found.verdict, found.neutral]).toEqual([modesOf(equilibrium), verdict, neutral]);
      expect(found.orbit).toBe(neutral);
    }
    expect(all.some(({ verdict }) => verdict === 'unstable')).toBe(true);
  });

  it('are stable exactly where the top positive and the bottom negative modes are kept', () => {
    const stable = simsiamFlow(indefinite, { k: 3, lambda: 0.01 }).equilibria({ stable: true });
    expect(stable.map(modesOf).sort()).toEqual(['', '0', '0 1', '0 1 4', '0 3 4', '0 4', '3 4', '4'].sort());
  });

  it('lose a mode a to an unselected j at the rate p_a (s_j − s_a)', async () => {
    const flow = simsiamFlow(indefinite, { k: 2, lambda: 0.01 });
    const [picked] = flow.equilibria({ roots: 'upper' }).filter((equilibrium) => modesOf(equilibrium) === '1');
    const { state, modes } = picked as NonNullable<typeof picked>;
    const { eigenvalues } = await flow.stability(state);
    const { predictor, correlation } = modes[0] as (typeof modes)[number];
    for (const s of [0.8, 0.05, -0.4, -0.75]) {
      const rate = predictor * (s - correlation);
      expect(eigenvalues.re.reduce((best, x) => Math.min(best, Math.abs(x - rate)), 1)).toBeLessThan(1e-12);
    }
  });

  it('degenerate where a kept and a dropped mode tie, or a root is double', () => {
    const tied = simsiamFlow(symmetricPair([0.9, 0.6, 0.6]), { k: 2, lambda: 0.01 });
    const verdicts = Object.fromEntries(tied.equilibria({ roots: 'upper' }).map((e) => [modesOf(e), e.verdict]));
    expect(verdicts).toMatchObject({
      '': 'stable',
      '0': 'stable',
      '0 1': 'degenerate',
      '0 2': 'degenerate',
      '1 2': 'unstable',
    });
    const double = simsiamFlow(pairOf(Matrix.diagonal([0.5])), { k: 1, lambda: 0.0625 }).equilibria();
    expect(double.map(({ verdict, modes }) => [verdict, modes[0]?.amplitude])).toEqual([
      ['stable', undefined],
      ['degenerate', 0.25],
    ]);
  });
});

describe('a diagonal M', () => {
  it('is used as it is, in descending order, and as it would be in any other dictionary', async () => {
    const sorted = simsiamFlow(pairOf(Matrix.diagonal([0.9, 0.5, -0.6])), { k: 2, lambda: 0.02 });
    expect(sorted.correlations).toEqual(Float64Array.of(0.9, 0.5, -0.6));
    const shuffled = simsiamFlow(pairOf(Matrix.diagonal([0.5, -0.6, 0.9])), { k: 2, lambda: 0.02 });
    expect(shuffled.correlations).toBeCloseToArray([0.9, 0.5, -0.6], 1e-15);
    const positive = simsiamFlow(pairOf(Matrix.diagonal([0.5, 0.9, 0.7])), { k: 1, lambda: 0.02 });
    expect(positive.correlations).toBeCloseToArray([0.9, 0.7, 0.5], 1e-15);
    const start = Matrix.from([
      [0.3, 0.2, 0.1],
      [-0.1, 0.4, 0.3],
    ]);
    const moved = Matrix.from([
      [0.2, 0.1, 0.3],
      [0.4, 0.3, -0.1],
    ]);
    const [a, b] = [await sorted.integrate(start), await shuffled.integrate(moved)];
    expect(b.energy).toBeCloseToArray(a.energy, 1e-12);
    expect(b.final.row(0)).toBeCloseToArray(
      [1, 2, 0].map((i) => a.final.get(0, i)),
      1e-10,
    );
  });
});

describe('simsiamFlow refuses', () => {
  it.each([
    ['NOT_SYMMETRIC', 'pair', () => simsiamFlow(pairOf(Matrix.identity(2), false), { k: 1, lambda: 1 })],
    [
      'NOT_SYMMETRIC',
      'pair.gram',
      () =>
        simsiamFlow(
          pairOf(
            Matrix.from([
              [1, 0],
              [1, 1],
            ]),
          ),
          { k: 1, lambda: 1 },
        ),
    ],
    ['OUT_OF_RANGE', 'k', () => simsiamFlow(definite, { k: 5, lambda: 1 })],
    ['OUT_OF_RANGE', 'lambda', () => simsiamFlow(definite, { k: 1, lambda: 0 })],
    ['OUT_OF_RANGE', 'lambda.encoder', () => simsiamFlow(definite, { k: 1, lambda: { predictor: 1, encoder: 0 } })],
    ['INVALID_ARGUMENT', 'lambda.predictor', () => simsiamFlow(definite, { k: 1, lambda: { encoder: 1 } as never })],
    ['UNKNOWN_OPTION', 'ridge', () => simsiamFlow(definite, { k: 1, lambda: 1, ridge: 1 } as never)],
    ['INVALID_ARGUMENT', 'pair', () => simsiamFlow(undefined as never, { k: 1, lambda: 1 })],
    ['INVALID_ARGUMENT', 'pair.gram', () => simsiamFlow({} as never, { k: 1, lambda: 1 })],
  ])('with %s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
