import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { eigh } from '../../src/linalg/eigh.js';
import { jointEmbeddingObjective } from '../../src/losses/joint-embedding-objective.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { maskViews } from '../../src/views/mask.js';
import { energy, firstRows, plus, product, solved, symmetrised, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem, expectedDisagreement } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectSameLoss } from './cases.js';

const problem = await enumeratedProblem(3);
const { moments, inputs } = problem;
const encoder = normals(1, 2, 4);
const identity = Matrix.identity(2);

/** W (M + ridge·I) Wᵀ. */
const within = (w: Matrix, m: Matrix, ridge: number) =>
  symmetrised(product(w, plus(m, Matrix.identity(4), ridge), w.transpose()));

describe.each(BACKENDS)('jointEmbeddingObjective on %s', (backend) => {
  it.each([0, 0.7])('is the mean over enumerated pairs of views of the white encoder, ridge %d', async (ridge) => {
    const { loss, parts, residual, difference } = await jointEmbeddingObjective(moments, { encoder, ridge, backend });
    expect(difference / expectedDisagreement(problem, encoder)).toBeCloseTo(1, 12);
    const k = within(encoder, moments.second, ridge);
    expect(residual / Math.sqrt(energy(plus(k, identity, -1)))).toBeCloseTo(1, 13);
    // Of Gram–Schmidt in the inner product of S + ridge·I, whose row space is the same.
    const white = orthonormal(encoder, plus(moments.second, Matrix.identity(4), ridge));
    expect(parts.invariance / expectedDisagreement(problem, white)).toBeCloseTo(1, 11);
    expect(parts.penalty / energy(white)).toBeCloseTo(1, 12);
    expect(loss / (parts.invariance + 2 * ridge * parts.penalty)).toBeCloseTo(1, 14);
    const again = await jointEmbeddingObjective(moments, { encoder: white, ridge, backend });
    expect(again.residual).toBeLessThan(1e-13);
    expect(again.parts.invariance / again.difference).toBeCloseTo(1, 12);
  });

  it.each([0, 0.7])('has a gradient that central differences confirm, ridge %d', async (ridge) => {
    await expectDifferences(
      ([w]) => jointEmbeddingObjective(moments, { encoder: w as Matrix, ridge, backend }),
      [encoder],
    );
  });

  it.each([0, 0.7])('is least at the closed form, and flat there, ridge %d', async (ridge) => {
    const best = await jointEmbedding(moments, { k: 2, ridge, backend });
    const least = await jointEmbeddingObjective(moments, { encoder: best.encoder, ridge, backend });
    expect(least.parts.invariance).toBeCloseTo(best.loss, 12);
    expect(least.difference).toBeCloseTo(best.loss, 12);
    expect(least.residual).toBeLessThan(1e-12);
    const size = Math.sqrt(energy(moments.second));
    expect(least.gradients[0] as Matrix).toBeCloseToArray(new Float64Array(8), 1e-12 * size);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.double({ min: 1e-3, max: 3, noNaN: true }), async (seed, by) => {
        const other = plus(best.encoder, normals(seed, 2, 4), by);
        const { loss } = await jointEmbeddingObjective(moments, { encoder: other, ridge, backend });
        expect(loss).toBeGreaterThan(least.loss - 1e-13);
      }),
      { numRuns: 15 },
    );
  });

  it('sees the row space alone, and has no slope along maps of it', async () => {
    const base = await jointEmbeddingObjective(moments, { encoder, backend });
    const map = normals(5, 2, 2);
    const found = await jointEmbeddingObjective(moments, { encoder: product(map, encoder), backend });
    expectSameLoss(found, { ...base, gradients: [solved(map.transpose(), base.gradients[0] as Matrix)] }, 1e-11);
    const along = product(base.gradients[0] as Matrix, encoder.transpose());
    expect(along).toBeCloseToArray(new Float64Array(4), 1e-13);
  });

  it('has the Lagrangian’s gradient where the constraint is met', async () => {
    const white = orthonormal(encoder, moments.second);
    const { gradients } = await jointEmbeddingObjective(moments, { encoder: white, backend });
    const multipliers = times(within(white, moments.covariance, 0), 2);
    const own = times(product(white, moments.covariance), 4);
    const expected = plus(own, product(multipliers, white, moments.second), -2);
    expect(gradients[0] as Matrix).toBeCloseToArray(expected, 1e-12 * Math.sqrt(energy(own)));
    expect(trace(multipliers)).toBeGreaterThan(0);
  });

  it('does not mind encoders and data in other units', async () => {
    // Masking commutes with scaling columns, so that moments of data in other units are D S D.
    const mask = maskViews({ keep: 0.6 });
    const plain = await viewMoments(inputs, mask, { backend });
    for (const factors of [
      [1e4, 1, 1e-4, 1],
      [1e8, 1e-9, 1, 1e-8],
    ]) {
      const other = await viewMoments(product(inputs, Matrix.diagonal(factors)), mask, { backend });
      const three = firstRows(Matrix.identity(4), 3);
      const base = await jointEmbeddingObjective(plain, { encoder: three, backend });
      const found = await jointEmbeddingObjective(other, { encoder: three, backend });
      expect(found.loss / base.loss).toBeCloseTo(1, 12);
      // Of f(W; D S D) = f(D₃⁻¹ W D; S), D₃ the first three units.
      const own = Matrix.diagonal(factors.slice(0, 3));
      const inverse = Matrix.diagonal(factors.map((factor) => 1 / factor));
      const gradient = product(own, found.gradients[0] as Matrix, inverse);
      expect(gradient).toBeCloseToArray(base.gradients[0] as Matrix, 1e-11 * base.loss);
      expect(energy(base.gradients[0] as Matrix)).toBeGreaterThan(1e-3);
      const rows = await jointEmbeddingObjective(plain, { encoder: product(own, three), backend });
      expect(rows.loss / base.loss).toBeCloseTo(1, 12);
    }
  });

  it('does not take rounding for a direction that views reach', async () => {
    const low = product(normals(1, 30, 2), normals(2, 2, 4));
    const seen = await viewMoments(low, gaussianViews(), { backend });
    const { vectors } = await eigh(seen.second);
    const unseen = Matrix.from([0, 3].map((j) => Array.from({ length: 4 }, (_, i) => vectors.get(i, j))));
    const error = await failure(() => jointEmbeddingObjective(seen, { encoder: unseen, backend }));
    expect(error).toMatchObject({ code: 'SINGULAR', argument: 'encoder', direction: Float64Array.of(0, 1) });
  });

  it('refuses encoders whose embeddings cannot be white', async () => {
    const refusal = (given: unknown, options = {}) =>
      failure(() => jointEmbeddingObjective(moments, { encoder: given as Matrix, backend, ...options }));
    const row = Array.from(encoder.row(0));
    const twice = Matrix.from([row, row]);
    const singular = { code: 'SINGULAR', argument: 'encoder', direction: expect.any(Float64Array) };
    expect(await refusal(twice)).toMatchObject(singular);
    expect(await refusal(Matrix.zeros(2, 4), { ridge: 1 })).toMatchObject({ code: 'SINGULAR' });
    expect(await refusal(normals(1, 5, 4))).toMatchObject({ code: 'SINGULAR' });
    const narrow = { code: 'SHAPE_MISMATCH', argument: 'encoder' };
    expect(await refusal(normals(1, 2, 3))).toMatchObject(narrow);
    expect(await refusal(undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'encoder' });
    expect(await refusal(encoder, { ridge: -1 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'ridge' });
    const huge = await refusal(times(encoder, 1e200));
    expect(huge).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'encoder' });
    expect(huge.message).toMatch(/^jointEmbeddingObjective: .* overflows/);
    const error = await failure(() => jointEmbeddingObjective(inputs as never, { encoder, backend }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
  });
});

/** Rows W₀ of the row space of W with W₀ M W₀ᵀ = I. */
function orthonormal(w: Matrix, m: Matrix): Matrix {
  const rows: Matrix[] = [];
  for (let i = 0; i < w.rows; i++) {
    let row = new Matrix(1, w.cols, w.data.slice(i * w.cols, (i + 1) * w.cols));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) row = plus(row, other, -product(row, m, other.transpose()).get(0, 0));
    }
    rows.push(times(row, 1 / Math.sqrt(product(row, m, row.transpose()).get(0, 0))));
  }
  return Matrix.from(rows.map((row) => Array.from(row.data)));
}
