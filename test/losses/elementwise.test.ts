import { describe, expect, it } from 'vitest';
import type { LossControl } from '../../src/backends/losses.js';
import {
  centred,
  columnMeans,
  combined,
  copied,
  finished,
  innerProduct,
  meanSquare,
  overRows,
} from '../../src/losses/elementwise.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const control: LossControl = { operation: 'test' };
/** Of three stretches. */
const [a, b] = [normals(1, 1100, 1100), normals(2, 1100, 1100)];

describe('work in stretches', () => {
  it('covers every row once, the event loop turning between', async () => {
    const seen: number[] = [];
    let turns = 0;
    const count = () => {
      turns++;
      if (seen.length < 1100) setImmediate(count);
    };
    setImmediate(count);
    await overRows(control, a, (from, to) => {
      for (let i = from; i < to; i++) seen.push(i);
    });
    expect(seen).toEqual(Array.from({ length: 1100 }, (_, i) => i));
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('adds, multiplies and averages over all of them', async () => {
    expect(
      await combined(control, [
        [2, a],
        [-0.5, b],
      ]),
    ).toEqual(plus(times(a, 2), b, -0.5));
    const expected = Float64Array.from(a.data).reduce((sum, x, at) => sum + x * (b.data[at] as number), 0);
    expect(await innerProduct(control, a, b)).toBeCloseTo(expected, 9);
    const { value, gradient } = await meanSquare(control, a, b, 3);
    const difference = plus(a, b, -1);
    expect(value).toBeCloseTo((await innerProduct(control, difference, difference)) / 1100 ** 2, 12);
    expect(gradient).toBeCloseToArray(times(difference, 6 / 1100 ** 2), 1e-20);
  });

  it('centres far from the origin without losing digits', async () => {
    const far = Matrix.from([
      [2 ** 40 + 1, 0.1],
      [2 ** 40 + 2, 0.1],
      [2 ** 40 + 6, 0.1],
    ]);
    expect(Array.from(await columnMeans(control, far))).toEqual([2 ** 40 + 3, 0.1]);
    expect((await centred(control, far)).toArray()).toEqual([
      [-2, 0],
      [-1, 0],
      [3, 0],
    ]);
  });
});

it('copies what is finite', async () => {
  const single = new Matrix(1, 2, Float32Array.of(0.5, 2));
  const [copy] = copied([{ argument: 'z', matrix: single }]) as [Matrix];
  single.data.fill(0);
  expect(copy).toEqual(Matrix.from([[0.5, 2]]));
  const bad = Matrix.from([[1, Number.NaN]]);
  const error = await failure(() => copied([{ argument: 'z', matrix: bad }]));
  expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'z' });
});

it('answers nothing that overflows', async () => {
  const found = await finished(control, { one: 2, other: 3 }, { one: 1, other: 10 }, [b]);
  expect(found).toEqual({ loss: 32, parts: { one: 2, other: 3 }, gradients: [b] });
  const huge = new Matrix(1, 2, Float64Array.of(0, Number.POSITIVE_INFINITY));
  const refusal = (part: number, gradients: Matrix[]) =>
    failure(() => finished(control, { part }, { part: 1 }, gradients));
  expect(await refusal(1, [b, huge])).toMatchObject({ code: 'OUT_OF_RANGE' });
  expect(await refusal(Number.NaN, [b])).toMatchObject({ code: 'OUT_OF_RANGE' });
});
