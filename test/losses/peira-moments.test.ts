import { describe, expect, it } from 'vitest';
import { PeiraMoments } from '../../src/losses/peira-moments.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { meanProduct, plus, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const [a, b] = [normals(1, 6, 3), normals(2, 6, 3)];
const second = plus(meanProduct(a, a), meanProduct(b, b));
const cross = plus(meanProduct(a, b), meanProduct(b, a));

describe.each(BACKENDS)('PeiraMoments on %s', (backend) => {
  it('are those of a batch, symmetric to the last bit', async () => {
    const found = await PeiraMoments.of(a, b, { backend });
    expect(found.second).toBeCloseToArray(second, 1e-14);
    expect(found.cross).toBeCloseToArray(cross, 1e-14);
    expect(found.second.transpose()).toEqual(found.second);
    expect(found.cross.transpose()).toEqual(found.cross);
  });

  it('are averaged with a batch’s, themselves unchanged', async () => {
    const old = new PeiraMoments({ cross: Matrix.identity(3), second: times(Matrix.identity(3), 2) });
    const found = await old.update(a, b, 0.25, { backend });
    expect(found.second).toBeCloseToArray(plus(times(Matrix.identity(3), 1.5), second, 0.25), 1e-14);
    expect(found.cross).toBeCloseToArray(plus(times(Matrix.identity(3), 0.75), cross, 0.25), 1e-14);
    expect(old.cross).toEqual(Matrix.identity(3));
    expect(await old.update(a, b, 1, { backend })).toEqual(await PeiraMoments.of(a, b, { backend }));
  });
});

it('refuses other rates, shapes and fields', async () => {
  const moments = await PeiraMoments.of(a, b);
  for (const rate of [0, -0.1, 1.1]) {
    expect(await failure(() => moments.update(a, b, rate))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'rate' });
  }
  const wide = normals(3, 6, 4);
  const misfit = { code: 'SHAPE_MISMATCH', argument: 'moments' };
  expect(await failure(() => moments.update(wide, wide, 0.5))).toMatchObject(misfit);
  expect(await failure(() => PeiraMoments.of(a, wide))).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'z2' });
  expect(await failure(() => PeiraMoments.of(times(a, 1e200), b))).toMatchObject({ code: 'OUT_OF_RANGE' });
  const fields = (value: unknown) => failure(() => new PeiraMoments(value as never));
  expect(await fields(undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'fields' });
  const eye = Matrix.identity(2);
  const lopsided = Matrix.from([
    [1, 2],
    [0, 1],
  ]);
  expect(await fields({ cross: lopsided, second: eye })).toMatchObject({ code: 'NOT_SYMMETRIC', argument: 'cross' });
  expect(await fields({ cross: eye, second: lopsided })).toMatchObject({ code: 'NOT_SYMMETRIC', argument: 'second' });
  const other = { cross: eye, second: Matrix.identity(3) };
  expect(await fields(other)).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'second' });
  expect(await fields({ cross: eye, second: eye, rate: 1 })).toMatchObject({
    code: 'UNKNOWN_OPTION',
    argument: 'rate',
  });
});
