import { describe, expect, it } from 'vitest';
import { studentT } from '../../src/study/student.js';

describe('studentT', () => {
  // scipy.stats.t.ppf((1 + coverage) / 2, freedom).
  it.each([
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 3, 3.1824463052837078],
    [0.95, 4, 2.7764451051977934],
    [0.95, 9, 2.262157162798205],
    [0.95, 29, 2.045229642132703],
    [0.95, 200, 1.9718962236339088],
    [0.8, 1, 3.0776835371752544],
    [0.8, 30, 1.3104150253913955],
    [0.999, 5, 6.868826625881276],
    [0.999, 1, 636.6192487687897],
  ])('at %f with %i degrees of freedom is %f', (coverage, freedom, expected) => {
    // P(|T| < t) is near 1: an eps of it moves t by eps/(1 − coverage), relatively.
    expect(Math.abs(studentT(coverage, freedom) / expected - 1)).toBeLessThan((64 * Number.EPSILON) / (1 - coverage));
  });

  it('falls with the degrees of freedom, towards the normal quantile', () => {
    const values = Array.from({ length: 300 }, (_, i) => studentT(0.95, i + 1));
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThan(values[i - 1] as number);
    expect(studentT(0.95, 100_000)).toBeCloseTo(1.95996398454, 4);
  });
});
