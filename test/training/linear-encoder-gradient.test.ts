import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { encode } from '../../src/moments/encode.js';
import { linearEncoderGradient } from '../../src/training/linear-encoder-gradient.js';
import { product, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

describe.each(BACKENDS)('linearEncoderGradient on %s', (backend) => {
  const [x, gradient, encoder] = [normals(1, 5, 4), normals(2, 5, 3), normals(3, 3, 4)];

  it('is the transposed gradient times the batch', async () => {
    const slope = await linearEncoderGradient(x, gradient, { backend });
    expect(slope).toBeCloseToArray(product(gradient.transpose(), x), 1e-14);
  });

  it('is the derivative of ⟨G, X Wᵀ⟩ by W', async () => {
    const slope = await linearEncoderGradient(x, gradient, { backend });
    const value = async (w: Matrix) => trace(product(gradient.transpose(), await encode(w, x, { backend })));
    const zero = await value(times(encoder, 0));
    // The function is linear: its value is its derivative.
    expect((await value(encoder)) - zero).toBeCloseTo(trace(product(slope.transpose(), encoder)), 12);
  });

  it('says that it overflows', async () => {
    const large = Matrix.from([[1e200]]);
    const error = await failure(() => linearEncoderGradient(large, large, { backend }));
    expect(error.code).toBe('OUT_OF_RANGE');
    expect(error.message).toContain('overflows');
  });

  it('refuses what does not fit', async () => {
    const call = (...args: unknown[]) =>
      failure(() => linearEncoderGradient(args[0] as Matrix, args[1] as Matrix, args[2] as object));
    expect((await call(x, normals(1, 4, 3), { backend })).code).toBe('SHAPE_MISMATCH');
    expect((await call(x, times(gradient, Number.NaN), { backend })).code).toBe('NOT_FINITE');
    expect((await call(x, [[1]], { backend })).code).toBe('INVALID_ARGUMENT');
    expect((await call(x, gradient, { backend, transpose: true })).code).toBe('UNKNOWN_OPTION');
  });
});
