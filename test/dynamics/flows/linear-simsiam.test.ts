import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../src/dynamics/flow.js';
import { type LinearSimsiamFlowOptions, linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { STREAMS, uniform } from '../../../src/runtime/random.js';
import { firstRows, plus, product, solved, symmetrised, times } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import { normals, orthogonal } from '../../support/normals.js';
import { modesOf } from '../hand-made.js';

const VARIANTS = [
  ['optimal', { scale: 1.3 }],
  ['learned', { scale: 0.7 }],
  ['learned', { rate: 0.4 }],
] as const;

/** Diagonal moments of d modes, with correlations of either sign, and a small ridge. */
function randomModes(seed: number, d: number) {
  const u = uniform(seed, 0, STREAMS.spectrum, new Float64Array(2 * d + 1));
  const a = Array.from({ length: d }, (_, i) => 0.2 + 2 * (u[i] as number));
  const c = a.map((variance, i) => (2 * (u[d + i] as number) - 1) * variance);
  return { a, c, lambda: 0.002 + 0.05 * (u[2 * d] as number) ** 2 };
}

function rotated(seed: number, values: readonly number[]): Matrix {
  const q = orthogonal(seed, values.length);
  return symmetrised(product(q, Matrix.diagonal(values), q.transpose()));
}

describe("Tian's setting: data of covariance I, augmentation of variance σ², target τ U, weight decay η", () => {
  const [sigma2, tau] = [0.5, 0.9];
  const moments = { xx: times(Matrix.identity(3), 1 + sigma2), xy: Matrix.identity(3) };

  it.each(['optimal', 'learned'] as const)('rests at p±, predictor %s, the lower one unstable', async (predictor) => {
    const eta = 0.05;
    const flow = linearSimsiamFlow(moments, { k: 1, lambda: eta, predictor, target: { scale: tau } });
    const root = Math.sqrt(tau ** 2 - 4 * eta * (1 + sigma2));
    const all = flow.equilibria({ maxModes: 1 });
    const values = new Map(all.map(({ modes }) => [modes[0]?.root, modes[0]?.predictor]));
    expect(values.get('upper')).toBeCloseTo((tau + root) / (2 * (1 + sigma2)), 14);
    expect(values.get('lower')).toBeCloseTo((tau - root) / (2 * (1 + sigma2)), 14);
    // All modes tie: the upper root is stable but for the choice among them.
    expect(all.map(({ verdict, modes }) => `${modes[0]?.root} ${verdict}`)).toEqual(
      expect.arrayContaining(['undefined stable', 'upper degenerate', 'lower unstable']),
    );
    for (const { state, verdict } of all) expect(flow.stabilitySync(state).verdict).toBe(verdict);
    const { final, reason } = await flow.integrate({ seed: 1, scale: 1 });
    expect(reason).toBe('steady');
    expect(flow.classify(final).equilibrium.modes[0]?.predictor).toBeCloseTo(values.get('upper') as number, 14);
    expect(flow.classify(final).distance).toBeLessThan(1e-8);
  });

  it('collapses for η > τ²/(4(1 + σ²)), and not just below', async () => {
    const threshold = tau ** 2 / (4 * (1 + sigma2));
    const above = { k: 1, lambda: 1.001 * threshold, predictor: 'learned', target: { scale: tau } } as const;
    const flow = linearSimsiamFlow(moments, above);
    expect(flow.equilibria().map(modesOf)).toEqual(['']);
    const { final } = await flow.integrate({ seed: 1, scale: 1 });
    expect(flow.classify(final).collapsed).toBe(true);
    expect(linearSimsiamFlow(moments, { ...above, lambda: 0.999 * threshold }).equilibria().length).toBeGreaterThan(1);
  });
});

describe('equilibria of commuting moments', () => {
  it.each(VARIANTS)('are what theory says, each of them: predictor %s, target %j', (predictor, target) => {
    for (let seed = 0; seed < 6; seed++) {
      const { a, c, lambda } = randomModes(seed, 3);
      const moments = { xx: rotated(seed, a), xy: rotated(seed, c) };
      const flow = linearSimsiamFlow(moments, { k: 2, lambda, predictor, target });
      for (const equilibrium of flow.equilibria()) {
        const { state, energy, predictorTrace, verdict, neutral } = equilibrium;
        expect(flow.energy(state)).toBeCloseTo(energy, 12);
        expect(flow.predictorTrace(state)).toBeCloseTo(predictorTrace, 12);
        const found = flow.stabilitySync(state);
        expect(found.residual).toBeLessThan(1e-13);
        expect([seed, modesOf(equilibrium), found.verdict]).toEqual([seed, modesOf(equilibrium), verdict]);
        expect([seed, modesOf(equilibrium), found.neutral]).toEqual([seed, modesOf(equilibrium), neutral]);
      }
    }
  });

  it.each(VARIANTS)('attract random starts: predictor %s, target %j', async (predictor, target) => {
    const { a, c, lambda } = randomModes(2, 4);
    const flow = linearSimsiamFlow({ xx: rotated(1, a), xy: rotated(1, c) }, { k: 2, lambda, predictor, target });
    const { basins, unsettled } = await flow.basins({ starts: 10, seed: 1 });
    expect(unsettled).toBe(0);
    expect(basins.every(({ equilibrium }) => equilibrium.stable)).toBe(true);
    const { final } = await flow.integrate({ seed: 1 });
    expect(flow.classify(final).distance).toBeLessThan(1e-8);
  });

  it('are those of a direct enumeration by the rule of invasion', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { a, c, lambda } = randomModes(seed, 6);
      const flow = linearSimsiamFlow(
        { xx: rotated(seed, a), xy: rotated(seed, c) },
        { k: 3, lambda, predictor: 'optimal' },
      );
      const direct = flow.equilibria({ stable: true }).map(modesOf);
      expect(direct).toEqual(
        flow
          .equilibria()
          .filter(({ stable }) => stable)
          .map(modesOf),
      );
    }
  });

  it('do not exist in closed form where xx and xy do not commute, but the flow does', async () => {
    const moments = { xx: rotated(1, [2, 1]), xy: rotated(2, [0.8, 0.3]) };
    const flow = linearSimsiamFlow(moments, { k: 1, lambda: 0.01, predictor: 'optimal' });
    for (const action of [() => flow.equilibria(), () => flow.amplitudes(Matrix.from([[1, 1]]))]) {
      expect(await failure(action)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'xx' });
    }
    const { final, reason } = await flow.integrate({ seed: 1, scale: 0.5 });
    expect(reason).toBe('steady');
    expect(await flow.stability(final)).toMatchObject({ verdict: 'stable', unstable: 0 });
    const [s] = flow.correlations;
    const pencil = plus(moments.xy, moments.xx, -(s as number));
    // Singular: the determinant of xy − s xx vanishes.
    expect(pencil.get(0, 0) * pencil.get(1, 1) - pencil.get(0, 1) * pencil.get(1, 0)).toBeCloseTo(0, 14);
  });

  it('are refused without a ridge, where nothing fixes the amplitudes', async () => {
    const moments = { xx: Matrix.identity(2), xy: Matrix.diagonal([0.5, 0.2]) };
    const flow = linearSimsiamFlow(moments, { k: 1, lambda: 0, predictor: 'learned' });
    expect(await failure(() => flow.equilibria())).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'lambda' });
    const singular = linearSimsiamFlow(moments, { k: 1, lambda: 0, predictor: 'optimal' });
    expect(await failure(() => singular.velocity(Matrix.zeros(1, 2)))).toMatchObject({ code: 'SINGULAR' });
  });

  it('allow directions in which the views do not vary, with a ridge', () => {
    const moments = { xx: Matrix.diagonal([1, 0]), xy: Matrix.diagonal([0.9, 0]) };
    const flow = linearSimsiamFlow(moments, { k: 1, lambda: 0.05, predictor: 'optimal' });
    expect(flow.correlations).toEqual(Float64Array.of(0.9, 0));
    expect(flow.equilibria({ stable: true }).map(modesOf).sort()).toEqual(['', '0']);
  });
});

