import { describe, expect, it } from 'vitest';
import { cca } from '../../../src/closed-form/cca.js';
import { canonicalFunctions } from '../../../src/dynamics/canonical-functions.js';
import { type MomentsPairOptions, momentsPair } from '../../../src/dynamics/pairs/moments-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { viewMoments } from '../../../src/moments/collect.js';
import { ViewMoments } from '../../../src/moments/view-moments.js';
import { gaussianViews } from '../../../src/views/gaussian.js';
import { maskViews } from '../../../src/views/mask.js';
import { meanProduct, plus, product, times } from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';

const data = plus(product(normals(1, 200, 3), normals(2, 3, 5)), new Matrix(200, 5, new Float64Array(1000).fill(0.7)));
const moments = await viewMoments(data, maskViews({ keep: 0.7 }));
const zero = await viewMoments(new Matrix(4, 2), maskViews({ keep: 0.5 }));

describe.each(BACKENDS)('momentsPair on %s', (backend) => {
  it.each([false, true])('has the correlations of cca, centered %s', async (centered) => {
    const pair = await momentsPair(moments, { centered, backend });
    const mean = new Matrix(1, 5, moments.viewMean);
    const outer = product(mean.transpose(), mean);
    const about = (second: Matrix) => (centered ? plus(second, outer, -1) : second);
    const second = about(moments.second);
    const expected = await cca({ xx: second, yy: second, xy: about(moments.meanSecond) }, { k: 5 });
    const { correlations, functions } = await canonicalFunctions(pair, { k: 5, backend });
    expect(correlations).toBeCloseToArray(expected.correlations, 1e-12);
    expect([pair.exchangeable, pair.centered]).toEqual([true, centered]);
    const encoder = pair.encoder?.(functions) as Matrix;
    expect(product(encoder, second, encoder.transpose())).toBeCloseToArray(Matrix.identity(5), 1e-11);
    const ones = new Matrix(200, 1, new Float64Array(200).fill(1));
    const shifted = centered ? plus(data, product(ones, mean), -1) : data;
    expect(pair.evaluate(functions, data)).toBeCloseToArray(product(shifted, encoder.transpose()), 1e-12);
  });

  it('drops the directions the views do not have', async () => {
    const flat = await viewMoments(product(normals(1, 50, 2), normals(2, 2, 6)), gaussianViews({ theta: 0 }));
    const pair = await momentsPair(flat, { backend });
    // Without augmentation, views are equal.
    expect(pair.gram).toBeCloseToArray(Matrix.identity(2), 1e-9);
    expect(pair.encoder?.(Matrix.identity(2))).toMatchObject({ rows: 2, cols: 6 });
  });

  it('shrinks with a ridge as cca does', async () => {
    const pair = await momentsPair(moments, { ridge: 0.5, backend });
    const { second, meanSecond } = moments;
    const { correlations } = await canonicalFunctions(pair, { k: 5, backend });
    const expected = await cca({ xx: second, yy: second, xy: meanSecond }, { k: 5, ridge: 0.5 });
    expect(correlations).toBeCloseToArray(expected.correlations, 1e-12);
  });
});

describe('momentsPair', () => {
  it('agrees with drawn views', async () => {
    const one = new Matrix(1, 2, Float64Array.of(1, 2));
    const two = await momentsPair(await viewMoments(one, gaussianViews({ theta: 0.5 })));
    const n = 20_000;
    const view = (seed: number) =>
      plus(product(new Matrix(n, 1, new Float64Array(n).fill(1)), one), times(normals(seed, n, 2), Math.SQRT1_2));
    const f = two.evaluate(Matrix.identity(2), view(1));
    const g = two.evaluate(Matrix.identity(2), view(2), 'y');
    // Second moments of order one over 20 000 draws: 0.05 is five standard errors.
    expect(meanProduct(f, g)).toBeCloseToArray(two.gram, 0.05);
    expect(meanProduct(f, f)).toBeCloseToArray(Matrix.identity(2), 0.05);
  });

  it.each([
    ['INVALID_ARGUMENT', { second: 1 }, {}, /viewMoments/],
    ['UNKNOWN_OPTION', moments, { k: 2 }, /k/],
    ['OUT_OF_RANGE', moments, { ridge: -1 }, /ridge/],
    ['INVALID_ARGUMENT', moments, { centered: 1 }, /centered/],
    ['SINGULAR', zero, {}, /vanish/],
    [
      'NOT_FINITE',
      new ViewMoments({ ...moments, meanSecond: times(moments.meanSecond, Number.NaN) }),
      {},
      /meanSecond/,
    ],
  ])('refuses: %s %#', async (code, of, options, words) => {
    const error = await failure(() => momentsPair(of as ViewMoments, options as MomentsPairOptions));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});
