import { describe, expect, it } from 'vitest';
import { weigh } from '../../src/losses/loss.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';

describe('weigh', () => {
  const gradients = [Matrix.identity(2)];

  it('sums the parts by their weights, times the scale', () => {
    const parts = { first: 2, second: -3 };
    expect(weigh('f', parts, { first: 10, second: 1 }, gradients)).toEqual({ loss: 17, parts, gradients });
    expect(weigh('f', parts, { first: 10, second: 1 }, gradients, 0.5).loss).toBe(8.5);
  });

  it('refuses a sum that overflows', async () => {
    const error = await failure(() => weigh('f', { first: 1e308 }, { first: 10 }, gradients));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', message: expect.stringContaining('f: the loss') });
  });
});
