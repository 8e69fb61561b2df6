import { describe, expect, it } from 'vitest';
import { supervised } from '../../src/closed-form/supervised.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, product, solved, symmetrised, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem, expectedError, sampledViews, squaredError, standardErrors } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { normals, orthogonal } from '../support/normals.js';
import { descend } from '../support/optimisers.js';

const problem = await enumeratedProblem(1);
const { inputs, targets, theta, moments } = problem;

describe.each(BACKENDS)('supervised on %s', (backend) => {
  it.each(linearProblems)('agrees with least squares over enumerated views: $name', async (fixture) => {
    const { weights, risk } = await supervised(await momentsOf(fixture), { backend });
    const { weights: expected, risk: least, optimum } = fixture.supervised;
    // S has a condition number of at most 3e4 here: eps · cond of the weights' size, and some.
    const tolerance = 1e-10 * Math.max(1, ...expected.flat().map(Math.abs));
    expect(weights.toArray().flat()).toBeCloseToArray(expected.flat(), tolerance);
    const size = fixture.moments.targetEnergy;
    expect([risk]).toBeCloseToArray([least], 1e-12 * size);
    // What L-BFGS found; it stops at gradients of 1e-11.
    expect([risk]).toBeCloseToArray([optimum], 1e-8 * size);
  });

  it('reports the risk that its weights have over all views', async () => {
    const { weights, risk } = await supervised(moments, { backend });
    expect(risk).toBeCloseTo(expectedError(problem, targets, weights), 10);
  });

  it('is beaten by no perturbation', async () => {
    const { weights, risk } = await supervised(moments, { backend });
    for (let i = 0; i < 40; i++) {
      const step = 10 ** -(i % 5);
      const other = plus(weights, normals(100 + i, 2, 4), step);
      // The objective is quadratic: a step δ adds tr(δSδᵀ), which for steps of 1e-4 is far above rounding.
      expect(expectedError(problem, targets, other)).toBeGreaterThan(risk);
    }
  });

  it('is what steepest descent reaches and never passes', async () => {
    const { risk } = await supervised(moments, { backend });
    for (let seed = 0; seed < 4; seed++) {
      const rough = descend(moments, seed, 5);
      const fine = descend(moments, seed, 3000);
      expect(rough).toBeGreaterThan(risk);
      expect(fine).toBeGreaterThan(risk - 1e-12 * (moments.targetEnergy as number));
      expect(fine).toBeCloseTo(risk, 8);
    }
  });

  it('has the risk that fresh Gaussian views show', async () => {
    const { weights, risk } = await supervised(moments, { backend });
    const errors = sampledViews(problem, 1, 400).map((view) => squaredError(view, targets, weights));
    expect(standardErrors(errors, risk)).toBeLessThan(5);
  });

  it('is ridge regression on the clean data: the augmented risk is ‖V‖²_Σ + the clean risk', async () => {
    const { weights, risk } = await supervised(moments, { backend });
    const penalised = (v: Matrix) => trace(product(v, theta, v.transpose())) + squaredError(inputs, targets, v);
    expect(risk).toBeCloseTo(penalised(weights), 10);
    for (let i = 0; i < 10; i++) {
      const v = normals(200 + i, 2, 4);
      expect(penalised(v)).toBeCloseTo(expectedError(problem, targets, v), 9);
    }
    // With Σ = θI it is the textbook's (XᵀX/n + θI)⁻¹ XᵀY/n.
    const isotropic = await viewMoments(inputs, gaussianViews({ theta: 0.7 }), { target: targets, backend: 'js' });
    const gram = plus(isotropic.inputSecond, times(Matrix.identity(4), 0.7));
    const textbook = solved(gram, (isotropic.targetInput as Matrix).transpose()).transpose();
    expect((await supervised(isotropic, { backend })).weights).toBeCloseToArray(textbook, 1e-12);
  });

  it('with a ridge minimises risk + ridge ‖V‖², and reports the risk alone', async () => {
    const ridge = 0.8;
    const { weights, risk } = await supervised(moments, { ridge, backend });
    expect(risk).toBeCloseTo(expectedError(problem, targets, weights), 10);
    const penalised = (v: Matrix) => expectedError(problem, targets, v) + ridge * energy(v);
    const least = penalised(weights);
    for (let i = 0; i < 20; i++) {
      expect(penalised(plus(weights, normals(300 + i, 2, 4), 10 ** -(i % 4)))).toBeGreaterThan(least);
    }
    expect(risk).toBeGreaterThan((await supervised(moments, { backend })).risk);
  });

  it('solves clean data exactly where the targets are linear in them', async () => {
    const truth = normals(5, 2, 4);
    const target = product(inputs, truth.transpose());
    const clean = await viewMoments(inputs, gaussianViews(), { target, backend: 'js' });
    const { weights, risk } = await supervised(clean, { backend });
    expect(weights).toBeCloseToArray(truth, 1e-12);
    expect(Math.abs(risk)).toBeLessThan(1e-13 * (clean.targetEnergy as number));
  });

  it('turns with the inputs and scales with the targets', async () => {
    const { weights, risk } = await supervised(moments, { backend });
    for (let seed = 0; seed < 5; seed++) {
      const q = orthogonal(seed, 4);
      const turned = await viewMoments(
        product(inputs, q.transpose()),
        gaussianViews({ theta: symmetrised(product(q, theta, q.transpose())) }),
        {
          target: times(targets, 3),
          backend: 'js',
        },
      );
      const other = await supervised(turned, { backend });
      expect(other.risk).toBeCloseTo(9 * risk, 9);
      expect(other.weights).toBeCloseToArray(times(product(weights, q.transpose()), 3), 1e-11);
    }
  });

  it('needs a target', async () => {
    const alone = await viewMoments(inputs, gaussianViews(), { backend: 'js' });
    const error = await failure(() => supervised(alone, { backend }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    expect(error.fix).toContain('target');
  });

  it.each<[string, object, string, string]>([
    ['a negative ridge', { ridge: -1 }, 'OUT_OF_RANGE', 'ridge'],
    ['a ridge that is no number', { ridge: Number.NaN }, 'INVALID_ARGUMENT', 'ridge'],
    ['a negative rank tolerance', { rankTolerance: -0.1 }, 'OUT_OF_RANGE', 'rankTolerance'],
    ['a dimension', { k: 2 }, 'UNKNOWN_OPTION', 'k'],
  ])('refuses %s', async (_, options, code, argument) => {
    expect(await failure(() => supervised(moments, { ...options, backend }))).toMatchObject({ code, argument });
  });

  it('refuses what are no moments', async () => {
    for (const other of [undefined, null, {}, { ...moments }, inputs]) {
      const error = await failure(() => supervised(other as ViewMoments, { backend }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    }
  });

  it('rejects with the reason of an abort', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(supervised(moments, { backend, signal })).rejects.toBe('enough');
  });

  it('takes the least-norm weights where a rank tolerance drops a direction', async () => {
    // The second coordinate repeats the first: y = x₁ is read off both halves alike.
    const x = Matrix.from([
      [1, 1],
      [-2, -2],
      [3, 3],
    ]);
    const y = Matrix.from([[1], [-2], [3]]);
    const doubled = await viewMoments(x, gaussianViews(), { target: y, backend });
    const { weights, risk } = await supervised(doubled, { rankTolerance: 1e-12, backend });
    expect(weights).toBeCloseToArray([0.5, 0.5], 1e-14);
    expect(Math.abs(risk)).toBeLessThan(1e-14 * (doubled.targetEnergy as number));
  });

  it('names what is not finite in moments that were written to', async () => {
    const spoilt = moments.withCovariance({ theta: 1 });
    spoilt.second.data.fill(Number.NaN);
    expect((await failure(() => supervised(spoilt, { backend }))).code).toBe('NOT_FINITE');
  });
});
