import { describe, expect, it } from 'vitest';
import { bandwidthOf } from '../../../src/dynamics/dictionaries/bandwidth.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';

describe('bandwidthOf', () => {
  it('is the median distance of all pairs of a few points', () => {
    expect(bandwidthOf(Matrix.from([[0], [1], [3]]))).toBe(2);
    expect(
      bandwidthOf(
        Matrix.from([
          [0, 0],
          [3, 4],
        ]),
      ),
    ).toBe(5);
    expect(
      bandwidthOf(
        Matrix.from([
          [1e200, 0],
          [0, 1e200],
        ]),
      ),
    ).toBeCloseTo(Math.SQRT2 * 1e200, -190);
  });

  it('does not count equal points', () => {
    expect(bandwidthOf(Matrix.from([[1], [1], [1], [1], [2]]))).toBe(1);
  });

  it('estimates it from random pairs of many, by the seed', () => {
    const x = normals(1, 5000, 1);
    // |x − x′| of standard normals has the median √2 · 0.6745, here to 4096^{-1/2} over twice its density 0.45.
    expect(Math.abs(bandwidthOf(x) - Math.SQRT2 * 0.6745)).toBeLessThan(0.07);
    expect(bandwidthOf(x, { seed: 1 })).toBe(bandwidthOf(x, { seed: 1 }));
    expect(bandwidthOf(x, { seed: 1 })).not.toBe(bandwidthOf(x));
  });

  it('scales with the data', () => {
    const x = normals(2, 40, 3);
    const doubled = new Matrix(40, 3, x.data.map((v) => 2 * v) as Float64Array);
    expect(bandwidthOf(doubled)).toBeCloseTo(2 * bandwidthOf(x), 12);
  });

  it.each([
    ['OUT_OF_RANGE', Matrix.from([[1, 2]])],
    ['OUT_OF_RANGE', Matrix.from([[1], [1]])],
    ['OUT_OF_RANGE', Matrix.from([[1.7e308], [-1.7e308]])],
    ['NOT_FINITE', Matrix.from([[1], [Number.NaN]])],
    ['EMPTY', new Matrix(0, 1)],
    ['INVALID_ARGUMENT', [1, 2]],
  ])('refuses: %s %#', async (code, x) => {
    expect((await failure(() => bandwidthOf(x as Matrix))).code).toBe(code);
  });

  it('refuses options it does not have', async () => {
    const x = Matrix.from([[0], [1]]);
    expect((await failure(() => bandwidthOf(x, { seed: -1 }))).code).toBe('OUT_OF_RANGE');
    expect((await failure(() => bandwidthOf(x, { pairs: 3 } as object))).code).toBe('UNKNOWN_OPTION');
  });
});
