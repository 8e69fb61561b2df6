import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { choleskySync } from '../../src/linalg/cholesky.js';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { firstRows, plus, product, solved, symmetrised, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import {
  disagreement,
  enumeratedProblem,
  expectedDisagreement,
  sampledViews,
  standardErrors,
} from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { normals, orthogonal } from '../support/normals.js';
import { iterate, whiteLoss } from '../support/optimisers.js';
import fc from '../support/properties.js';

const problem = await enumeratedProblem(4);
const { inputs, theta, moments } = problem;
const dimensions = [1, 2, 3, 4];

/** The white encoder with the row space of m: M S Mᵀ = L Lᵀ, W = L⁻¹ M. */
function whitened(m: Matrix, second = moments.second): Matrix {
  return solved(choleskySync(symmetrised(product(m, second, m.transpose()))), m);
}

describe.each(BACKENDS)('jointEmbedding on %s', (backend) => {
  it.each(linearProblems)('agrees with the generalised eigenproblem: $name', async (fixture) => {
    const own = await momentsOf(fixture, 'js');
    const { eigenvalues: expected, rowSpace, solutions } = fixture.jointEmbedding;
    for (const { k, loss: least, optimum } of solutions) {
      const { encoder, eigenvalues, loss } = await jointEmbedding(own, { k, backend });
      // ω ≤ 1; S has a condition number of at most 3e4.
      expect(eigenvalues).toBeCloseToArray(expected, 1e-11);
      expect([loss]).toBeCloseToArray([least], 1e-11);
      expect([loss]).toBeCloseToArray([optimum], 1e-7);
      expect(subspaceDistanceSync(encoder, firstRows(Matrix.from(rowSpace), k)).chordal).toBeLessThan(1e-8);
    }
  });

  it.each(dimensions)('reports the loss that its encoder has over all pairs of views, k = %d', async (k) => {
    const { encoder, eigenvalues, loss } = await jointEmbedding(moments, { k, backend });
    expect([encoder.rows, encoder.cols, eigenvalues.length]).toEqual([k, 4, 4]);
    expect(loss).toBeCloseTo(expectedDisagreement(problem, encoder), 10);
    expect(loss).toBeCloseTo(2 * (k - eigenvalues.subarray(0, k).reduce((sum, value) => sum + value, 0)), 12);
    expect(product(encoder, moments.second, encoder.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-12);
    // G w = ω S w, row by row.
    const image = product(encoder, moments.meanSecond);
    const scaled = product(Matrix.diagonal(eigenvalues.subarray(0, k)), encoder, moments.second);
    expect(image).toBeCloseToArray(scaled, 1e-12);
  });

  it.each([1, 2, 3])('is beaten by no white encoder near it, k = %d', async (k) => {
    const { encoder, loss } = await jointEmbedding(moments, { k, backend });
    for (let i = 0; i < 40; i++) {
      const other = whitened(plus(encoder, normals(800 + i, k, 4), 10 ** -(i % 4)));
      expect(expectedDisagreement(problem, other)).toBeGreaterThan(loss);
    }
  });

  it.each(dimensions)('is what subspace iteration reaches and never passes, k = %d', async (k) => {
    const { loss } = await jointEmbedding(moments, { k, backend });
    for (let seed = 0; seed < 4; seed++) {
      expect(iterate(moments, k, seed, 1)).toBeGreaterThan(loss - 1e-12);
      const reached = iterate(moments, k, seed, 400);
      expect(reached).toBeGreaterThan(loss - 1e-12);
      expect(reached).toBeCloseTo(loss, 8);
    }
  });

  it('is as good after any rotation, and only rotations keep it white', async () => {
    const { encoder, loss } = await jointEmbedding(moments, { k: 3, backend });
    const turned = product(orthogonal(5, 3), encoder);
    expect(expectedDisagreement(problem, turned)).toBeCloseTo(loss, 10);
    expect(whiteLoss(moments, product(normals(6, 3, 3), encoder))).toBeCloseTo(loss, 10);
  });

  it('has the loss that fresh Gaussian views show', async () => {
    for (const k of [1, 3]) {
      const { encoder, loss } = await jointEmbedding(moments, { k, backend });
      const views = sampledViews(problem, 4, 800);
      const losses = Array.from({ length: 400 }, (_, i) => {
        return disagreement(views[2 * i] as Matrix, views[2 * i + 1] as Matrix, encoder);
      });
      expect(standardErrors(losses, loss)).toBeLessThan(5);
    }
  });

  it('penalises what the augmentation moves: the loss is 2 ‖W‖²_Σ', async () => {
    const { encoder, loss } = await jointEmbedding(moments, { k: 2, backend });
    expect(loss).toBeCloseTo(2 * trace(product(encoder, theta, encoder.transpose())), 12);
  });

  it('with a ridge is white under S + ridge·I, best among those, and reports the loss alone', async () => {
    const ridge = 0.5;
    const { encoder, loss } = await jointEmbedding(moments, { k: 2, ridge, backend });
    const second = plus(moments.second, Matrix.identity(4), ridge);
    expect(product(encoder, second, encoder.transpose())).toBeCloseToArray(Matrix.identity(2), 1e-12);
    expect(loss).toBeCloseTo(expectedDisagreement(problem, encoder), 10);
    // With the trace of W (S + ridge·I) Wᵀ fixed, the most invariant encoder has the largest tr(W G Wᵀ).
    const invariance = (w: Matrix) => trace(product(w, moments.meanSecond, w.transpose()));
    for (let i = 0; i < 30; i++) {
      const other = whitened(plus(encoder, normals(900 + i, 2, 4), 10 ** -(i % 4)), second);
      expect(invariance(other)).toBeLessThan(invariance(encoder));
    }
  });

  it('has eigenvalues between 0 and 1, descending, for every process with exact moments', async () => {
    const shapes = fc.record({
      seed: fc.integer({ min: 10, max: 60 }),
      d: fc.integer({ min: 1, max: 6 }),
      rank: fc.integer({ min: 1, max: 6 }),
      n: fc.integer({ min: 8, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...size }) => {
        const { moments: own } = await enumeratedProblem(seed, size);
        const { eigenvalues } = await jointEmbedding(own, { k: 1, backend });
        expect(eigenvalues).toHaveLength(size.d);
        expect([...eigenvalues].sort((a, b) => b - a)).toEqual([...eigenvalues]);
        expect(eigenvalues[0]).toBeLessThanOrEqual(1 + 1e-11);
        expect(eigenvalues[size.d - 1]).toBeGreaterThanOrEqual(-1e-11);
      }),
      { numRuns: 25 },
    );
  });

  it('does not see a change of coordinates or units', async () => {
    const change = fc.record({ seed: fc.nat({ max: 999 }), scale: fc.constantFrom(1e-6, 0.3, 1, 1e6) });
    const { encoder, eigenvalues } = await jointEmbedding(moments, { k: 2, backend });
    await fc.assert(
      fc.asyncProperty(change, async ({ seed, scale }) => {
        const q = times(orthogonal(seed, 4), scale);
        const views = gaussianViews({ theta: symmetrised(product(q, theta, q.transpose())) });
        const turned = await viewMoments(product(inputs, q.transpose()), views, { backend: 'js' });
        const other = await jointEmbedding(turned, { k: 2, backend });
        expect(other.eigenvalues).toBeCloseToArray(eigenvalues, 1e-11);
        expect(subspaceDistanceSync(product(other.encoder, q), encoder).chordal).toBeLessThan(1e-10);
      }),
      { numRuns: 15 },
    );
  });

  it('gives with the top of the spectrum the prefix of what it gives with all of it', async () => {
    const large = await enumeratedProblem(5, { n: 40, d: 12 });
    for (const k of [1, 3, 12]) {
      const full = await jointEmbedding(large.moments, { k, backend });
      const top = await jointEmbedding(large.moments, { k, backend, spectrum: 'top' });
      expect(full.eigenvalues).toHaveLength(12);
      expect(top.eigenvalues).toBeCloseToArray(full.eigenvalues.subarray(0, k), 1e-12);
      expect(top.loss).toBeCloseTo(full.loss, 10);
      expect(subspaceDistanceSync(top.encoder, full.encoder).chordal).toBeLessThan(1e-9);
    }
  });

  it('reports eigenvalues of sampled moments as they are, outside of [0, 1] too', async () => {
    // An unbiased estimate of G may be indefinite.
    const sampled = new ViewMoments({
      count: 5,
      second: Matrix.diagonal([1, 1]),
      meanSecond: Matrix.diagonal([1.25, -0.5]),
      covariance: Matrix.diagonal([-0.25, 1.5]),
      inputCross: Matrix.identity(2),
      inputSecond: Matrix.identity(2),
      inputEnergy: 2,
      inputMean: new Float64Array(2),
      viewMean: new Float64Array(2),
    });
    const { eigenvalues, loss } = await jointEmbedding(sampled, { k: 2, backend });
    expect(eigenvalues).toBeCloseToArray([1.25, -0.5], 1e-15);
    expect(loss).toBeCloseTo(2.5, 14);
  });

  it.each<[string, object, string, string]>([
    ['no dimension', { k: undefined }, 'INVALID_ARGUMENT', 'k'],
    ['none at all', { k: 0 }, 'OUT_OF_RANGE', 'k'],
    ['more than there are', { k: 5 }, 'OUT_OF_RANGE', 'k'],
    ['part of one', { k: 1.5 }, 'INVALID_ARGUMENT', 'k'],
    ['another part of the spectrum', { spectrum: 3 }, 'INVALID_ARGUMENT', 'spectrum'],
    ['an infinite ridge', { ridge: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT', 'ridge'],
    ['a negative tolerance', { rankTolerance: -1 }, 'OUT_OF_RANGE', 'rankTolerance'],
    ['a misspelt option', { K: 1 }, 'UNKNOWN_OPTION', 'K'],
  ])('refuses %s', async (_, options, code, argument) => {
    const error = await failure(() => jointEmbedding(moments, { k: 2, ...options, backend } as never));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses what are no moments', async () => {
    const error = await failure(() => jointEmbedding({ ...moments } as ViewMoments, { k: 1, backend }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
  });

  it('rejects with the reason of an abort', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(jointEmbedding(moments, { k: 1, backend, signal })).rejects.toBe('enough');
  });
});
