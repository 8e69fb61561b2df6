import { describe, expect, it } from 'vitest';
import { rankMe } from '../../src/diagnostics/rank-me.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import { fixture, reordered, shuffle } from './fixture.js';

describe.each(BACKENDS)('rankMe, %s', (backend) => {
  it.each([1e-310, 1e-200, 1e200, 1e307])('does not depend on scale, %d', async (scale) => {
    const z = normals(3, 20, 4);
    // Subnormal numbers have 13 bits fewer at 1e-310.
    const digits = scale < 1e-300 ? 2 : 11;
    expect(await rankMe(times(z, scale), { backend })).toBeCloseTo(await rankMe(z, { backend }), digits);
  });

  it('agrees with NumPy', async () => {
    // Singular values to a few eps, logarithms the same.
    expect(await rankMe(fixture.z, { backend })).toBeCloseTo(fixture.rankMe, 11);
  });

  it.each([1, 2, 7, 20])('is k for an orthogonal matrix of %i', async (k) => {
    // Each share is 1/k + 1e-7: the rank is off by k · 1e-7 · (1 − ln k) of itself.
    expect(Math.abs((await rankMe(orthogonal(k, k), { backend })) - k)).toBeLessThan(k * k * 4e-7);
  });

  it('is 1 for rows that are multiples of one', async () => {
    const line = product(normals(1, 30, 1), normals(2, 1, 8));
    // Seven absent directions of share 1e-7, −ln of which is 16.
    expect((await rankMe(line, { backend })) - 1).toBeLessThan(8 * 17 * 1e-7);
  });

  it('neither order, rotation nor scale of the rows matters', async () => {
    const rank = await rankMe(fixture.z, { backend });
    expect(await rankMe(reordered(fixture.z, shuffle(24)), { backend })).toBeCloseTo(rank, 11);
    expect(await rankMe(product(fixture.z, orthogonal(3, 6)), { backend })).toBeCloseTo(rank, 11);
    const scaled = new Matrix(
      24,
      6,
      fixture.z.data.map((x) => 1e6 * x),
    );
    expect(await rankMe(scaled, { backend })).toBeCloseTo(rank, 11);
  });

  it('is 1 of nothing', async () => {
    expect(await rankMe(Matrix.zeros(5, 4), { backend })).toBeCloseTo(1, 4);
  });
});

describe('rankMe refuses', () => {
  it.each([
    ['numbers that are none', Matrix.from([[Number.NaN]]), 'NOT_FINITE'],
    ['nothing', new Matrix(0, 3), 'EMPTY'],
    ['what is no matrix', [[1]] as unknown as Matrix, 'INVALID_ARGUMENT'],
  ] as const)('%s', async (_, z, code) => {
    expect((await failure(() => rankMe(z))).code).toBe(code);
  });

  it('an unknown option, and an aborted signal', async () => {
    expect((await failure(() => rankMe(fixture.z, { epsilon: 1 } as object))).code).toBe('UNKNOWN_OPTION');
    await expect(rankMe(fixture.z, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});
