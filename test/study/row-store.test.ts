import { existsSync, readdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { MemoryRows, type RowStore, SpooledRows } from '../../src/study/row-store.js';
import { chunksOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { handles } from '../support/handles.js';
import fc from '../support/properties.js';

const spools = () => readdirSync(tmpdir()).filter((name) => /^eigenview-[^-]{6}$/.test(name));

const append = async (store: RowStore, rows: number, cols: number, at: number) => {
  for (let from = 0; from < rows; from += at) {
    const count = Math.min(at, rows - from);
    const chunk = new Matrix(count, cols);
    chunk.data.forEach((_, i) => {
      chunk.data[i] = from * cols + i + 0.5;
    });
    await store.append(chunk);
  }
};

async function picked(store: RowStore, order: Uint32Array, chunkRows: number) {
  const chunks = await chunksOf(store.pick(order, chunkRows));
  return { sizes: chunks.map(({ rows }) => rows), data: chunks.flatMap(({ data }) => Array.from(data)) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('SpooledRows', () => {
  let before: string[];
  beforeAll(() => {
    before = spools();
  });

  it('has the rows that MemoryRows has, in any order and chunks', async () => {
    const cols = 3;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }).chain((rows) =>
          fc.tuple(
            fc.constant(rows),
            fc.integer({ min: 1, max: 60 }),
            // Rows may be left out, or come twice.
            fc.array(fc.integer({ min: 0, max: rows - 1 }), { maxLength: 80 }),
            fc.integer({ min: 1, max: 20 }),
          ),
        ),
        async ([rows, at, order, chunkRows]) => {
          const memory = new MemoryRows(rows, cols);
          const spool = await SpooledRows.create(cols);
          try {
            for (const store of [memory, spool]) await append(store, rows, cols, at);
            expect([spool.rows, spool.cols]).toEqual([rows, cols]);
            const wanted = Uint32Array.from(order);
            expect(await picked(spool, wanted, chunkRows)).toEqual(await picked(memory, wanted, chunkRows));
          } finally {
            await spool.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('reads orders that span many pieces and more than one stretch', async () => {
    // 9 000 rows of 8 kB: 72 MB, more than a stretch, in pieces of 524 rows.
    const [rows, cols] = [9000, 1000];
    const spool = await SpooledRows.create(cols);
    try {
      await append(spool, rows, cols, 1000);
      // 7 001 is prime to 9 000: every row once, far apart.
      const order = Uint32Array.from({ length: rows }, (_, i) => (i * 7001) % rows);
      let next = 0;
      for await (const chunk of spool.pick(order, 2048)) {
        for (let i = 0; i < chunk.rows; i++, next++) {
          const row = order[next] as number;
          const [first, last] = [chunk.get(i, 0), chunk.get(i, cols - 1)];
          if (first !== row * cols + 0.5 || last !== row * cols + cols - 0.5) throw new Error(`row ${row} is wrong`);
        }
      }
      expect(next).toBe(rows);
    } finally {
      await spool.close();
    }
  });

  it('keeps float32 rows as the numbers they are', async () => {
    const spool = await SpooledRows.create(2);
    await spool.append(new Matrix(1, 2, Float32Array.of(0.1, -3)));
    const [chunk] = await chunksOf(spool.pick(Uint32Array.of(0), 10));
    expect(Array.from((chunk as Matrix).data)).toEqual([Math.fround(0.1), -3]);
    await spool.close();
  });

  it('leaves nothing behind when closed, which may be done twice', async () => {
    const spool = await SpooledRows.create(2);
    await append(spool, 10, 2, 5);
    await Promise.all([spool.close(), spool.close()]);
    expect(existsSync(spool.folder)).toBe(false);
    expect(spools()).toEqual(before);
  });

  it.skipIf(process.platform === 'win32')(
    'has no name while it is open, so that a killed process leaves nothing',
    async () => {
      const spool = await SpooledRows.create(2);
      await append(spool, 10, 2, 5);
      expect(existsSync(spool.folder)).toBe(false);
      expect((await picked(spool, Uint32Array.of(9), 1)).data).toEqual([18.5, 19.5]);
      await spool.close();
    },
  );

  it('says when the disk is full', async () => {
    const spool = await SpooledRows.create(2);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    vi.spyOn(await handles(), 'write').mockRejectedValueOnce(full);
    const error = await failure(() => append(spool, 10, 2, 10));
    expect(error).toMatchObject({ code: 'FILE_IO', file: spool.folder, fix: 'Free some space on the disk.' });
    await spool.close();
  });

  it('writes the rest when the disk takes only a part', async () => {
    const prototype = await handles();
    const write = prototype.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    const spool = await SpooledRows.create(2);
    vi.spyOn(prototype, 'write').mockImplementationOnce(function (this: FileHandle, ...args: unknown[]) {
      return write.call(this, args[0], args[1], 13) as never;
    });
    await append(spool, 3, 2, 3);
    expect((await picked(spool, Uint32Array.of(2, 0), 5)).data).toEqual([4.5, 5.5, 0.5, 1.5]);
    await spool.close();
  });

  it('says so when there is no place for temporary files', async () => {
    vi.stubEnv('TMPDIR', '/nonexistent/eigenview');
    try {
      expect(await failure(() => SpooledRows.create(2))).toMatchObject({ code: 'FILE_IO' });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
