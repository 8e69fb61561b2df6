import { describe, expect, it } from 'vitest';
import { alignment } from '../../src/diagnostics/alignment.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { fixture, reordered, shuffle } from './fixture.js';

describe('alignment', () => {
  it.each([1, 2])('agrees with NumPy for alpha %i', async (alpha) => {
    const value = await alignment(fixture.z, fixture.z2, { alpha });
    expect(value).toBeCloseTo(fixture.alignment[alpha] as number, 13);
  });

  it('is of directions, in pairs', async () => {
    const value = await alignment(fixture.z, fixture.z2);
    const order = shuffle(24);
    expect(await alignment(reordered(fixture.z, order), reordered(fixture.z2, order))).toBeCloseTo(value, 13);
    const tripled = new Matrix(
      24,
      6,
      fixture.z.data.map((x) => 3 * x),
    );
    expect(await alignment(tripled, fixture.z2)).toBeCloseTo(value, 13);
  });

  it('is 0 for equal views, 4 for opposite ones, exact to rounding for near ones', async () => {
    const z = normals(1, 5, 4);
    const opposite = new Matrix(
      5,
      4,
      z.data.map((x) => -x),
    );
    expect(await alignment(z, z)).toBe(0);
    expect(await alignment(z, opposite)).toBeCloseTo(4, 14);
    // 2 − 2 cos would be all rounding here.
    expect(await alignment(Matrix.from([[1, 0]]), Matrix.from([[1, 1e-9]]))).toBeCloseTo(1e-18, 30);
  });

  it.each([1e-320, 1e-200, 1e200, 1e307])('takes rows of any size, %d', async (size) => {
    const [z1, z2] = [Matrix.from([[3, 4]]), Matrix.from([[4 * size, -3 * size]])];
    expect(await alignment(z1, z2)).toBeCloseTo(2, 2 + (size > 1e-300 ? 12 : 0));
    expect(await alignment(z2, z2)).toBe(0);
  });

  it.each([
    ['views of another shape', normals(1, 3, 2), normals(1, 4, 2), {}, 'SHAPE_MISMATCH', 'z2'],
    ['a row of zeros', normals(1, 2, 2), Matrix.zeros(2, 2), {}, 'OUT_OF_RANGE', 'z2'],
    ['alpha beyond 100', normals(1, 2, 2), normals(1, 2, 2), { alpha: 101 }, 'OUT_OF_RANGE', 'alpha'],
    ['alpha 0', normals(1, 2, 2), normals(1, 2, 2), { alpha: 0 }, 'OUT_OF_RANGE', 'alpha'],
    ['an unknown option', normals(1, 2, 2), normals(1, 2, 2), { t: 2 }, 'UNKNOWN_OPTION', 't'],
  ] as const)('refuses %s', async (_, z1, z2, options, code, argument) => {
    const error = await failure(() => alignment(z1, z2, options as object));
    expect([error.code, error.argument]).toEqual([code, argument]);
  });

  it.each([0, 1] as const)('rejects when view %i is transferred away meanwhile', async (which) => {
    const views = [normals(1, 50, 4), normals(2, 50, 4)] as const;
    const running = alignment(...views);
    structuredClone(null, { transfer: [views[which].data.buffer as ArrayBuffer] });
    expect(await failure(() => running)).toMatchObject({ code: 'DETACHED', argument: `z${which + 1}` });
  });
});
