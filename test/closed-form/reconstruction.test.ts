import { describe, expect, it } from 'vitest';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { pca } from '../../src/moments/pca.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { centred, energy, firstRows, plus, product, symmetrised, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem, expectedError, sampledViews, squaredError, standardErrors } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { normals, orthogonal } from '../support/normals.js';
import { alternate } from '../support/optimisers.js';
import fc from '../support/properties.js';

const problem = await enumeratedProblem(2);
const { inputs, theta, moments } = problem;
const dimensions = [1, 2, 3, 4];

describe.each(BACKENDS)('reconstruction on %s', (backend) => {
  it.each(linearProblems)('agrees with the SVD over enumerated views: $name', async (fixture) => {
    const own = await momentsOf(fixture, 'js');
    const { singularValues: expected, rowSpace, solutions } = fixture.reconstruction;
    const size = fixture.moments.inputEnergy;
    for (const solution of solutions) {
      const { k } = solution;
      const { encoder, decoder, singularValues, risk } = await reconstruction(own, { k, backend });
      // φ = singular values of C S^{-1/2}: errors of eps · cond(S)^{1/2} of the largest.
      expect(singularValues).toBeCloseToArray(expected, 1e-12 * (expected[0] as number));
      expect([risk]).toBeCloseToArray([solution.risk], 1e-12 * size);
      expect([risk]).toBeCloseToArray([solution.optimum], 1e-8 * size);
      // The gaps between scores in the fixtures are at least 1e-3, so that subspaces are determined to 1e-9.
      expect(subspaceDistanceSync(encoder, firstRows(Matrix.from(rowSpace), k)).chordal).toBeLessThan(1e-9);
      expect(product(decoder, encoder).toArray().flat()).toBeCloseToArray(solution.product.flat(), 1e-9);
    }
  });

  it.each(dimensions)('reports the risk that its pair has over all views, k = %d', async (k) => {
    const { encoder, decoder, singularValues, risk } = await reconstruction(moments, { k, backend });
    expect([encoder.rows, encoder.cols, decoder.rows, decoder.cols]).toEqual([k, 4, 4, k]);
    expect(risk).toBeCloseTo(expectedError(problem, inputs, product(decoder, encoder)), 9);
    const kept = singularValues.subarray(0, k).reduce((sum, value) => sum + value ** 2, 0);
    expect(risk).toBeCloseTo(moments.inputEnergy - kept, 9);
    // White codes: E S Eᵀ = I.
    expect(product(encoder, moments.second, encoder.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-12);
  });

  it.each([1, 2, 3])('is beaten by no perturbation of encoder and decoder, k = %d', async (k) => {
    const { encoder, decoder, risk } = await reconstruction(moments, { k, backend });
    for (let i = 0; i < 40; i++) {
      const step = 10 ** -(i % 4);
      const e = plus(encoder, normals(400 + i, k, 4), step);
      const d = plus(decoder, normals(500 + i, 4, k), step);
      expect(expectedError(problem, inputs, product(d, e))).toBeGreaterThan(risk);
    }
  });

  it.each(dimensions)('is what alternating least squares reaches and never passes, k = %d', async (k) => {
    const { risk } = await reconstruction(moments, { k, backend });
    for (let seed = 0; seed < 4; seed++) {
      const slack = 1e-12 * moments.inputEnergy;
      expect(alternate(moments, k, seed, 2)).toBeGreaterThan(risk - slack);
      const reached = alternate(moments, k, seed, 600);
      expect(reached).toBeGreaterThan(risk - slack);
      expect(reached).toBeCloseTo(risk, 7);
    }
  });

  it('has the risk that fresh Gaussian views show', async () => {
    for (const k of [1, 3]) {
      const { encoder, decoder, risk } = await reconstruction(moments, { k, backend });
      const both = product(decoder, encoder);
      const errors = sampledViews(problem, 2, 400).map((view) => squaredError(view, inputs, both));
      expect(standardErrors(errors, risk)).toBeLessThan(5);
    }
  });

  it('splits into ‖DE‖²_Σ + the clean risk', async () => {
    const { encoder, decoder, risk } = await reconstruction(moments, { k: 2, backend });
    const both = product(decoder, encoder);
    const penalty = trace(product(both, theta, both.transpose()));
    expect(risk).toBeCloseTo(penalty + squaredError(inputs, inputs, both), 9);
  });

  it('with a ridge minimises risk + ridge ‖DE‖², and reports the risk alone', async () => {
    const ridge = 0.6;
    const { encoder, decoder, risk } = await reconstruction(moments, { k: 2, ridge, backend });
    const penalised = (both: Matrix) => expectedError(problem, inputs, both) + ridge * energy(both);
    const both = product(decoder, encoder);
    expect(risk).toBeCloseTo(expectedError(problem, inputs, both), 9);
    const least = penalised(both);
    for (let i = 0; i < 30; i++) {
      const step = 10 ** -(i % 4);
      const e = plus(encoder, normals(600 + i, 2, 4), step);
      const d = plus(decoder, normals(700 + i, 4, 2), step);
      expect(penalised(product(d, e))).toBeGreaterThan(least);
    }
    expect(risk).toBeGreaterThan((await reconstruction(moments, { k: 2, backend })).risk);
  });

  it('is PCA when there is no augmentation', async () => {
    const x = centred(inputs);
    const clean = await viewMoments(x, gaussianViews(), { backend: 'js' });
    const { components, variances } = await pca(clean, { k: 4, backend });
    for (const k of [1, 2, 3]) {
      const { encoder, decoder, singularValues, risk } = await reconstruction(clean, { k, backend });
      expect(singularValues.map((value) => value ** 2)).toBeCloseToArray(variances, 1e-12 * (variances[0] as number));
      const leading = firstRows(components, k);
      expect(product(decoder, encoder)).toBeCloseToArray(product(leading.transpose(), leading), 1e-11);
      expect(risk).toBeCloseTo(
        variances.subarray(k).reduce((sum, value) => sum + value, 0),
        10,
      );
    }
  });

  it('turns with the inputs and scales with their units', async () => {
    const change = fc.record({ seed: fc.nat({ max: 999 }), scale: fc.constantFrom(1e-6, 0.3, 1, 1e6) });
    const { encoder, singularValues, risk } = await reconstruction(moments, { k: 2, backend });
    await fc.assert(
      fc.asyncProperty(change, async ({ seed, scale }) => {
        const q = times(orthogonal(seed, 4), scale);
        const views = gaussianViews({ theta: symmetrised(product(q, theta, q.transpose())) });
        const turned = await viewMoments(product(inputs, q.transpose()), views, { backend: 'js' });
        const other = await reconstruction(turned, { k: 2, backend });
        expect(times(new Matrix(1, 4, other.singularValues), 1 / scale)).toBeCloseToArray(singularValues, 1e-12);
        expect(other.risk / scale ** 2).toBeCloseTo(risk, 9);
        expect(subspaceDistanceSync(product(other.encoder, q), encoder).chordal).toBeLessThan(1e-10);
      }),
      { numRuns: 15 },
    );
  });

  it('gives with the top of the spectrum the prefix of what it gives with all of it', async () => {
    const large = await enumeratedProblem(3, { n: 40, d: 12 });
    for (const k of [1, 3, 12]) {
      const full = await reconstruction(large.moments, { k, backend });
      const top = await reconstruction(large.moments, { k, backend, spectrum: 'top' });
      expect(full.singularValues).toHaveLength(12);
      expect([...full.singularValues].sort((a, b) => b - a)).toEqual([...full.singularValues]);
      const leading = full.singularValues.subarray(0, k);
      expect(top.singularValues).toBeCloseToArray(leading, 1e-12 * (full.singularValues[0] as number));
      expect(top.risk).toBeCloseTo(full.risk, 9);
      expect(subspaceDistanceSync(top.encoder, full.encoder).chordal).toBeLessThan(1e-9);
      const whole = product(full.decoder, full.encoder);
      expect(product(top.decoder, top.encoder)).toBeCloseToArray(whole, 1e-9);
    }
  });

  it('learns less with more noise and more with more dimensions', async () => {
    const risks = await Promise.all(dimensions.map((k) => reconstruction(moments, { k, backend })));
    const noisier = moments.withCovariance({ theta: times(theta, 2) });
    for (const [i, { risk }] of risks.entries()) {
      if (i > 0) expect(risk).toBeLessThan(risks[i - 1]?.risk as number);
      expect(risk).toBeGreaterThan(0);
      expect((await reconstruction(noisier, { k: i + 1, backend })).risk).toBeGreaterThan(risk);
    }
  });

  it.each<[string, object, string, string]>([
    ['no dimension', { k: undefined }, 'INVALID_ARGUMENT', 'k'],
    ['none at all', { k: 0 }, 'OUT_OF_RANGE', 'k'],
    ['more than there are', { k: 5 }, 'OUT_OF_RANGE', 'k'],
    ['part of one', { k: 1.5 }, 'INVALID_ARGUMENT', 'k'],
    ['a dimension in words', { k: '2' }, 'INVALID_ARGUMENT', 'k'],
    ['another part of the spectrum', { spectrum: 'bottom' }, 'INVALID_ARGUMENT', 'spectrum'],
    ['a negative ridge', { ridge: -1 }, 'OUT_OF_RANGE', 'ridge'],
    ['a tolerance above 1', { rankTolerance: 1.1 }, 'OUT_OF_RANGE', 'rankTolerance'],
    ['a misspelt option', { rigde: 1 }, 'UNKNOWN_OPTION', 'rigde'],
  ])('refuses %s', async (_, options, code, argument) => {
    const error = await failure(() => reconstruction(moments, { k: 2, ...options, backend } as never));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses what are no moments, and no options', async () => {
    for (const other of [undefined, null, {}, { ...moments }]) {
      const error = await failure(() => reconstruction(other as ViewMoments, { k: 1, backend }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    }
    const error = await failure(() => reconstruction(moments, undefined as never));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'k' });
  });

  it('rejects with the reason of an abort', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(reconstruction(moments, { k: 1, backend, signal })).rejects.toBe('enough');
  });
});
