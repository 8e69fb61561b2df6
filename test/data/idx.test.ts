import { appendFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openIdx } from '../../src/data/idx.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

const header = (type: number, ...extents: number[]) => {
  const bytes = Buffer.alloc(4 + 4 * extents.length);
  bytes.writeUInt16BE((type << 8) | extents.length, 2);
  extents.forEach((extent, i) => {
    bytes.writeUInt32BE(extent, 4 + 4 * i);
  });
  return bytes;
};

const TYPES = {
  8: { size: 1, put: (b: Buffer, x: number, at: number) => b.writeUInt8(x, at), values: [0, 1, 127, 128, 200, 255] },
  9: { size: 1, put: (b: Buffer, x: number, at: number) => b.writeInt8(x, at), values: [0, 1, -1, 127, -128, 5] },
  11: {
    size: 2,
    put: (b: Buffer, x: number, at: number) => b.writeInt16BE(x, at),
    values: [0, 1, -1, 32767, -32768, 258],
  },
  12: {
    size: 4,
    put: (b: Buffer, x: number, at: number) => b.writeInt32BE(x, at),
    values: [0, 1, -1, 2147483647, -2147483648, 16777217],
  },
  13: {
    size: 4,
    put: (b: Buffer, x: number, at: number) => b.writeFloatBE(x, at),
    values: [0, 1.5, -2.25, 1e10, 0.125, -0.5],
  },
  14: {
    size: 8,
    put: (b: Buffer, x: number, at: number) => b.writeDoubleBE(x, at),
    values: [0, 0.1, -1e300, 5e-324, Math.PI, 2],
  },
};

/** A 2×3 file of the given type. */
function sample(type: keyof typeof TYPES): Buffer {
  const { size, put, values } = TYPES[type];
  const body = Buffer.alloc(6 * size);
  values.forEach((value, i) => {
    put(body, value, i * size);
  });
  return Buffer.concat([header(type, 2, 3), body]);
}

const drain = async (path: string) => rowsOf(await openIdx(path));

describe('openIdx', () => {
  it.each([8, 9, 11, 12, 13, 14] as const)('reads numbers of type %i, plain and compressed', async (type) => {
    const { values } = TYPES[type];
    for (const bytes of [sample(type), gzipSync(sample(type))]) {
      const source = await openIdx(folder.write('sample', bytes));
      expect([source.rows, source.cols]).toEqual([2, 3]);
      const chunks = await chunksOf(source);
      expect(chunks.flatMap((chunk) => chunk.toArray())).toEqual([values.slice(0, 3), values.slice(3)]);
      const single = type !== 12 && type !== 14;
      expect(chunks[0]?.data).toBeInstanceOf(single ? Float32Array : Float64Array);
    }
  });

  it('flattens all dimensions but the first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }), async (extents) => {
        const size = extents.reduce((a, b) => a * b, 1);
        const body = Buffer.from(Array.from({ length: size }, (_, i) => i % 256));
        const source = await openIdx(folder.write('shape', Buffer.concat([header(8, ...extents), body])));
        const cols = extents.slice(1).reduce((a, b) => a * b, 1);
        expect([source.rows, source.cols]).toEqual([extents[0], cols]);
        expect((await rowsOf(source)).flat()).toEqual([...body]);
      }),
      { numRuns: 50 },
    );
  });

  it('yields chunks of at most 4 MB, the same in each iteration', async () => {
    const [rows, cols] = [5000, 700];
    const body = Buffer.from(Uint8Array.from({ length: rows * cols }, (_, i) => (i * 31) % 251));
    for (const bytes of [body, gzipSync(Buffer.concat([header(8, rows, cols), body]), { level: 1 })]) {
      const whole = bytes === body ? Buffer.concat([header(8, rows, cols), body]) : bytes;
      const source = await openIdx(folder.write('large', whole));
      for (let pass = 0; pass < 2; pass++) {
        const chunks = await chunksOf(source);
        expect(chunks.length).toBeGreaterThan(2);
        expect(Math.max(...chunks.map((chunk) => chunk.data.byteLength))).toBeLessThanOrEqual(4 << 20);
        const read = Buffer.concat(chunks.map((chunk) => Buffer.from(Uint8Array.from(chunk.data))));
        expect(read.equals(body)).toBe(true);
      }
    }
  });

  it.skipIf(!listsOpenFiles)('closes the file at the end, on an early break, and after an error', async () => {
    const large = Buffer.concat([header(8, 6000, 1000), Buffer.alloc(6_000_000)]);
    for (const bytes of [large, gzipSync(large, { level: 1 })]) {
      const path = folder.write('closing', bytes);
      const source = await openIdx(path);
      expect(openCount(path)).toBe(0);
      for await (const _ of source) {
        expect(openCount(path)).toBe(1);
        break;
      }
      expect(openCount(path)).toBe(0);
      await chunksOf(source);
      expect(openCount(path)).toBe(0);
      appendFileSync(path, 'x');
      await failure(() => chunksOf(source));
      expect(openCount(path)).toBe(0);
    }
  });

  it('reports every cut of a file', async () => {
    await expectEveryPrefixFails(folder, 'cut', sample(12), drain);
    await expectEveryPrefixFails(folder, 'cut.gz', gzipSync(sample(12)), drain);
  });

  it.each([
    ['no zeros in front', Buffer.from([1, 0, 8, 1, 0, 0, 0, 0]), 0],
    ['an unknown type', Buffer.from([0, 0, 10, 1, 0, 0, 0, 0]), 0],
    ['no dimensions', Buffer.from([0, 0, 8, 0]), 0],
    ['bytes behind the data', Buffer.concat([sample(8), Buffer.from('x')]), 18],
    ['more rows than the file holds', Buffer.concat([header(8, 0xffffffff, 784), Buffer.alloc(784)]), 796],
    ['a size beyond all files', header(14, 0xffffffff, 0xffffffff, 0xffffffff), 16],
  ])('refuses %s', async (_, bytes, offset) => {
    const path = folder.write('bad', bytes);
    expect(await failure(() => openIdx(path))).toMatchObject({ code: 'FILE_FORMAT', file: path, offset });
  });

  it('refuses sizes that no compressed file of this length holds, before it reads', async () => {
    const path = folder.write('bomb.gz', gzipSync(header(14, 1, 60_000_000)));
    expect(await failure(() => openIdx(path))).toMatchObject({ code: 'FILE_FORMAT', file: path });
  });

  it('refuses a row too wide to stream', async () => {
    const path = folder.write('wide', Buffer.concat([header(8, 0, 2 ** 26 + 1)]));
    expect(await failure(() => openIdx(path))).toMatchObject({ code: 'TOO_LARGE', file: path });
  });

  it('notices a file that changed after it was opened', async () => {
    const path = folder.write('changing', sample(8));
    const source = await openIdx(path);
    const turned = Buffer.concat([header(8, 3, 2), Buffer.alloc(6)]);
    for (const bytes of [sample(12), turned]) {
      folder.write('changing', bytes);
      expect(await failure(() => chunksOf(source))).toMatchObject({ code: 'FILE_FORMAT', file: path });
    }
    folder.write('changing', sample(8));
    expect(await chunksOf(source)).toHaveLength(1);
  });
});
