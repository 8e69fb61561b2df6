import { describe, expect, it } from 'vitest';
import { meanCosine, type Side } from '../../src/losses/cosine.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { withZeroRow } from './light-cases.js';

const control = { operation: 'test' };
const side = (argument: string, matrix: Matrix, differentiate = true): Side => ({ argument, matrix, differentiate });
const a = normals(1, 5, 3);
const b = normals(2, 5, 3);

describe('meanCosine', () => {
  it('has the worked values', async () => {
    const one = Matrix.from([
      [3, 4],
      [0, -2],
    ]);
    const other = Matrix.from([
      [1, 0],
      [0, 5],
    ]);
    const { cosine, distance, gradients } = await meanCosine(control, side('a', one), side('b', other), 2);
    expect(cosine).toBeCloseTo((0.6 - 1) / 2, 15);
    expect(distance).toBeCloseTo((0.8 + 4) / 2, 15);
    // (b̂ − cos â)/‖a‖ of the first row: (1 − 0.36, −0.48)/5; of weight 2 over 2 rows.
    expect(gradients[0] as Matrix).toBeCloseToArray([0.128, -0.096, 0, 0], 1e-16);
    expect(gradients[1] as Matrix).toBeCloseToArray([0, 0.8, 0, 0], 1e-15);
  });

  it('has gradients of the sides that want them alone', async () => {
    const both = await meanCosine(control, side('a', a), side('b', b), 1);
    const second = await meanCosine(control, side('a', a, false), side('b', b), 1);
    expect(second.gradients).toEqual([both.gradients[1]]);
    expect((await meanCosine(control, side('a', a, false), side('b', b, false), 1)).gradients).toEqual([]);
  });

  it('keeps the digits of small distances, and takes rows of any size', async () => {
    // Rows (1, h) and (1, 0): a distance of h² to first order.
    const near = Matrix.from([[1, 1e-9]]);
    const { distance } = await meanCosine(control, side('a', near), side('b', Matrix.from([[1, 0]])), 1);
    expect(distance / 1e-18).toBeCloseTo(1, 9);
    const plain = await meanCosine(control, side('a', a), side('b', b), 1);
    for (const factor of [2 ** 600, 2 ** -600]) {
      const scaled = await meanCosine(control, side('a', times(a, factor)), side('b', times(b, 1 / factor)), 1);
      expect(scaled.cosine).toBe(plain.cosine);
      expect(times(scaled.gradients[0] as Matrix, factor)).toEqual(plain.gradients[0]);
    }
  });

  it('names rows of zeros', async () => {
    const zero = withZeroRow(b, 3);
    const error = await failure(() => meanCosine(control, side('a', a), side('b', zero), 1));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'b', message: expect.stringContaining('row 3') });
    const own = new RangeError('mine');
    const promise = meanCosine(control, side('a', plus(a, a, -1)), side('b', b), 1, () => own);
    await expect(promise).rejects.toBe(own);
  });
});
