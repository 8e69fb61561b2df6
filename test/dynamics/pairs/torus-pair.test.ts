import { describe, expect, it } from 'vitest';
import { canonicalFunctionsSync } from '../../../src/dynamics/canonical-functions.js';
import { type TorusPairOptions, torusPair } from '../../../src/dynamics/pairs/torus-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { STREAMS, uniform } from '../../../src/runtime/random.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import fc from '../../support/properties.js';
import { column, dictionaryAt, expectGram, expectTruth, weightedProduct } from './expectations.js';

/** All points of an equidistant grid, `per` along each dimension. */
function grid(per: number, dimensions: number): Matrix {
  const points = new Matrix(per ** dimensions, dimensions);
  for (let i = 0; i < points.rows; i++) {
    for (let j = 0, rest = i; j < dimensions; j++, rest = Math.floor(rest / per)) {
      points.data[i * dimensions + j] = (2 * Math.PI * (rest % per)) / per;
    }
  }
  return points;
}

const shiftPoints = fc.array(fc.double({ min: -7, max: 7, noNaN: true }), { minLength: 1, maxLength: 5 });

describe('torusPair', () => {
  it.each([
    [{ degree: 3, shift: { gaussian: 0.4 } }],
    [{ degree: 3, shift: { gaussian: 0.4 }, centered: true }],
    [{ degree: 2, dimensions: 2, shift: { uniform: [0.3, 1] } }],
    [
      {
        degree: 1,
        dimensions: 3,
        shift: {
          points: Matrix.from([
            [1, 2, 3],
            [0, 1, 0],
          ]),
        },
      },
    ],
  ] as [TorusPairOptions][])('has orthonormal functions of all half-space frequencies %#', (options) => {
    const pair = torusPair(options);
    const { degree, dimensions = 1, centered = false } = options;
    const points = grid(2 * degree + 1, dimensions);
    const f = dictionaryAt(pair, points);
    expect(f.cols).toBe((2 * degree + 1) ** dimensions - (centered ? 1 : 0));
    const equal = new Float64Array(points.rows).fill(1 / points.rows);
    expect(weightedProduct(f, f, equal)).toBeCloseToArray(Matrix.identity(f.cols), 1e-12);
  });

  it('has the gram of its shift, by enumerating the shift', () => {
    fc.assert(
      fc.property(shiftPoints, shiftPoints, (first, second) => {
        const shifts = first.map((x, i) => [x, second[i % second.length] as number]);
        const weights = shifts.map((_, i) => 1 + i);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const pair = torusPair({ degree: 2, dimensions: 2, shift: { points: Matrix.from(shifts), weights } });
        const x = grid(5, 2);
        const equal = new Float64Array(x.rows).fill(1 / x.rows);
        const f = dictionaryAt(pair, x);
        const expected = new Float64Array(pair.gram.data.length);
        shifts.forEach((shift, s) => {
          const y = new Matrix(
            x.rows,
            2,
            Float64Array.from(x.data, (value, i) => value + (shift[i % 2] as number)),
          );
          const part = weightedProduct(f, dictionaryAt(pair, y, 'y'), equal);
          part.data.forEach((value, i) => {
            (expected[i] as number) += (value * (weights[s] as number)) / total;
          });
        });
        expect(pair.gram).toBeCloseToArray(expected, 1e-12);
        expectTruth(pair);
        const { correlations } = canonicalFunctionsSync(pair, { k: pair.gram.rows });
        expect(correlations).toBeCloseToArray(pair.truth?.correlations ?? [], 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('has the characteristic function of the normal and of the uniform distribution', () => {
    const gaussian = torusPair({ degree: 2, shift: { gaussian: 0.5 } });
    const g = [0.125, 0.5].map((exponent) => Math.exp(-exponent));
    expect(gaussian.exchangeable).toBe(true);
    expect(gaussian.gram).toBeCloseToArray(Matrix.diagonal([1, g[0], g[0], g[1], g[1]] as number[]), 1e-15);
    // sin(2·2)/(2·2) is negative.
    const uniformly = torusPair({ degree: 2, shift: { uniform: 2 }, centered: true });
    const u = [Math.sin(2) / 2, Math.sin(4) / 4] as [number, number];
    expect(uniformly.exchangeable).toBe(true);
    expect(uniformly.truth?.correlations).toBeCloseToArray([u[0], u[0], u[1], u[1]], 1e-15);
    expectTruth(uniformly);
    expect(torusPair({ degree: 1, shift: { uniform: 0 } }).gram).toEqual(Matrix.identity(3));
  });

  it('is exchangeable where the shift is symmetric', () => {
    const at = (points: number[], weights?: number[]) =>
      torusPair({ degree: 5, shift: { points, ...(weights && { weights }) } });
    expect(at([0.7, -0.7]).exchangeable).toBe(true);
    // On the torus, 5 and −5 + 4π alike.
    expect(at([5, 4 * Math.PI - 5]).exchangeable).toBe(true);
    expect(at([0.7, -0.7], [1, 2]).exchangeable).toBe(false);
    expect(at([0.7]).exchangeable).toBe(false);
    expect(at([0.7]).truth?.correlations).toBeCloseToArray(new Array(11).fill(1), 1e-15);
    expect(at([Math.PI]).truth?.correlations).toBeCloseToArray([1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1], 1e-14);
  });

  it('agrees with drawn points', () => {
    const n = 20_000;
    const u = uniform(5, 0, STREAMS.start, new Float64Array(n));
    const v = uniform(5, 1, STREAMS.start, new Float64Array(n));
    const x = column(u.map((value) => 2 * Math.PI * value));
    const moved = (delta: (i: number) => number) => column(x.data.map((value, i) => value + delta(i)));
    const z = normals(6, n, 1);
    expectGram(
      torusPair({ degree: 3, shift: { gaussian: 0.6 } }),
      x,
      moved((i) => 0.6 * (z.data[i] as number)),
    );
    expectGram(
      torusPair({ degree: 3, shift: { uniform: 1.1 } }),
      x,
      moved((i) => 1.1 * (2 * (v[i] as number) - 1)),
    );
    const skew = { points: [0.3, 1.9], weights: [3, 1] };
    expectGram(
      torusPair({ degree: 3, shift: skew, centered: true }),
      x,
      moved((i) => ((v[i] as number) < 0.75 ? 0.3 : 1.9)),
    );
  });

  it('names its functions', () => {
    expect(torusPair({ degree: 2, shift: { gaussian: 1 } }).labels).toEqual([
      '1',
      'cos(x)',
      'sin(x)',
      'cos(2x)',
      'sin(2x)',
    ]);
    const { labels } = torusPair({ degree: 2, dimensions: 2, shift: { gaussian: 1 }, centered: true });
    expect(labels).toContain('cos(x1 − 2x2)');
    expect(labels).toContain('sin(2x1 + x2)');
    expect(new Set(labels).size).toBe(24);
  });

  it.each([
    ['TOO_LARGE', { degree: 2048, shift: { gaussian: 1 } }],
    ['TOO_LARGE', { degree: 1, dimensions: 8, shift: { gaussian: 1 } }],
    ['OUT_OF_RANGE', { degree: -1, shift: { gaussian: 1 } }],
    ['OUT_OF_RANGE', { degree: 0, dimensions: 1e9, shift: { gaussian: 1 } }],
    ['OUT_OF_RANGE', { degree: 1, shift: { gaussian: -1 } }],
    ['OUT_OF_RANGE', { degree: 1, shift: { points: [1e9] } }],
    ['OUT_OF_RANGE', { degree: 1, shift: { points: [1, 2], weights: [0, 0] } }],
    ['OUT_OF_RANGE', { degree: 1, shift: { points: [1, 2], weights: [2, -1] } }],
    ['SHAPE_MISMATCH', { degree: 1, shift: { points: [1, 2], weights: [1] } }],
    ['SHAPE_MISMATCH', { degree: 1, dimensions: 2, shift: { points: [1, 2] } }],
    ['SHAPE_MISMATCH', { degree: 1, dimensions: 2, shift: { uniform: [1, 2, 3] } }],
    ['INVALID_ARGUMENT', { degree: 1, shift: { gaussian: 1, uniform: 2 } }],
    ['INVALID_ARGUMENT', { degree: 1, shift: { gaussian: 'wide' } }],
    ['INVALID_ARGUMENT', { degree: 1, shift: 0.5 }],
    ['INVALID_ARGUMENT', { degree: 1 }],
    ['NOT_FINITE', { degree: 1, shift: { points: [Number.NaN] } }],
    ['UNKNOWN_OPTION', { degree: 1, shift: { gaussian: 1, weights: [1] } }],
    ['UNKNOWN_OPTION', { degree: 1, shift: { gaussian: 1 }, rho: 1 }],
    ['EMPTY', { degree: 1, shift: { points: [] } }],
    ['EMPTY', { degree: 0, shift: { gaussian: 1 }, centered: true }],
  ])('refuses: %s %#', async (code, options) => {
    expect((await failure(() => torusPair(options as unknown as TorusPairOptions))).code).toBe(code);
  });
});