describe('the learned predictor', () => {
  const moments = { xx: rotated(1, [2, 1, 0.6]), xy: rotated(2, [0.8, 0.3, -0.2]) };

  it.each([{ scale: 1 }, { scale: 0.6 }, { rate: 0.5 }])(
    'lets U Uᵀ − Pᵀ P decay as e^{−2λt}, target %j',
    async (target) => {
      const lambda = 0.07;
      const flow = linearSimsiamFlow(moments, { k: 2, lambda, predictor: 'learned', target });
      const { states, times: at } = await flow.integrate({ seed: 3, scale: 0.7 }, { saveAt: [0, 0.5, 2, 7], tMax: 7 });
      const balances = states.map((state) => flow.invariants(state).balance as Matrix);
      const first = balances[0] as Matrix;
      expect(Math.max(...first.data.map(Math.abs))).toBeGreaterThan(0.1);
      // rtol 1e-8 of states of norm about 2, through squares.
      balances.forEach((balance, i) => {
        expect(balance).toBeCloseToArray(times(first, Math.exp(-2 * lambda * (at[i] as number))), 1e-6);
      });
    },
  );

  it('is no gradient flow', () => {
    const flow = linearSimsiamFlow(moments, { k: 2, lambda: 0.07, predictor: 'learned' });
    expect(flow.lyapunov).toBe(false);
    expect(flow.schwarz(times(normals(1, 2, 5), 0.5)).asymmetry).toBeGreaterThan(1e-2);
  });
});

