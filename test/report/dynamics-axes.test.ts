import { describe, expect, it } from 'vitest';
import {
  countAxis,
  decadesAxis,
  linearAxis,
  ratioAxis,
  type ScaledAxis,
  timeAxis,
} from '../../src/report/dynamics-axes.js';
import fc from '../support/properties.js';

const positive = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
const RUNS = { numRuns: 300 };

function expectTicksInside({ min, max, major, minor }: ScaledAxis) {
  for (const at of [...major.map((tick) => tick.at), ...minor]) {
    expect(at).toBeGreaterThanOrEqual(min - 1e-9);
    expect(at).toBeLessThanOrEqual(max + 1e-9);
  }
  expect(new Set(major.map(({ label }) => label)).size).toBe(major.length);
}

describe('timeAxis', () => {
  it('starts at 0, ends at the last time and rises in between', () => {
    fc.assert(
      fc.property(positive, positive, (end, rate) => {
        const axis = timeAxis(end, rate);
        expect(axis.position(0)).toBe(axis.min);
        expect(axis.position(end)).toBe(axis.max);
        expect(axis.position(end / 2)).toBeLessThan(axis.max);
        expectTicksInside(axis);
        expect(axis.major.length).toBeLessThanOrEqual(6);
      }),
      RUNS,
    );
  });

  it('labels decades where they lie', () => {
    const axis = timeAxis(2000, 1);
    expect(axis.major.map(({ label }) => label)).toEqual(['0', '1', '10', '100', '10³']);
    for (const [i, time] of [0, 1, 10, 100, 1000].entries())
      expect(axis.major[i]?.at).toBeCloseTo(axis.position(time), 12);
  });

  it('holds a run that ends at once', () => {
    expectTicksInside(timeAxis(0, 1));
  });
});

describe('linearAxis', () => {
  it('holds its range, with two to eight ticks that differ', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), positive, (low, range) => {
        const axis = linearAxis(low, low + range);
        expect(axis.min).toBeLessThan(low);
        expect(axis.max).toBeGreaterThan(low + range);
        expect(axis.major.length).toBeGreaterThanOrEqual(2);
        expect(axis.major.length).toBeLessThanOrEqual(8);
        expectTicksInside(axis);
      }),
      RUNS,
    );
  });

  it('has a range where all values are one, or nearly', () => {
    for (const [low, high] of [
      [0, 0],
      [5, 5],
      [-0.0067, -0.0067 * (1 - 1e-16)],
    ] as const) {
      const { min, max } = linearAxis(low, high);
      expect(max - min).toBeGreaterThan(0);
    }
  });
});

describe('countAxis', () => {
  it.each([1, 2, 3, 7, 24, 1000])('labels whole numbers up to %i', (most) => {
    const { major } = countAxis(most);
    expect(major[0]?.label).toBe('0');
    for (const { at, label } of major) expect(label).toBe(String(Math.round(at)));
    expect(major.length).toBeLessThanOrEqual(7);
  });
});

describe('decadesAxis', () => {
  it('goes from the lowest level to the largest amplitude, and lets what is smaller leave', () => {
    const axis = decadesAxis(0.05, 3e6);
    expect(axis.min).toBe(Math.log10(0.05));
    expect(axis.max).toBeGreaterThan(Math.log10(3e6));
    expect(axis.position(1e-30)).toBeLessThan(axis.min);
    expectTicksInside(axis);
  });
});

describe('ratioAxis', () => {
  it('ends at the floor, and has no place for what is smaller', () => {
    const axis = ratioAxis([1, 1e-15, 0, Number.NaN]);
    expect(axis.min).toBe(-12);
    expect([axis.position(0), axis.position(1e-15), axis.position(0.1)]).toEqual([Number.NaN, Number.NaN, -1]);
    expectTicksInside(axis);
  });
});
