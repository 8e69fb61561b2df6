import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { scaleViews } from '../../src/moments/view-scales.js';
import { affineViews } from '../../src/views/affine.js';
import { composeViews } from '../../src/views/compose.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { plus, times } from '../support/algebra.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const row = (...numbers: number[]) => new Matrix(1, numbers.length, Float64Array.from(numbers));

describe('scaleViews', () => {
  it('brings the largest number of each kind to between ½ and 1 by a power of two', () => {
    const positive = fc.double({ min: 1e-150, max: 1e150, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (a, b, c) => {
        const { inputs, targets, views } = scaleViews(row(a, -a / 3), row(-b), row(c / 2, c)).scales;
        for (const [scale, most] of [
          [inputs, a],
          [targets, b],
          [views, c],
        ] as const) {
          expect(Number.isInteger(Math.log2(scale))).toBe(true);
          expect(scale * most).toBeGreaterThanOrEqual(0.5);
          expect(scale * most).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('is content with nothing, and with what is not finite', () => {
    expect(scaleViews(row(0, 0), undefined, row(0)).scales).toEqual({ inputs: 1, targets: 1, views: 1 });
    // Views of a blank first sample say nothing of those of others.
    expect(scaleViews(Matrix.from([[0], [1024]]), undefined, row(0)).scales).toMatchObject({ views: 2 ** -10 });
    expect(scaleViews(row(Number.NaN, 1), row(Number.POSITIVE_INFINITY), row(Number.NaN, 1))).toEqual({
      shifted: false,
      scales: { inputs: 1, targets: 1, views: 1 },
    });
  });

  it('shifts views that are nearer to their sample than to 0, in the mean', () => {
    const shifted = (x: number[], ...views: number[][]) => scaleViews(row(...x), undefined, Matrix.from(views)).shifted;
    expect(shifted([3, 4], [3, 4])).toBe(true);
    expect(shifted([3, 4], [13, 4], [-7, 4])).toBe(true);
    expect(shifted([3, 4], [1.6, 2.1])).toBe(true);
    expect(shifted([3, 4], [1.4, 1.9])).toBe(false);
    expect(shifted([3, 4], [-3, -4])).toBe(false);
    expect(shifted([3, 4], [3, 4, 0])).toBe(false);
    expect(shifted([0, 0], [1, 0])).toBe(false);
  });
});

const d = 5;
const x = plus(normals(1, 60, d), new Matrix(60, d, new Float64Array(60 * d).fill(1)));
const y = normals(2, 60, 2);
const fields = ['second', 'meanSecond', 'covariance', 'inputCross', 'targetCross'] as const;

/** ‖a − b‖/‖b‖ of each field, for numbers of any size. */
function relativeErrors(a: ViewMoments, b: ViewMoments): number[] {
  return fields.map((field) => {
    const [p, q] = [a[field] as Matrix, b[field] as Matrix];
    const most = Math.max(...q.data.map(Math.abs));
    const norm = (m: Matrix) => Math.hypot(...times(m, 1 / most).data);
    return norm(plus(p, q, -1)) / norm(q);
  });
}

const scaled = (factor: number) => {
  const matrix = times(Matrix.identity(d), factor);
  return composeViews([gaussianViews({ theta: 0.2 }), affineViews([{ matrix }])]);
};

describe('moments of drawn views have the digits of single precision', () => {
  // Sums in doubles of the same views, drawn to 1e-6. Without a fitting scale nothing would be right, and without the right
  // shift, errors would be those of the samples.
  const TOLERANCE = 1e-5;

  it.each([1 / 255, 1e-4, 1e-25, 1e4, 1e25])('where views are of %d times the size of samples', async (factor) => {
    const options = { target: y, samples: 3, seed: 1 };
    const [native, js] = await Promise.all([
      viewMoments(x, scaled(factor), { ...options, backend: 'native' }),
      viewMoments(x, scaled(factor), { ...options, backend: 'js' }),
    ]);
    for (const error of relativeErrors(native, js)) expect(error).toBeLessThan(TOLERANCE);
  });

  it.each([1e-150, 1e-50, 1e-20, 1e20, 1e50, 1e140])('where samples, or targets, are of size %d', async (size) => {
    const views = gaussianViews({ theta: 0.2 * size * size });
    for (const [data, process, target] of [
      [times(x, size), views, y],
      [x, gaussianViews({ theta: 0.2 }), times(y, size)],
    ] as const) {
      const options = { target, samples: 3, seed: 1 };
      const [native, js] = await Promise.all([
        viewMoments(data, process, { ...options, backend: 'native' }),
        viewMoments(data, process, { ...options, backend: 'js' }),
      ]);
      for (const error of relativeErrors(native, js)) expect(error).toBeLessThan(TOLERANCE);
    }
  });
});
