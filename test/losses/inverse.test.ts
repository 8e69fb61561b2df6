import { describe, expect, it } from 'vitest';
import { inverseFactor, inverseOf } from '../../src/losses/inverse.js';
import { beginLoss } from '../../src/losses/site.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { energy, meanProduct, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const inverted = { argument: 'z', name: 'the matrix', fix: 'Change it.' };

describe.each(BACKENDS)('on %s', (backend) => {
  const site = beginLoss('test', { backend });
  const z = normals(1, 9, 3);
  const a = meanProduct(z, z);

  it('an inverse and its triangular factor', async () => {
    expect(product(await inverseOf(site, a, inverted), a)).toBeCloseToArray(Matrix.identity(3), 1e-13);
    const w = await inverseFactor(site, a, inverted);
    expect(product(w, a, w.transpose())).toBeCloseToArray(Matrix.identity(3), 1e-13);
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(Math.abs(w.get(i, j))).toBe(0);
  });

  it('whatever the units of the columns', async () => {
    const units = Matrix.diagonal([1e4, 1, 1e-150]);
    const w = await inverseFactor(site, product(units, a, units), inverted);
    const plain = await inverseFactor(site, a, inverted);
    expect(product(w, units)).toBeCloseToArray(plain, 1e-13 * Math.sqrt(energy(plain)));
    // (1, −1, 0) is what the matrix does not see; in these units (1e-4, −1, 0).
    const flat = product(
      units,
      Matrix.from([
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 1],
      ]),
      units,
    );
    const { direction } = await failure(() => inverseFactor(site, flat, inverted));
    expect(Math.abs((direction?.[0] as number) / (direction?.[1] as number))).toBeCloseTo(1e-4, 10);
  });

  it('none of a singular matrix, in the words of what it is', async () => {
    const error = await failure(() =>
      inverseOf(
        site,
        Matrix.from([
          [1, 1],
          [1, 1],
        ]),
        inverted,
      ),
    );
    expect(error).toMatchObject({ code: 'SINGULAR', argument: 'z', direction: expect.any(Float64Array) });
    expect(error.message).toMatch(/^test: the matrix is singular .*Change it\.$/);
    const indefinite = await failure(() => inverseOf(site, times(a, -1), inverted));
    expect(indefinite).toMatchObject({ code: 'SINGULAR' });
    const lost = { ...inverted, rounding: Float64Array.of(0, a.get(1, 1), 0) };
    const absent = await failure(() => inverseOf(site, a, lost));
    expect(absent).toMatchObject({ code: 'SINGULAR', direction: Float64Array.of(0, 1, 0) });
    const huge = new Matrix(1, 1, Float64Array.of(Number.POSITIVE_INFINITY));
    expect(await failure(() => inverseOf(site, huge, inverted))).toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
