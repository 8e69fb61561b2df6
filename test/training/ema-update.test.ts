import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { centerUpdate, emaUpdate } from '../../src/training/ema-update.js';
import { plus, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

describe('emaUpdate', () => {
  const [target, online] = [normals(1, 3, 2), normals(2, 3, 2)];

  it('keeps a share of the target', () => {
    expect(emaUpdate(Matrix.from([[1, 0]]), Matrix.from([[0, 1]]), 0.75).toArray()).toEqual([[0.75, 0.25]]);
    expect(emaUpdate(target, online, 1)).toEqual(target);
    expect(emaUpdate(target, online, 0)).toEqual(online);
  });

  it('after t steps towards one point has momentumᵗ of the way left', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20), (momentum, steps) => {
        let now = target;
        for (let i = 0; i < steps; i++) now = emaUpdate(now, online, momentum);
        const left = plus(online, times(plus(target, online, -1), momentum ** steps));
        expect(now).toBeCloseToArray(left, 1e-13);
      }),
    );
  });

  it('is new, float64, and leaves its arguments', () => {
    const narrow = new Matrix(1, 1, new Float32Array([0.5]));
    const next = emaUpdate(narrow, Matrix.from([[0]]), 0.5);
    expect(next.data).toEqual(new Float64Array([0.25]));
    expect(narrow.get(0, 0)).toBe(0.5);
  });

  it('refuses what does not fit', async () => {
    expect((await failure(() => emaUpdate(target, normals(1, 2, 3), 0.5))).code).toBe('SHAPE_MISMATCH');
    expect((await failure(() => emaUpdate(target, online, 1.5))).code).toBe('OUT_OF_RANGE');
    expect((await failure(() => emaUpdate(target, Matrix.zeros(0, 2), 0.5))).code).toBe('EMPTY');
    expect((await failure(() => emaUpdate(target, times(online, Number.NaN), 0.5))).code).toBe('NOT_FINITE');
    expect((await failure(() => emaUpdate([[1]] as never, online, 0.5))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('centerUpdate', () => {
  const outputs = Matrix.from([
    [1, 2],
    [3, 6],
  ]);

  it('moves by a tenth to the mean of the rows', () => {
    expect(centerUpdate(new Float64Array([10, 0]), outputs)).toBeCloseToArray([9.2, 0.4], 1e-15);
    expect(centerUpdate(new Float64Array(2), outputs, 0)).toEqual(new Float64Array([2, 4]));
  });

  it('counts the rows of several batches alike', () => {
    const center = centerUpdate(new Float64Array(2), [outputs, Matrix.from([[8, 1]])], 0);
    expect(center).toEqual(new Float64Array([4, 3]));
  });

  it('refuses what does not fit', async () => {
    const zeros = new Float64Array(2);
    expect((await failure(() => centerUpdate(new Float64Array(3), outputs))).code).toBe('SHAPE_MISMATCH');
    expect((await failure(() => centerUpdate(zeros, [outputs, normals(1, 2, 3)]))).argument).toBe('teacherOutputs[1]');
    expect((await failure(() => centerUpdate(zeros, []))).code).toBe('EMPTY');
    expect((await failure(() => centerUpdate([0, 0] as never, outputs))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(() => centerUpdate(zeros, outputs, -0.1))).code).toBe('OUT_OF_RANGE');
    expect((await failure(() => centerUpdate(zeros, times(outputs, Number.NaN)))).code).toBe('NOT_FINITE');
    expect((await failure(() => centerUpdate(new Float64Array([0, Number.NaN]), outputs))).code).toBe('NOT_FINITE');
  });

  it('says that the sum of the outputs overflows', async () => {
    const large = Matrix.from([[1.5e308], [1.5e308]]);
    const error = await failure(() => centerUpdate(new Float64Array(1), large));
    expect(error.code).toBe('OUT_OF_RANGE');
    expect(error.message).toContain('overflows');
  });
});
