import { describe, expect, it } from 'vitest';
import { about, piloted } from '../../src/diagnostics/origin.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { normals } from '../support/normals.js';

const z = normals(1, 300, 3);
/** Far, near, and constant features. */
const far = new Matrix(
  300,
  3,
  z.data.map((x, at) => [1e5 + x, 1 + x, 7][at % 3] as number),
);

/** One buffer for all chunks, as a reader may have. */
async function* reused(x: Matrix, size: number): AsyncGenerator<Matrix, void, undefined> {
  const buffer = new Float64Array(size * x.cols);
  for (let from = 0; from < x.rows; from += size) {
    const rows = Math.min(size, x.rows - from);
    buffer.set(x.data.subarray(from * x.cols, (from + rows) * x.cols));
    yield new Matrix(rows, x.cols, buffer.subarray(0, rows * x.cols));
  }
}

describe('the origin', () => {
  it.each([1, 7, 255, 256, 257, 300])(
    'is the first row where features are far from 0, in chunks of %i',
    async (size) => {
      const { origin, chunks } = await piloted(reused(far, size));
      expect(origin).toEqual(Float64Array.of(far.get(0, 0), 0, 7));
      const read: number[] = [];
      for await (const chunk of chunks) read.push(...chunk.data);
      expect(read).toEqual(Array.from(far.data));
    },
  );

  it('is chosen by the first 256 rows', async () => {
    const late = new Matrix(300, 1, new Float64Array(300).fill(5, 0, 256));
    expect((await piloted(reused(late, 50))).origin).toEqual(Float64Array.of(5));
    const early = new Matrix(300, 1, new Float64Array(300).fill(5, 0, 255));
    expect((await piloted(reused(early, 50))).origin).toBeUndefined();
  });

  it('is none of what is near 0, whose rows are not copied', async () => {
    const { origin, chunks } = await piloted(reused(z, 300));
    expect(origin).toBeUndefined();
    expect(await about(origin, z)).toBe(z);
    await chunks.return();
    expect((await piloted(reused(new Matrix(0, 3), 1))).origin).toBeUndefined();
  });

  it('leaves differences of floats that are near floats', async () => {
    const floats = new Matrix(300, 3, Float32Array.from(far.data));
    const { origin } = await piloted(reused(floats, 300));
    const { data } = await about(origin, floats);
    expect(Float64Array.from(Float32Array.from(data))).toEqual(data);
  });

  it('closes the source that is left early', async () => {
    let closed = false;
    const source = async function* () {
      try {
        yield* reused(far, 100);
      } finally {
        closed = true;
      }
    };
    const { chunks } = await piloted(source());
    await chunks.next();
    await chunks.return();
    expect(closed).toBe(true);
  });
});
