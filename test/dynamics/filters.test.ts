import { describe, expect, it } from 'vitest';
import { peiraEigenvalues, peiraFilter, peiraMinimum, simsiamFilter } from '../../src/dynamics/filters.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const correlation = fc.double({ min: 1e-6, max: 1, noNaN: true });
const ridge = fc.double({ min: 1e-6, max: 1, noNaN: true });

describe('simsiamFilter', () => {
  it('solves f² − |s| f + λ = 0 by the larger root, or there is none', () => {
    fc.assert(
      fc.property(correlation, ridge, fc.boolean(), (s, lambda, negative) => {
        const f = simsiamFilter(negative ? -s : s, lambda);
        if (s * s < 4 * lambda) return f === 0;
        // The terms are at most 1, and f is rounded a few times.
        return f >= s / 2 && Math.abs(f * f - s * f + lambda) < 1e-15;
      }),
    );
  });

  it('keeps the marginal mode, everything without a ridge, and the shape of its argument', () => {
    expect(simsiamFilter(0.5, 0.0625)).toBe(0.25);
    expect(simsiamFilter(-0.3, 0)).toBe(0.3);
    expect(simsiamFilter([1, 0.1], 0.01)).toBeInstanceOf(Float64Array);
    expect(simsiamFilter([1, 0.1], 0.01)).toBeCloseToArray([0.9898979485566356, 0], 1e-15);
  });
});

describe('peiraFilter', () => {
  it('minimises −s f²/(2f² + λ) + λ f² over a fine grid', () => {
    const [s, lambda] = [0.6, 0.2];
    const loss = (f: number) => (-s * f * f) / (2 * f * f + lambda) + lambda * f * f;
    const grid = Array.from({ length: 20_001 }, (_, i) => i / 20_000);
    const best = grid.reduce((a, b) => (loss(b) < loss(a) ? b : a));
    expect(peiraFilter(s, lambda)).toBeCloseTo(best, 4);
    expect(loss(peiraFilter(s, lambda))).toBeCloseTo(peiraMinimum([s], { k: 1, lambda }), 15);
  });

  it('keeps s > λ² alone, and no negative correlation', () => {
    expect(peiraFilter([0.25, 0.2499, -0.9, 0], 0.5)).toEqual(new Float64Array(4));
    expect(peiraFilter(0.2501, 0.5)).toBeGreaterThan(0);
  });
});

describe('the minimum of PEIRA', () => {
  it('is −½ Σ (√s − λ)² over the k largest, in whatever order', () => {
    expect(peiraMinimum([0.04, 1, 0.25], { k: 2, lambda: 0.1 })).toBeCloseTo(-(0.81 + 0.16) / 2, 15);
    expect(peiraMinimum([1, 0.25, 0.04], { k: 3, lambda: 0.5 })).toBeCloseTo(-0.125, 15);
    expect(peiraMinimum([0.1], { k: 1, lambda: 1 })).toBe(0);
  });

  it('has predictor eigenvalues s − λ√s of the kept modes', () => {
    expect(peiraEigenvalues([0.001, 0.25, 1], { k: 3, lambda: 0.1 })).toBeCloseToArray([0.9, 0.2], 1e-15);
    expect(peiraEigenvalues([0.25, 1], { k: 1, lambda: 0.1 })).toBeCloseToArray([0.9], 1e-15);
  });
});

describe('refusals', () => {
  it.each([
    ['OUT_OF_RANGE', 'lambda', () => simsiamFilter(1, -1)],
    ['INVALID_ARGUMENT', 'lambda', () => peiraFilter(1, Number.NaN)],
    ['INVALID_ARGUMENT', 's', () => simsiamFilter('1' as unknown as number, 1)],
    ['INVALID_ARGUMENT', 's[1]', () => simsiamFilter([1, Number.NaN], 1)],
    ['OUT_OF_RANGE', 'k', () => peiraMinimum([1], { k: 2, lambda: 0 })],
    ['UNKNOWN_OPTION', 'ridge', () => peiraMinimum([1], { k: 1, ridge: 0 } as never)],
    ['INVALID_ARGUMENT', 'k', () => peiraEigenvalues([1], undefined as never)],
  ])('%s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
