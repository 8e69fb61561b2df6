import { describe, expect, it } from 'vitest';
import { canonicalFunctionsSync } from '../../../src/dynamics/canonical-functions.js';
import { gaussianPair } from '../../../src/dynamics/pairs/gaussian-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import fc from '../../support/properties.js';
import { column, dictionaryAt, expectGram, expectTruth, normalQuadrature, weightedProduct } from './expectations.js';

const correlation = fc.double({ min: -0.999, max: 0.999, noNaN: true });

describe('gaussianPair', () => {
  it('has orthonormal functions, the constant first', () => {
    const { points, weights } = normalQuadrature();
    for (const centered of [false, true]) {
      const f = dictionaryAt(gaussianPair({ rho: 0.3, degree: 12, centered }), points);
      expect(weightedProduct(f, f, weights)).toBeCloseToArray(Matrix.identity(f.cols), 1e-12);
      const ones = column(points.data.map(() => 1));
      const means = new Float64Array(f.cols);
      if (!centered) means[0] = 1;
      expect(weightedProduct(ones, f, weights)).toBeCloseToArray(means, 1e-12);
    }
  });

  it('has the Hermite polynomials He_j/√j!', () => {
    const f = dictionaryAt(gaussianPair({ rho: 0, degree: 4 }), Matrix.from([[1.5]]));
    const x = 1.5;
    const exact = [
      1,
      x,
      (x ** 2 - 1) / Math.sqrt(2),
      (x ** 3 - 3 * x) / Math.sqrt(6),
      (x ** 4 - 6 * x ** 2 + 3) / Math.sqrt(24),
    ];
    expect(f).toBeCloseToArray(exact, 1e-14);
  });

  it('has functions that the conditional expectation multiplies by ρ^j', () => {
    const { points, weights } = normalQuadrature();
    const rho = -0.7;
    const pair = gaussianPair({ rho, degree: 6 });
    const at = [-1.3, 0, 0.4, 2];
    const expected = dictionaryAt(pair, column(at))
      .toArray()
      .map((row) => row.map((h, j) => rho ** j * h));
    const received = at.map((x) => {
      const y = column(points.data.map((z) => rho * x + Math.sqrt(1 - rho * rho) * z));
      return weightedProduct(column(points.data.map(() => 1)), dictionaryAt(pair, y), weights).toArray()[0] as number[];
    });
    expect(Matrix.from(received)).toBeCloseToArray(Matrix.from(expected), 1e-12);
  });

  it('knows the truth', () => {
    fc.assert(
      fc.property(correlation, fc.integer({ min: 1, max: 9 }), fc.boolean(), (rho, degree, centered) => {
        const pair = gaussianPair({ rho, degree, centered });
        expectTruth(pair);
        const { correlations } = canonicalFunctionsSync(pair, { k: pair.gram.rows });
        expect(correlations).toBeCloseToArray(pair.truth?.correlations ?? [], 1e-12);
      }),
    );
    expect(gaussianPair({ rho: -0.5, degree: 3 }).truth?.correlations).toEqual(Float64Array.of(1, 0.25, -0.125, -0.5));
    expect(gaussianPair({ rho: -0.5, degree: 2, centered: true }).labels).toEqual(['h1', 'h2']);
  });

  it('agrees with drawn normals', () => {
    const z = normals(4, 20_000, 2).toArray() as [number, number][];
    for (const rho of [0.8, -0.4]) {
      const x = column(z.map(([a]) => a));
      const y = column(z.map(([a, b]) => rho * a + Math.sqrt(1 - rho * rho) * b));
      expectGram(gaussianPair({ rho, degree: 3 }), x, y);
    }
  });

  it('stays orthonormal at high degree', () => {
    const pair = gaussianPair({ rho: 0.5, degree: 200 });
    const coefficients = new Matrix(1, 201);
    coefficients.data[200] = 1;
    // The oscillations of h₂₀₀ reach to 2√200; the step resolves them.
    const step = 0.01;
    const points = column(Array.from({ length: 8001 }, (_, i) => (i - 4000) * step));
    const values = pair.evaluate(coefficients, points);
    const square = Float64Array.from(points.data).reduce(
      (sum, z, i) => sum + (step * Math.exp((-z * z) / 2) * (values.data[i] as number) ** 2) / Math.sqrt(2 * Math.PI),
      0,
    );
    expect(square).toBeCloseTo(1, 10);
  });

  it('combines many points in stretches', () => {
    const pair = gaussianPair({ rho: 0.5, degree: 300 });
    const coefficients = normals(1, 2, 301);
    const points = normals(2, 4000, 1);
    const all = pair.evaluate(coefficients, points);
    expect([all.rows, all.cols]).toEqual([4000, 2]);
    const last = pair.evaluate(coefficients, column(points.data.slice(3990)));
    expect(all.data.slice(2 * 3990)).toBeCloseToArray(last, 1e-9 * Math.max(...last.data.map(Math.abs)));
  });

  it.each([
    ['OUT_OF_RANGE', { rho: 1, degree: 2 }],
    ['OUT_OF_RANGE', { rho: -1.5, degree: 2 }],
    ['INVALID_ARGUMENT', { rho: Number.NaN, degree: 2 }],
    ['OUT_OF_RANGE', { rho: 0.5, degree: -1 }],
    ['INVALID_ARGUMENT', { rho: 0.5, degree: 1.5 }],
    ['TOO_LARGE', { rho: 0.5, degree: 4096 }],
    ['EMPTY', { rho: 0.5, degree: 0, centered: true }],
    ['UNKNOWN_OPTION', { rho: 0.5, degree: 2, order: 1 }],
    ['INVALID_ARGUMENT', undefined],
  ])('refuses: %s %#', async (code, options) => {
    expect((await failure(() => gaussianPair(options as never))).code).toBe(code);
  });

  it('refuses points at which polynomials overflow', async () => {
    const pair = gaussianPair({ rho: 0.5, degree: 5 });
    const at = (x: number) => failure(() => pair.evaluate(Matrix.identity(6), Matrix.from([[x]])));
    expect((await at(1e100)).code).toBe('OUT_OF_RANGE');
    expect((await at(Number.POSITIVE_INFINITY)).code).toBe('NOT_FINITE');
  });
});
