import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { native } from '../../src/backends/native/index.js';
import type { ViewStep } from '../../src/backends/views.js';
import { Matrix } from '../../src/matrix/matrix.js';
import type { Covariance } from '../../src/views/covariance.js';
import { expectViews, type InputMoments } from '../../src/views/expect.js';
import { type GaussianOptions, gaussianViews } from '../../src/views/gaussian.js';
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

const expected = (options?: GaussianOptions, moments = input) =>
  expectViews(gaussianViews(options), moments, js.linalg);

const factor = normals(3, 3, 3);
const covariances: { covariance: Covariance; dense: Matrix }[] = [
  { covariance: 0.5, dense: Matrix.diagonal([0.5, 0.5, 0.5]) },
  { covariance: Float64Array.of(0, 1, 4), dense: Matrix.diagonal([0, 1, 4]) },
  { covariance: product(factor, factor.transpose()), dense: product(factor, factor.transpose()) },
];

describe('gaussianViews', () => {
  it('adds Θ + α²Γ to the second moment and leaves every mean alone', async () => {
    const options = fc.record({
      theta: fc.constantFrom(...covariances),
      gamma: fc.constantFrom(...covariances),
      alpha: fc.constantFrom(0, 0.1, 1, 30),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({ theta, gamma, alpha }) => {
        const expectation = await expected({ theta: theta.covariance, gamma: gamma.covariance, alpha });
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

  it('is the identity without options, and α is 1 unless given', async () => {
    expect((await expected()).second).toEqual(input.second);
    expect((await expected({})).covariance).toEqual(Matrix.zeros(3, 3));
    expect((await expected({ gamma: 2 })).covariance).toEqual(Matrix.diagonal([2, 2, 2]));
  });

  it('does not speak of targets where there are none', async () => {
    const { targetInput, targetMean, ...alone } = input;
    expect(await expected({ theta: 1 }, alone)).not.toHaveProperty('targetCross');
  });

  it('does not change the moments it is given', async () => {
    const copy = structuredClone([...input.second.data]);
    await expected({ theta: 1, gamma: 2, alpha: 3 });
    expect([...input.second.data]).toEqual(copy);
  });

  it('gives its covariance in a dimension', () => {
    const views = gaussianViews({ theta: 1, gamma: 4, alpha: 0.5 });
    expect(views.covariance(2)).toEqual(Matrix.diagonal([2, 2]));
    expect(views.covariance(1)).toEqual(Matrix.diagonal([2]));
    expect(views.dimensions).toBeUndefined();
  });

  it('can be scaled, again and again', async () => {
    const views = gaussianViews({ theta: 1, gamma: Float64Array.of(0, 1, 2), alpha: 2 });
    const scaled = views.scaled(0.5).scaled(6);
    expect(scaled.covariance(3)).toBeCloseToArray(times(views.covariance(3), 9), 1e-14);
    expect((await expectViews(scaled, input, js.linalg)).covariance).toEqual(scaled.covariance(3));
    expect(await scaled.step(3, js.linalg)).toEqual({
      kind: 'noise',
      numbers: Float64Array.of(9, 45, 81).map(Math.sqrt),
    });
    expect(views.scaled(0).covariance(3)).toEqual(Matrix.zeros(3, 3));
    const error = await failure(() => views.scaled(1e200).covariance(3));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'alpha' });
  });

  it('draws by standard deviations where it is given variances, by a root of Σ where a matrix is', async () => {
    const variances = gaussianViews({ theta: 3, gamma: Float64Array.of(0, 1.5), alpha: 2 });
    expect(await variances.step(2, js.linalg)).toEqual({ kind: 'noise', numbers: Float64Array.of(Math.sqrt(3), 3) });
    for (const options of [{ theta: new Float64Array(2) }, { gamma: Matrix.identity(4) }]) {
      const error = await failure(() => gaussianViews(options).step(3, js.linalg));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: Object.keys(options)[0] });
    }
    for (const gamma of [1, Float64Array.of(0, 0, 1), Matrix.identity(3)]) {
      const error = await failure(() => gaussianViews({ gamma, alpha: 1e200 }).step(3, js.linalg));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'alpha' });
    }
    const theta = product(factor, factor.transpose());
    for (const { linalg } of [js, native()]) {
      const step = (await gaussianViews({ theta, gamma: 1 }).step(3, linalg)) as ViewStep;
      expect(step.kind).toBe('correlatedNoise');
      const root = new Matrix(3, 3, step.numbers);
      expect(product(root, root.transpose())).toBeCloseToArray(plus(theta, Matrix.identity(3)), 1e-13);
    }
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
      const error = await failure(() => expected(options));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: Object.keys(options)[0] });
    }
  });

  it('says when the covariance overflows, zero variances or not', async () => {
    for (const gamma of [Float64Array.of(0, 0, 1), Float64Array.of(0, 0, 0)]) {
      const error = await failure(() => expected({ gamma, alpha: 1e200 }));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'alpha' });
    }
    expect(await failure(() => expected({ gamma: 1e300, alpha: 1e10 }))).toMatchObject({ code: 'OUT_OF_RANGE' });
    const { covariance } = await expected({ gamma: 1e-200, alpha: 1e100 });
    expect(covariance).toBeCloseToArray(times(Matrix.identity(3), 1), 1e-14);
  });
});
