import { describe, expect, it } from 'vitest';
import { canonicalFunctionsSync } from '../../../src/dynamics/canonical-functions.js';
import { discretePair } from '../../../src/dynamics/pairs/discrete-pair.js';
import { latentPair } from '../../../src/dynamics/pairs/latent-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import fc from '../../support/properties.js';

/** L×m rows of probabilities. */
const emissions = (latents: number, m: number) =>
  fc
    .array(
      fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: m, maxLength: m }).map((row) => {
        const sum = row.reduce((total, p) => total + p, 0);
        return row.map((p) => p / sum);
      }),
      { minLength: latents, maxLength: latents },
    )
    .map((rows) => Matrix.from(rows));

describe('latentPair', () => {
  it('is the discrete pair of its table', () => {
    fc.assert(
      fc.property(emissions(3, 4), emissions(3, 5), fc.boolean(), (x, y, centered) => {
        const weights = [0.2, 0.5, 0.3];
        const table = product(x.transpose(), Matrix.diagonal(weights), y);
        const pair = latentPair({ weights, x, y, centered });
        const expected = discretePair(table, { centered });
        expect(pair.gram).toBeCloseToArray(expected.gram, 1e-12);
        expect(pair.exchangeable).toBe(false);
      }),
    );
  });

  it('of one emission is exchangeable, positive semi-definite, of rank at most L', () => {
    fc.assert(
      fc.property(emissions(2, 5), (x) => {
        const pair = latentPair({ weights: [0.6, 0.4], x });
        expect(pair.exchangeable).toBe(true);
        const { correlations } = canonicalFunctionsSync(pair, { k: 5 });
        expect(correlations[0]).toBeCloseTo(1, 12);
        expect(correlations[1]).toBeGreaterThan(-1e-12);
        expect(correlations.subarray(2)).toBeCloseToArray([0, 0, 0], 1e-12);
      }),
    );
  });

  it('of two symmetric channels has the product of their correlations', () => {
    const channel = (error: number) =>
      Matrix.from([
        [1 - error, error],
        [error, 1 - error],
      ]);
    const pair = latentPair({ weights: [0.5, 0.5], x: channel(0.1), y: channel(0.2), centered: true });
    expect(canonicalFunctionsSync(pair, { k: 1 }).correlations).toBeCloseToArray([0.8 * 0.6], 1e-12);
  });

  it.each([
    ['OUT_OF_RANGE', { weights: [0.5, 0.4], x: Matrix.identity(2) }, /weights/],
    ['OUT_OF_RANGE', { weights: [1], x: Matrix.from([[0.5, 0.4]]) }, /x\.row\(0\)/],
    ['OUT_OF_RANGE', { weights: [1, 0], x: Matrix.identity(2) }, /row 1/],
    ['SHAPE_MISMATCH', { weights: [1], x: Matrix.identity(2) }, /1 row/],
    ['SHAPE_MISMATCH', { weights: [0.5, 0.5], x: Matrix.identity(2), y: Matrix.identity(3) }, /y/],
    ['NOT_FINITE', { weights: [Number.NaN, 1], x: Matrix.identity(2) }, /weights/],
    ['INVALID_ARGUMENT', { x: Matrix.identity(2) }, /weights/],
    ['INVALID_ARGUMENT', undefined, /weights/],
    ['UNKNOWN_OPTION', { weights: [1], x: Matrix.identity(1), z: 1 }, /z/],
  ])('refuses: %s %#', async (code, options, words) => {
    const error = await failure(() => latentPair(options as Parameters<typeof latentPair>[0]));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});
