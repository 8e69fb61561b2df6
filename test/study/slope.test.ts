import { describe, expect, it } from 'vitest';
import { fitSlope, upperSizes } from '../../src/study/slope.js';
import type { Slope } from '../../src/study/summary.js';
import fc from '../support/properties.js';

const DOUBLING = Array.from({ length: 10 }, (_, j) => 100 * 2 ** j);

const power = (exponent: number, factor = 1, sizes: readonly number[] = DOUBLING) =>
  sizes.map((n) => ({ n, value: factor * n ** exponent }));

describe('upperSizes', () => {
  it('are those within a factor 32 of the largest', () => {
    expect(upperSizes(DOUBLING)).toEqual([1600, 3200, 6400, 12800, 25600, 51200]);
    expect(upperSizes([100, 1000, 900, 950, 980, 31, 32])).toEqual([32, 100, 900, 950, 980, 1000]);
  });

  it('are at least the four largest, as far as there are so many', () => {
    expect(upperSizes([10, 100, 1000, 1e4, 1e5])).toEqual([100, 1000, 1e4, 1e5]);
    expect(upperSizes([1e5, 10])).toEqual([10, 1e5]);
    expect(upperSizes([])).toEqual([]);
  });

  it('come once, ascending', () => expect(upperSizes([400, 100, 400, 200])).toEqual([100, 200, 400]));
});

describe('fitSlope', () => {
  it('finds the exponent of a power of n, and says over which sizes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (b, c) => {
          const { slope, low, high, from, to } = fitSlope([power(b, c)]) as Slope;
          // Logarithms of up to 50 in size, rounded, over a range of 3.5.
          for (const value of [slope, low, high]) expect(Math.abs(value - b)).toBeLessThan(1e-12);
          expect([from, to]).toEqual([1600, 51200]);
        },
      ),
    );
  });

  it('has Student’s interval over the seeds', () => {
    // Slopes −1, −0.9, −0.8: mean −0.9, deviation 0.1, t(2) = 4.302652729749462.
    const fit = fitSlope([power(-1), power(-0.9, 3), power(-0.8, 0.1)]) as Slope;
    const half = (4.302652729749462 * 0.1) / Math.sqrt(3);
    expect(fit.slope).toBeCloseTo(-0.9, 12);
    expect(fit.low).toBeCloseTo(-0.9 - half, 12);
    expect(fit.high).toBeCloseTo(-0.9 + half, 12);
  });

  it('has the least-squares interval for a single seed', () => {
    // scipy.stats.linregress over log2 n of log2 values [0, −1, −1, −2]: slope −0.6, standard error 0.1414213562373095.
    const seed = [0, -1, -1, -2].map((y, j) => ({ n: 2 ** j, value: 2 ** y }));
    const fit = fitSlope([seed]) as Slope;
    expect(fit.slope).toBeCloseTo(-0.6, 12);
    expect(fit.high - fit.slope).toBeCloseTo(4.302652729749462 * 0.1414213562373095, 11);
    expect(fit.slope - fit.low).toBeCloseTo(4.302652729749462 * 0.1414213562373095, 11);
  });

  it('covers the true slope in 95 % of studies whose seeds are nested', () => {
    let state = 1;
    // A linear congruence (Numerical Recipes) and the sum of twelve uniforms: nearly normal, without a generator of the package.
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const normal = () => Array.from({ length: 12 }, uniform).reduce((total, u) => total + u, -6);
    const seed = () => {
      let walk = 0;
      return DOUBLING.map((n) => {
        walk = Math.SQRT1_2 * walk + Math.SQRT1_2 * normal();
        return { n, value: n ** -0.5 * Math.exp(0.2 * walk) };
      });
    };
    const studies = Array.from({ length: 1000 }, () => fitSlope([seed(), seed(), seed()]) as Slope);
    const covered = studies.filter(({ low, high }) => low <= -0.5 && high >= -0.5).length / 1000;
    // Four binomial standard errors are 0.028.
    expect(covered).toBeGreaterThan(0.922);
    expect(covered).toBeLessThan(0.978);
  });

  it('leaves out zeros, and seeds with fewer than three values', () => {
    const holed = power(-1).map((point) => (point.n === 51200 || point.n === 1600 ? { ...point, value: 0 } : point));
    const short = power(-7).slice(-2);
    const fit = fitSlope([holed, short]) as Slope;
    expect(fit.slope).toBeCloseTo(-1, 12);
    expect([fit.from, fit.to]).toEqual([3200, 25600]);
  });

  it('is null where nothing can be fitted', () => {
    expect(fitSlope([])).toBeNull();
    expect(fitSlope([[]])).toBeNull();
    expect(fitSlope([power(-1, 1, [100, 200])])).toBeNull();
    expect(fitSlope([power(-1, 0)])).toBeNull();
  });
});
