import { describe, expect, it } from 'vitest';
import { FONT } from '../../src/report/layout.js';
import { FLOOR, sizeAxis, valueAxis } from '../../src/report/log-axis.js';
import { powerOfTen, textWidth } from '../../src/report/text.js';
import fc from '../support/properties.js';

const point = (mean: number, low = mean, high = mean) => ({ mean, low, high });
const range = (...points: ReturnType<typeof point>[]) => {
  const { min, max } = valueAxis(points);
  // 0 for −0.
  return [min + 0, max + 0];
};
const names = (sizes: number[]) => sizeAxis(sizes).major.map(({ label }) => label);

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

  it('is labelled at round numbers where decades are too few', () => {
    expect(names([200, 800])).toEqual(['200', '500']);
    expect(names([150, 1300])).toEqual(['200', '500', '1000']);
    expect(names([105, 9800])).toEqual(['300', '1000', '3000']);
    expect(names([3e5, 3e6])).toEqual(['5×10⁵', '10⁶', '2×10⁶']);
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

  it('keeps labels apart, also those of neighbouring panels', () => {
    const size = fc.double({ min: 0, max: 15.9, noNaN: true }).map((exponent) => Math.round(10 ** exponent));
    // Three columns of 242 px, 22 px apart.
    const [width, pitch] = [242, 264];
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 5 }), (sizes) => {
        const { min, max, major } = sizeAxis(sizes);
        for (const n of sizes) {
          expect(Math.log10(n)).toBeGreaterThan(min);
          expect(Math.log10(n)).toBeLessThan(max);
        }
        const labels = [0, pitch].flatMap((left) =>
          major.map(({ at, label }) => {
            const centre = left + (width * (at - min)) / (max - min);
            const half = textWidth(label, FONT.tick) / 2;
            return { left: centre - half, right: centre + half };
          }),
        );
        for (const [i, label] of labels.slice(1).entries()) {
          expect(label.left).toBeGreaterThan(labels[i]?.right ?? Number.NaN);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
