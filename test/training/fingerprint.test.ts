import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { native } from '../../src/backends/native/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { jsonFingerprint, rowsFingerprint, sameViews, viewsFingerprint } from '../../src/training/fingerprint.js';
import { chooseViews } from '../../src/views/choose.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, product, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const d = 6;
const of = async (process: ViewProcess, { linalg } = native()) =>
  JSON.parse(JSON.stringify(viewsFingerprint(process.name, await process.step(d, linalg))));

describe('the fingerprint of views', () => {
  const half = normals(1, d, 3);
  /** Of rank 3: where its root has zeros, backends have the root of rounding. */
  const singular = product(half, half.transpose());

  it.each([
    ['masks', maskViews({ keep: 0.7 })],
    ['a singular covariance', gaussianViews({ theta: singular })],
    ['a choice', chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: singular })], [2, 1])],
  ])('is the same on both backends: %s', async (_, process) => {
    expect(sameViews(await of(process), await of(process, js))).toBe(true);
  });

  it('sees a change of any number of a covariance by a hundred-thousandth', async () => {
    const theta = plus(singular, Matrix.identity(d));
    const before = await of(gaussianViews({ theta }));
    await fc.assert(
      fc.asyncProperty(fc.nat(d - 1), fc.nat(d - 1), async (i, j) => {
        const change = Matrix.zeros(d, d);
        change.data[i * d + j] = change.data[j * d + i] = 1e-4;
        expect(sameViews(before, await of(gaussianViews({ theta: plus(theta, change) })))).toBe(false);
      }),
    );
    expect(sameViews(before, await of(gaussianViews({ theta: times(theta, 1.0001) })))).toBe(false);
  });

  it('is not any other value', async () => {
    const now = await of(gaussianViews({ theta: singular }));
    for (const before of [null, undefined, 3, {}, { ...now, roots: 3 }, { ...now, roots: [] }, { ...now, steps: '' }]) {
      expect(sameViews(before, now)).toBe(false);
    }
    expect(sameViews({ ...now, roots: [now.roots[0].map(() => null)] }, now)).toBe(false);
    expect(sameViews(now, now)).toBe(true);
  });
});

describe('the fingerprint of rows', () => {
  it('is that of their numbers, not of their type', () => {
    const x = new Matrix(4, 2, Float32Array.from(normals(1, 4, 2).data));
    expect(rowsFingerprint(x)).toEqual(rowsFingerprint(new Matrix(4, 2, Float64Array.from(x.data))));
    expect(rowsFingerprint(x)).not.toEqual(rowsFingerprint(times(x, 2)));
  });
});

describe('the fingerprint of options', () => {
  it('is what JSON holds of them', async () => {
    expect(jsonFingerprint('objective', { gamma: 1, beta: undefined })).toEqual({ gamma: 1 });
    const error = await failure(() => jsonFingerprint('objective', { gamma: 1n }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'objective' });
  });
});