describe("Tang's invariants: optimal predictor, xx = a I", () => {
  const xx = times(Matrix.identity(4), 1.7);
  const xy = rotated(5, [1.2, 0.9, 0.4, 0.1]);
  const start = firstRows(orthogonal(8, 4), 2);
  const flowWith = (lambda: number): Flow => linearSimsiamFlow({ xx, xy }, { k: 2, lambda, predictor: 'optimal' });

  it('hold without a ridge from an orthogonal start: U Uᵀ stays, the energy falls, the rows reach an eigen-subspace', async () => {
    const flow = flowWith(0);
    const { states, energy, final, reason } = await flow.integrate(start);
    expect(reason).toBe('steady');
    for (const state of states)
      expect(flow.invariants(state).gram as Matrix).toBeCloseToArray(Matrix.identity(2), 1e-6);
    for (let i = 1; i < energy.length; i++) expect(energy[i]).toBeLessThanOrEqual((energy[i - 1] as number) + 1e-13);
    const c = product(final, xy, final.transpose());
    expect(energy.at(-1)).toBeCloseTo(
      -product(c, c)
        .toArray()
        .reduce((sum, row, i) => sum + (row[i] as number), 0) / 2,
      12,
    );
    const gram = product(final, final.transpose());
    // Invariant: U K = C (U Uᵀ)⁻¹ U.
    expect(product(final, xy)).toBeCloseToArray(product(c, solved(gram, final)), 1e-7);
    expect(flow.stabilitySync(final).verdict).toBe('degenerate');
  });

  it('fail with one', async () => {
    const flow = flowWith(0.05);
    expect(flow.invariants(start)).toEqual({});
    const { final } = await flow.integrate(start, { tMax: 1 });
    const gram = product(final, final.transpose());
    expect(Math.abs(gram.get(0, 0) - 1)).toBeGreaterThan(1e-3);
  });
});

describe('linearSimsiamFlow refuses', () => {
  const moments = { xx: Matrix.identity(2), xy: Matrix.diagonal([0.5, 0.2]) };
  const options: LinearSimsiamFlowOptions = { k: 1, lambda: 0.1, predictor: 'learned' };
  const optimal = { ...options, predictor: 'optimal' } as const;
  it.each([
    [
      'NOT_SYMMETRIC',
      'xy',
      () =>
        linearSimsiamFlow(
          {
            ...moments,
            xy: Matrix.from([
              [1, 0],
              [1, 1],
            ]),
          },
          options,
        ),
    ],
    [
      'NOT_SYMMETRIC',
      'xx',
      () =>
        linearSimsiamFlow(
          {
            ...moments,
            xx: Matrix.from([
              [1, 0],
              [1, 1],
            ]),
          },
          options,
        ),
    ],
    ['NOT_POSITIVE_DEFINITE', 'xx', () => linearSimsiamFlow({ ...moments, xx: Matrix.diagonal([1, -1]) }, options)],
    [
      'NOT_POSITIVE_DEFINITE',
      'xx',
      () => linearSimsiamFlow({ ...moments, xx: Matrix.diagonal([1, 0]) }, { ...optimal, lambda: 0 }),
    ],
    ['SHAPE_MISMATCH', 'xy', () => linearSimsiamFlow({ ...moments, xy: Matrix.identity(3) }, options)],
    ['OUT_OF_RANGE', 'k', () => linearSimsiamFlow(moments, { ...options, k: 3 })],
    ['OUT_OF_RANGE', 'lambda', () => linearSimsiamFlow(moments, { ...options, lambda: -1 })],
    ['INVALID_ARGUMENT', 'predictor', () => linearSimsiamFlow(moments, { ...options, predictor: 'best' as 'optimal' })],
    ['INVALID_ARGUMENT', 'target', () => linearSimsiamFlow(moments, { ...optimal, target: { rate: 1 } })],
    ['INVALID_ARGUMENT', 'target', () => linearSimsiamFlow(moments, { ...options, target: {} as never })],
    ['OUT_OF_RANGE', 'target.rate', () => linearSimsiamFlow(moments, { ...options, target: { rate: 0 } })],
    ['UNKNOWN_OPTION', 'ema', () => linearSimsiamFlow(moments, { ...options, target: { ema: 1 } as never })],
    ['UNKNOWN_OPTION', 'yy', () => linearSimsiamFlow({ ...moments, yy: moments.xx } as never, options)],
    ['INVALID_ARGUMENT', 'moments', () => linearSimsiamFlow(undefined as never, options)],
  ])('with %s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
