import { describe, expect, it } from 'vitest';
import { type DeepLinearFlowOptions, deepLinearFlow } from '../../../src/dynamics/flows/deep-linear.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { plus, product, times } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import { orthogonal } from '../../support/normals.js';
import { modesOf } from '../hand-made.js';

const rho = [0.5, 0.9, 0.7];
const kappa = [2, 1, 0.5];
const OBJECTIVES = ['latent-prediction', 'reconstruction'] as const;
const DEPTHS = [1, 2, 4];

const limit = (objective: string, depth: number) =>
  rho.map((r) => r ** (objective === 'latent-prediction' ? depth : depth / (depth + 1)));

describe.each(OBJECTIVES)('deep linear %s', (objective) => {
  it.each(DEPTHS)('ends at ρ^L or ρ^{L/(L+1)}, depth %i', async (depth) => {
    const flow = deepLinearFlow({ rho, kappa }, { depth, objective });
    for (const { final, reason } of await flow.integrateMany({ seed: 1, count: 10 })) {
      expect(reason).toBe('steady');
      expect(final).toBeCloseToArray(limit(objective, depth), 1e-8);
      expect(flow.classify(final)).toMatchObject({ collapsed: false, partial: false, equilibrium: { stable: true } });
    }
  });

  it('has 2^d equilibria, of which the one with every feature is stable', () => {
    const flow = deepLinearFlow({ rho, kappa }, { depth: 2, objective });
    const all = flow.equilibria();
    expect(all).toHaveLength(8);
    expect(all.filter(({ stable }) => stable).map(modesOf)).toEqual(['0 1 2']);
    expect(flow.equilibria({ stable: true }).map(modesOf)).toEqual(['0 1 2']);
    for (const { state, energy, predictorTrace, neutral } of all) {
      expect(flow.energy(state)).toBeCloseTo(energy, 14);
      expect(flow.predictorTrace(state)).toBeCloseTo(predictorTrace, 14);
      expect(flow.stabilitySync(state).residual).toBeLessThan(1e-14);
      expect(neutral).toBe(0);
    }
    expect(flow.stabilitySync(all[0]?.state as Matrix)).toMatchObject({ verdict: 'stable', neutral: 0 });
  });

  it('has its modes by falling ρ and its columns as given', () => {
    const flow = deepLinearFlow({ rho, kappa }, { depth: 1, objective });
    expect(flow.correlations).toEqual(Float64Array.of(0.9, 0.7, 0.5));
    expect(flow.amplitudes(Matrix.from([[1, 2, 3]]))).toEqual(Float64Array.of(2, 3, 1));
  });

  it.each(DEPTHS)('is the flow of balanced layers that never heard of it, depth %i', async (depth) => {
    const flow = deepLinearFlow({ rho, kappa }, { depth, objective });
    const start = [0.2, 0.1, 0.3];
    const end = 3;
    const w = layered(start, depth, objective, end / depth);
    // d/dt of a product of L equal factors is L times that of the reduced flow.
    const { final } = await flow.integrate(Matrix.from([start]), { tMax: end, minTime: end });
    expect(w).toBeCloseToArray(final.row(0), 1e-6);
  });
});

/**
 * Gradient flow (RK4) of full matrices: the encoder W = W_L … W₁ and the predictor V under ½E‖V W x − W y‖², the target
 * W y held fixed, or ½E‖V W x − y‖². E[x xᵀ] = diag(κ/ρ), E[x yᵀ] = diag(κ). Layers start balanced, in random bases.
 *
 * @returns of each feature ‖W eᵢ‖ at the time `end`
 */
function layered(start: readonly number[], depth: number, objective: string, end: number): number[] {
  const root = Matrix.diagonal(start.map((w) => w ** (1 / depth)));
  const bases = Array.from({ length: depth }, (_, l) => orthogonal(l + 1, start.length));
  const between = (left: Matrix, right: Matrix) => product(left, root, right.transpose());
  const identity = Matrix.identity(start.length);
  const layers = bases.map((basis, l) => between(basis, bases[l - 1] ?? identity));
  const last = bases.at(-1) as Matrix;
  let weights = [...layers, between(objective === 'reconstruction' ? identity : last, last)];
  const steps = 400;
  const h = end / steps;
  const moved = (by: readonly Matrix[], factor: number) => weights.map((m, i) => plus(m, by[i] as Matrix, factor));
  for (let step = 0; step < steps; step++) {
    const k1 = descent(weights, objective);
    const k2 = descent(moved(k1, h / 2), objective);
    const k3 = descent(moved(k2, h / 2), objective);
    const k4 = descent(moved(k3, h), objective);
    weights = weights.map((m, i) => {
      const [a, b, c, d] = [k1[i], k2[i], k3[i], k4[i]] as [Matrix, Matrix, Matrix, Matrix];
      return plus(m, plus(plus(a, d), plus(b, c), 2), h / 6);
    });
  }
  const encoder = chain(weights.slice(0, -1), start.length);
  return start.map((_, i) => Math.hypot(...encoder.toArray().map((row) => row[i] as number)));
}

/** The last factor is on the left. */
function chain(factors: readonly Matrix[], d: number): Matrix {
  return factors.reduce((right, left) => product(left, right), Matrix.identity(d));
}

function descent(weights: readonly Matrix[], objective: string): Matrix[] {
  const d = rho.length;
  const xx = Matrix.diagonal(kappa.map((value, i) => value / (rho[i] as number)));
  const xy = Matrix.diagonal(kappa);
  const whole = chain(weights, d);
  const target = objective === 'reconstruction' ? Matrix.identity(d) : chain(weights.slice(0, -1), d);
  // −E[(V W x − target y) xᵀ], which each layer sees through those after and those before it.
  const pull = times(plus(product(whole, xx), product(target, xy), -1), -1);
  return weights.map((_, l) =>
    product(chain(weights.slice(l + 1), d).transpose(), pull, chain(weights.slice(0, l), d).transpose()),
  );
}

describe('deepLinearFlow refuses', () => {
  const options: DeepLinearFlowOptions = { depth: 2, objective: 'reconstruction' };
  const flow = deepLinearFlow({ rho, kappa }, options);
  it.each([
    ['OUT_OF_RANGE', 'rho[0]', () => deepLinearFlow({ rho: [1.1], kappa: [1] }, options)],
    ['OUT_OF_RANGE', 'rho[1]', () => deepLinearFlow({ rho: [1, 0], kappa: [1, 1] }, options)],
    ['OUT_OF_RANGE', 'kappa[0]', () => deepLinearFlow({ rho: [1], kappa: [0] }, options)],
    ['SHAPE_MISMATCH', 'kappa', () => deepLinearFlow({ rho: [1], kappa: [1, 1] }, options)],
    ['EMPTY', 'rho', () => deepLinearFlow({ rho: [], kappa: [] }, options)],
    ['INVALID_ARGUMENT', 'features', () => deepLinearFlow(null as never, options)],
    ['OUT_OF_RANGE', 'depth', () => deepLinearFlow({ rho, kappa }, { ...options, depth: 0 })],
    ['INVALID_ARGUMENT', 'objective', () => deepLinearFlow({ rho, kappa }, { depth: 1 } as never)],
    ['OUT_OF_RANGE', 'state', () => flow.velocity(Matrix.from([[1, -1, 1]]))],
  ])('with %s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
