import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLOOR, powerOfTen, sizeAxis, valueAxis } from '../../src/report/log-axis.js';

const point = (mean: number, low = mean, high = mean) => ({ mean, low, high });
const range = (...points: ReturnType<typeof point>[]) => {
  const { min, max } = valueAxis(points);
  // 0 for −0.
  return [min + 0, max + 0];
};
const names = (sizes: number[]) => sizeAxis(sizes).major.map(({ label }) => label);

describe('powerOfTen', () => {
  it('is written with superscripts', () => {
    expect([-12, -3, 0, 1, 25, 308].map(powerOfTen)).toEqual(['10⁻¹²', '10⁻³', '10⁰', '10¹', '10²⁵', '10³⁰⁸']);
  });
});

describe('valueAxis', () => {
  it('covers whole decades', () => {
    expect(range(point(3e-4), point(0.2))).toEqual([-4, 0]);
    expect(range(point(1e-3), point(1e-1))).toEqual([-3, -1]);
    expect(range(point(0.5))).toEqual([-1, 0]);
    expect(range(point(1))).toEqual([0, 1]);
  });

  it('lets a band that almost touches zero add one decade, not more', () => {
    expect(valueAxis([point(3e-4, 2e-5, 1e-3)]).min).toBe(-5);
    expect(valueAxis([point(3e-4, 2e-9, 1e-3)]).min).toBe(-5);
  });

  it('ignores what is below the floor', () => {
    expect(range(point(0), point(FLOOR / 2), point(0.02))).toEqual([-2, -1]);
    expect(range(point(0))).toEqual([-12, 0]);
  });

  it('has few labels, at its integers, and holds every mean', () => {
    const value = fc.double({ min: FLOOR, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const { min, max, major, minor } = valueAxis(values.map((mean) => point(mean)));
        for (const mean of values) {
          expect(Math.log10(mean)).toBeGreaterThanOrEqual(min - 1e-9);
          expect(Math.log10(mean)).toBeLessThanOrEqual(max + 1e-9);
        }
        expect(major.length).toBeGreaterThanOrEqual(2);
        expect(major.length).toBeLessThanOrEqual(7);
        expect(major.every(({ at, label }) => label === powerOfTen(at))).toBe(true);
        expect(minor.every((at) => at >= min && at <= max)).toBe(true);
      }),
    );
  });
});

describe('sizeAxis', () => {
  it('is labelled at decades', () => {
    expect(names([100, 51200])).toEqual(['10²', '10³', '10⁴']);
  });

  it('is labelled at 1, 2 and 5 where decades are too few', () => {
    expect(names([200, 800])).toEqual(['200', '500']);
    expect(names([150, 1600])).toEqual(['200', '500', '1000']);
    expect(names([3e5, 6e6])).toEqual(['5×10⁵', '10⁶', '2×10⁶', '5×10⁶']);
  });

  it('is labelled at the sizes where nothing round lies between', () => {
    expect(names([300, 400])).toEqual(['300', '400']);
    expect(names([321])).toEqual(['321']);
    expect(names([1e9, 1e9 + 1])).toEqual(['10⁹']);
  });

  it('spreads the lines of a single size only', () => {
    expect(sizeAxis([100, 100]).spread).toBeGreaterThan(0);
    expect(sizeAxis([100, 200]).spread).toBe(0);
  });

  it('has room on both sides and a few labels inside', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.maxSafeNat().map((n) => n + 1),
          { minLength: 1, maxLength: 20 },
        ),
        (sizes) => {
          const { min, max, major } = sizeAxis(sizes);
          for (const n of sizes) {
            expect(Math.log10(n)).toBeGreaterThan(min);
            expect(Math.log10(n)).toBeLessThan(max);
          }
          expect(major.length).toBeGreaterThanOrEqual(1);
          expect(major.length).toBeLessThanOrEqual(7);
          expect(major.every(({ at }) => at >= min && at <= max)).toBe(true);
        },
      ),
    );
  });
});
