import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import type { Covariance } from '../../src/views/covariance.js';
import { type GaussianOptions, gaussianViews } from '../../src/views/gaussian.js';
import type { InputMoments } from '../../src/views/view-process.js';
import { meanProduct, plus, product, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const x = normals(1, 40, 3);
const y = normals(2, 40, 2);
const ones = new Matrix(40, 1, new Float64Array(40).fill(1));
const input: InputMoments = {
  count: 40,
  second: meanProduct(x, x),
  mean: Float64Array.from(meanProduct(ones, x).data),
  targetInput: meanProduct(y, x),
  targetMean: Float64Array.from(meanProduct(ones, y).data),
};

const factor = normals(3, 3, 3);
const covariances: { covariance: Covariance; dense: Matrix }[] = [
  { covariance: 0.5, dense: Matrix.diagonal([0.5, 0.5, 0.5]) },
  { covariance: Float64Array.of(0, 1, 4), dense: Matrix.diagonal([0, 1, 4]) },
  { covariance: product(factor, factor.transpose()), dense: product(factor, factor.transpose()) },
];

describe('gaussianViews', () => {
  it('adds Θ + α²Γ to the second moment and leaves every mean alone', () => {
    const options = fc.record({
      theta: fc.constantFrom(...covariances),
      gamma: fc.constantFrom(...covariances),
      alpha: fc.constantFrom(0, 0.1, 1, 30),
    });
    fc.assert(
      fc.property(options, ({ theta, gamma, alpha }) => {
        const views = gaussianViews({ theta: theta.covariance, gamma: gamma.covariance, alpha });
        const expectation = views.expect(input);
        const covariance = plus(theta.dense, gamma.dense, alpha * alpha);
        const tolerance = 4 * Number.EPSILON * (1 + alpha * alpha) * 20;
        expect(expectation.covariance).toBeCloseToArray(covariance, tolerance);
        expect(expectation.second).toBeCloseToArray(plus(input.second, covariance), tolerance);
        expect(expectation.meanSecond).toEqual(input.second);
        expect(expectation.inputCross).toEqual(input.second);
        expect(expectation.targetCross).toEqual(input.targetInput);
        expect(expectation.mean).toEqual(input.mean);
      }),
    );
  });

  it('is the identity without options, and α is 1 unless given', () => {
    expect(gaussianViews().expect(input).second).toEqual(input.second);
    expect(gaussianViews({}).expect(input).covariance).toEqual(Matrix.zeros(3, 3));
    expect(gaussianViews({ gamma: 2 }).expect(input).covariance).toEqual(Matrix.diagonal([2, 2, 2]));
  });

  it('does not speak of targets where there are none', () => {
    const { targetInput, targetMean, ...alone } = input;
    expect(gaussianViews({ theta: 1 }).expect(alone)).not.toHaveProperty('targetCross');
  });

  it('does not change the moments it is given', () => {
    const copy = structuredClone([...input.second.data]);
    gaussianViews({ theta: 1, gamma: 2, alpha: 3 }).expect(input);
    expect([...input.second.data]).toEqual(copy);
  });

  it('names itself and its alignment', () => {
    expect(gaussianViews({ alpha: 2.5 }).name).toContain('2.5');
  });

  it.each<[string, unknown, string, string]>([
    ['a negative variance', { theta: -1 }, 'OUT_OF_RANGE', 'theta'],
    ['a negative variance of the data', { gamma: Float64Array.of(1, 1, -2) }, 'OUT_OF_RANGE', 'gamma[2]'],
    ['a negative alignment', { alpha: -0.1 }, 'OUT_OF_RANGE', 'alpha'],
    ['an alignment that is no number', { alpha: '1' }, 'INVALID_ARGUMENT', 'alpha'],
    ['an infinite alignment', { alpha: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT', 'alpha'],
    [
      'an asymmetric matrix',
      {
        theta: Matrix.from([
          [1, 1],
          [0, 1],
        ]),
      },
      'NOT_SYMMETRIC',
      'theta',
    ],
    ['an indefinite matrix', { gamma: Matrix.diagonal([1, -1]) }, 'NOT_POSITIVE_DEFINITE', 'gamma'],
    ['a misspelt option', { aplha: 1 }, 'UNKNOWN_OPTION', 'aplha'],
    ['null', null, 'INVALID_ARGUMENT', 'options'],
    ['a number', 3, 'INVALID_ARGUMENT', 'options'],
  ])('refuses %s at once', async (_, options, code, argument) => {
    expect(await failure(() => gaussianViews(options as GaussianOptions))).toMatchObject({ code, argument });
  });

  it('refuses covariances of another dimension once it meets the data', async () => {
    for (const options of [
      { theta: new Float64Array(2) },
      { gamma: Matrix.identity(4) },
      { theta: Matrix.identity(1) },
    ]) {
      const error = await failure(() => gaussianViews(options).expect(input));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: Object.keys(options)[0] });
    }
  });

  it('says when the covariance overflows, zero variances or not', async () => {
    for (const gamma of [Float64Array.of(0, 0, 1), Float64Array.of(0, 0, 0)]) {
      const error = await failure(() => gaussianViews({ gamma, alpha: 1e200 }).expect(input));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'alpha' });
    }
    const large = gaussianViews({ gamma: 1e300, alpha: 1e10 });
    expect(await failure(() => large.expect(input))).toMatchObject({ code: 'OUT_OF_RANGE' });
    const { covariance } = gaussianViews({ gamma: 1e-200, alpha: 1e100 }).expect(input);
    expect(covariance).toBeCloseToArray(times(Matrix.identity(3), 1), 1e-14);
  });
});
