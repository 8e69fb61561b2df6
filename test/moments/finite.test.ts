import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { checkImage } from '../../src/moments/finite.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const not = (value: number) => new Matrix(1, 1, Float64Array.of(value));

describe('checkImage', () => {
  it('passes when the image is finite', async () => {
    await expect(checkImage(normals(2, 4, 2), normals(1, 4, 3), 0)).resolves.toBeUndefined();
  });

  it('counts rows from the start of the source, beyond the first turn of the event loop too', async () => {
    const chunk = Matrix.zeros(3, 500_000);
    chunk.data[2 * 500_000 + 499_999] = Number.POSITIVE_INFINITY;
    const error = await failure(() => checkImage(not(Number.NaN), chunk, 40));
    expect(error.code).toBe('NOT_FINITE');
    expect(error.message).toContain('source has Infinity at row 42, column 499999.');
  });

  it('looks at all of a large image', async () => {
    const image = Matrix.zeros(3, 500_000);
    image.data[image.data.length - 1] = Number.NaN;
    expect(await failure(() => checkImage(image, not(Number.NaN), 0))).toMatchObject({ code: 'NOT_FINITE' });
  });

  it('knows an overflow from bad input', async () => {
    const error = await failure(() => checkImage(not(Number.POSITIVE_INFINITY), normals(1, 2, 2), 0));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'source' });
  });
});
