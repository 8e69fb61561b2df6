import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { chunks, RowCursor } from '../../src/moments/source.js';
import { chunksOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { cut, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';

const x = normals(1, 10, 3);

describe('chunks', () => {
  it('hands matrices on as they are, without the empty ones', async () => {
    expect((await chunksOf(chunks('source', x)))[0]).toBe(x);
    const parts = cut(x, [4]);
    const source = [Matrix.zeros(0, 3), parts[0] as Matrix, Matrix.zeros(0, 3), parts[1] as Matrix];
    const read = await chunksOf(chunks('source', source));
    expect(read.map((chunk, i) => chunk === parts[i])).toEqual([true, true]);
  });

  it('checks an empty chunk like any other', async () => {
    const error = await failure(() => chunksOf(chunks('rows', [x, Matrix.zeros(0, 4)])));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'rows' });
  });

  it('calls the argument what the caller does', async () => {
    expect(await failure(() => chunksOf(chunks('target', [])))).toMatchObject({ code: 'EMPTY', argument: 'target' });
  });
});

describe('RowCursor', () => {
  it('hands out rows in the quantities asked for', async () => {
    const cursor = new RowCursor('source', cut(x, [4]));
    const taken: number[] = [];
    for (let next = await cursor.peek(); next !== undefined; next = await cursor.peek()) {
      const count = Math.min(3, next.chunk.rows - next.from);
      taken.push(...next.chunk.data.subarray(3 * next.from, 3 * (next.from + count)));
      cursor.advance(count);
    }
    expect(taken).toEqual([...x.data]);
    expect(await cursor.peek()).toBeUndefined();
  });

  it('reads nothing before it is asked, and closes what it has opened', async () => {
    const untouched = new Watched([x]);
    await new RowCursor('source', untouched).close();
    expect(untouched).toMatchObject({ handedOut: 0, closed: false });
    const opened = new Watched([x, x]);
    const cursor = new RowCursor('source', opened);
    await cursor.peek();
    await cursor.close();
    expect(opened).toMatchObject({ handedOut: 1, closed: true });
  });
});
