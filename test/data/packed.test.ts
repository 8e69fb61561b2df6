import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIdx } from '../../src/data/idx.js';
import { openMnist } from '../../src/data/mnist.js';
import { openData } from '../../src/data/open.js';
import { type PackedRows, packedReader, setPacked, unpackRows } from '../../src/data/packed.js';
import { rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
/** Three chunks: one of float32 has at most 4 MB. */
const [ROWS, COLS] = [2500, 1000];

const header = (type: number, ...extents: number[]) => {
  const bytes = Buffer.alloc(4 + 4 * extents.length);
  bytes.writeUInt16BE((type << 8) | extents.length, 2);
  extents.forEach((extent, i) => {
    bytes.writeUInt32BE(extent, 4 + 4 * i);
  });
  return bytes;
};
const body = Buffer.from(Uint8Array.from({ length: ROWS * COLS }, (_, i) => (i * 7919) >> 5));

const images = folder.write('images', Buffer.concat([header(8, ROWS, COLS), body]));
const mnist = folder.at('mnist');
mkdirSync(mnist);
writeFileSync(join(mnist, 'train-images-idx3-ubyte'), Buffer.concat([header(8, ROWS, COLS), body]));
writeFileSync(join(mnist, 'train-labels-idx1-ubyte'), Buffer.concat([header(8, ROWS), Buffer.alloc(ROWS, 1)]));

async function packedRows(source: object): Promise<{ sizes: number[]; bytes: Buffer }> {
  const chunks: PackedRows[] = [];
  for await (const chunk of packedReader(source)?.() ?? []) chunks.push(chunk);
  return { sizes: chunks.map(({ rows }) => rows), bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)) };
}

describe('packedReader', () => {
  it.each([
    ['an IDX file', () => openIdx(images)],
    ['a folder like MNIST', () => openMnist(mnist)],
    ['data with labels', () => openData(mnist)],
  ])('reads the bytes of %s in the chunks in which the source has them as floats', async (_, open) => {
    const source = await open();
    const sizes: number[] = [];
    for await (const chunk of source) sizes.push(chunk.rows);
    expect(sizes).toEqual([1048, 1048, 404]);
    const packed = await packedRows(source);
    expect(packed.sizes).toEqual(sizes);
    expect(packed.bytes.equals(body)).toBe(true);
  });

  it('knows nothing of numbers of other types, nor of a source whose rows may have been replaced', async () => {
    const signed = folder.write('signed', Buffer.concat([header(9, 2, 3), Buffer.alloc(6, 255)]));
    expect(packedReader(await openIdx(signed))).toBeUndefined();
    const whole = await openMnist(mnist);
    expect(packedReader(whole)).toBeDefined();
    expect(packedReader({ ...whole })).toBeUndefined();
    expect(packedReader(setPacked({}, undefined))).toBeUndefined();
  });

  it('finds what is wrong with the file, as the source does', async () => {
    const path = folder.write('cut', Buffer.concat([header(8, 2, 3), Buffer.alloc(6)]));
    const source = await openIdx(path);
    folder.write('cut', Buffer.concat([header(8, 2, 3), Buffer.alloc(5)]));
    const expected = await failure(() => rowsOf(source));
    expect(expected).toMatchObject({ code: 'FILE_FORMAT', file: path });
    expect((await failure(() => packedRows(source))).message).toBe(expected.message);
  });
});

describe('unpackRows', () => {
  it('uses one array for chunks of any size', () => {
    const buffer = new Float32Array(6).fill(-1);
    const whole = unpackRows({ rows: 2, cols: 3, bytes: Uint8Array.of(0, 1, 127, 128, 254, 255) }, buffer);
    expect(whole.toArray()).toEqual([
      [0, 1, 127],
      [128, 254, 255],
    ]);
    expect(unpackRows({ rows: 1, cols: 3, bytes: Uint8Array.of(9, 8, 7) }, buffer).toArray()).toEqual([[9, 8, 7]]);
    expect(buffer).toEqual(Float32Array.of(9, 8, 7, 128, 254, 255));
  });

  it('refuses an array that is too small', async () => {
    const rows = { rows: 1, cols: 3, bytes: new Uint8Array(3) };
    expect(await failure(() => unpackRows(rows, new Float32Array(2)))).toMatchObject({ code: 'INTERNAL' });
  });
});
