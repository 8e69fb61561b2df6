import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/dynamics/flow.js';
import { deepLinearFlow } from '../../src/dynamics/flows/deep-linear.js';
import { linearSimsiamFlow } from '../../src/dynamics/flows/linear-simsiam.js';
import { peiraFlow } from '../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { torusPair } from '../../src/dynamics/pairs/torus-pair.js';
import type { ViewPair } from '../../src/dynamics/pairs/view-pair.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { modesKey } from '../../src/report/dynamics-names.js';
import { predict } from '../../src/report/dynamics-predict.js';

const LATENT = 'latent-prediction';
const torus = torusPair({ degree: 3, shift: { gaussian: 0.5 } });
/** Correlations sin(2n)/(2n), of either sign, each twice. */
const signed = torusPair({ degree: 3, shift: { uniform: 2 } });
const linear = (pair: ViewPair, k: number, lambda: number) =>
  linearSimsiamFlow({ xx: Matrix.identity(pair.gram.rows), xy: pair.gram }, { k, lambda, predictor: 'optimal' });

describe('predict', () => {
  it.each<[string, Flow]>([
    ['SimSiam, k within a tie', simsiamFlow(torus, { k: 2, lambda: 0.05 })],
    ['SimSiam, k beyond one', simsiamFlow(torus, { k: 4, lambda: 0.01 })],
    ['SimSiam, either sign', simsiamFlow(signed, { k: 4, lambda: 0.001 })],
    ['linear encoders', linear(torus, 3, 0.02)],
    ['PEIRA, k within a tie', peiraFlow(torus, { k: 2, lambda: 0.1 })],
    ['PEIRA, k beyond one', peiraFlow(torus, { k: 3, lambda: 0.1 })],
    ['PEIRA, shared, of either sign', peiraFlow(signed, { k: 3, lambda: 0.1, encoders: 'shared' })],
    ['no ties', simsiamFlow(gaussianPair({ rho: -0.8, degree: 5 }), { k: 3, lambda: 0.02 })],
    ['a double root', simsiamFlow(gaussianPair({ rho: 0.5, degree: 2 }), { k: 2, lambda: 0.0625 })],
    ['a double root of a tie', simsiamFlow(torus, { k: 2, lambda: Math.exp(-0.25) / 4 })],
    ['features', deepLinearFlow({ rho: [0.9, 0.9, 0.5], kappa: [1, 1, 1] }, { depth: 2, objective: LATENT })],
  ])('finds all that attract, one for each part of a tie: %s', (_, flow) => {
    const { predicted, ties } = predict(flow);
    const all = flow.equilibria({ roots: 'upper' }).filter(({ attracts }) => attracts);
    const expected = new Map(
      all.map((one) => [
        modesKey(
          one.modes.map(({ index }) => index),
          ties,
        ),
        one,
      ]),
    );
    const found = predicted.stable.map(({ modes }) => modesKey(modes, ties));
    expect([...found].sort()).toEqual([...expected.keys()].sort());
    for (const { modes, energy, predictorTrace, verdict, attracts } of predicted.stable) {
      const same = expected.get(modesKey(modes, ties));
      // Sums of a few numbers of order 1.
      expect(energy).toBeCloseTo(same?.energy as number, 13);
      expect(predictorTrace).toBeCloseTo(same?.predictorTrace as number, 13);
      expect([verdict, attracts]).toEqual([same?.verdict, true]);
    }
  });

  it('says how near an equilibrium can be told', () => {
    const pair = gaussianPair({ rho: 0.9, degree: 3 });
    const distance = (lambda: number) => predict(simsiamFlow(pair, { k: 1, lambda })).resolution.distance;
    expect(distance(0.1)).toBe(1e-6);
    // 64 eps / λ.
    expect(distance(1e-9)).toBeCloseTo(1.42e-5, 7);
    expect(distance(1e-14)).toBe(1e-3);
  });

  it('leaves out features of deep networks that vanish beside the largest', () => {
    const flow = deepLinearFlow({ rho: [0.9, 0.7, 0.5, 0.3], kappa: [1, 1, 1, 1] }, { depth: 20, objective: LATENT });
    // ρ^20: 0.12, 8e-4, 1e-6, 3e-11.
    expect(predict(flow).resolution.unresolved).toEqual([2, 3]);
  });
});
