import { readFileSync, truncateSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy, openNpy, writeNpy } from '../../src/data/npy.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
const table = (value: (i: number, j: number) => number) =>
  Array.from({ length: 4 }, (_, i) => Array.from({ length: 3 }, (_, j) => value(i, j)));
const signed = table((i, j) => 7 * i - 3 * j + 1);
const unsigned = table((i, j) => 7 * i + 3 * j + 1);
const cube = [0, 1].map((i) => Array.from({ length: 12 }, (_, j) => 12 * i + j));

/** Read both ways: streamed from the file and from bytes in memory. */
async function bothWays(name: string): Promise<{ rows: number[][]; single: boolean }> {
  const source = await openNpy(fixture(name));
  const rows = await rowsOf(source);
  expect([source.rows, source.rows === 0 ? source.cols : rows[0]?.length]).toEqual([rows.length, source.cols]);
  const whole = decodeNpy(readFileSync(fixture(name)));
  expect(whole.toArray()).toEqual(rows);
  return { rows, single: whole.data instanceof Float32Array };
}

/** A file with the given dictionary and body. */
function npy(dictionary: string, body: Uint8Array = new Uint8Array(0), version = 1): Buffer {
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(dictionary.length, 0, length.length);
  return Buffer.concat([start, length, Buffer.from(dictionary), body]);
}

describe('openNpy and decodeNpy', () => {
  it.each(['f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8'])('read %s as NumPy writes it', async (kind) => {
    for (const order of ['le', 'be']) {
      const { rows, single } = await bothWays(`${kind}-${order}.npy`);
      expect(rows).toEqual(kind.startsWith('u') ? unsigned : signed);
      expect(single).toBe(['f4', 'i1', 'i2', 'u1', 'u2'].includes(kind));
    }
  });

  it.each([
    ['bool.npy', table((i, j) => Number(i > j))],
    ['vector.npy', signed.map((row) => row.slice(0, 1))],
    ['scalar.npy', [[2.5]]],
    ['empty.npy', []],
    ['cube.npy', cube],
    ['fortran.npy', signed],
    ['fortran-cube.npy', cube],
    ['version-2.npy', signed],
    ['version-3.npy', signed],
  ])('read %s', async (name, expected) => {
    expect((await bothWays(name)).rows).toEqual(expected);
  });

  it.each([
    ['half.npy', 'f2'],
    ['structured.npy', "'a'"],
    ['text.npy', 'U1'],
    ['large-integer.npy', '9007199254740993'],
  ])('refuse %s', async (name, received) => {
    for (const read of [
      async () => rowsOf(await openNpy(fixture(name))),
      () => decodeNpy(readFileSync(fixture(name))),
    ]) {
      const error = await failure(read);
      expect(error.code).toBe('FILE_FORMAT');
      expect(error.received).toContain(received);
      expect(error.offset).toBeTypeOf('number');
    }
  });

  it.each([
    ['another magic', Buffer.from('NUMPY file with nothing in it'), 0],
    ['version 4', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}", undefined, 4), 6],
    ['a missing key', npy("{'descr': '<f8', 'shape': (0,)}"), 10],
    ['no dictionary', npy('descr'), 10],
    ['a sum in the shape', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1+1,)}"), 10],
    [
      'more rows than can be counted',
      npy(`{'descr': '<f8', 'fortran_order': False, 'shape': (1${'0'.repeat(30)}, 0)}`),
      97,
    ],
    [
      'a shape beyond all numbers',
      npy(`{'descr': '<f8', 'fortran_order': False, 'shape': (1${'0'.repeat(400)}, 0)}`),
      467,
    ],
    [
      'a shape beyond all files',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999)}"),
      87,
    ],
    ['a shape larger than the file', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999, 1000)}"), 76],
    ['a header longer than any', Buffer.from([0x93, ...Buffer.from('NUMPY'), 2, 0, 255, 255, 255, 127, 0, 0]), 8],
    ['bytes behind the data', npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", Buffer.alloc(2)), 66],
  ])('refuse %s', async (_, bytes, offset) => {
    const path = folder.write('bad.npy', bytes);
    expect(await failure(() => openNpy(path))).toMatchObject({ code: 'FILE_FORMAT', file: path, offset });
    expect(await failure(() => decodeNpy(bytes, 'given'))).toMatchObject({ code: 'FILE_FORMAT', file: 'given' });
  });

  it('accept the keys in any order and the long integers of Python 2', async () => {
    const bytes = npy('{"shape": (2L, 1L), "fortran_order": False, "descr": "|u1"}\n', Buffer.from([3, 4]));
    expect(decodeNpy(bytes).toArray()).toEqual([[3], [4]]);
  });

  it('take every byte but 0 for true', () => {
    const bytes = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", Buffer.from([0, 1, 2]));
    expect(decodeNpy(bytes).toArray()).toEqual([[0], [1], [1]]);
  });

  it('take rows of nothing, however many', async () => {
    const path = folder.write(
      'rows.npy',
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9000000000000000, 0)}"),
    );
    expect((await chunksOf(await openNpy(path))).map((chunk) => chunk.rows)).toEqual([9e15]);
  });

  it('refuse bytes behind compressed data in Fortran order', async () => {
    const path = folder.write(
      'long.npy',
      gzipSync(Buffer.concat([readFileSync(fixture('fortran.npy')), Buffer.from('x')])),
    );
    expect(await failure(async () => rowsOf(await openNpy(path)))).toMatchObject({ code: 'FILE_FORMAT', offset: 224 });
  });

  it('report every cut of a file', async () => {
    const drain = async (path: string) => rowsOf(await openNpy(path));
    const whole = readFileSync(fixture('i2-be.npy'));
    await expectEveryPrefixFails(folder, 'cut.npy', whole, drain);
    await expectEveryPrefixFails(folder, 'cut.npy.gz', gzipSync(whole), drain);
    for (let length = 0; length < whole.length; length++) {
      expect(await failure(() => decodeNpy(whole.subarray(0, length)))).toMatchObject({ code: 'FILE_FORMAT' });
    }
  });

  it('stream large arrays in chunks of at most 4 MB, in either order', async () => {
    const whole = new Matrix(
      3000,
      400,
      Float64Array.from({ length: 1_200_000 }, (_, i) => i),
    );
    const cOrder = folder.at('c.npy');
    await writeNpy(cOrder, whole);
    const turned = whole.transpose();
    const dictionary = "{'descr': '<f8', 'fortran_order': True, 'shape': (3000, 400)}";
    const fortran = folder.write('f.npy', npy(dictionary, new Uint8Array(turned.data.buffer)));
    for (const path of [cOrder, fortran]) {
      const chunks = await chunksOf(await openNpy(path));
      expect(chunks.length).toBe(3);
      expect(Math.max(...chunks.map((chunk) => chunk.data.byteLength))).toBeLessThanOrEqual(4 << 20);
      const values = chunks.flatMap((chunk) => [...chunk.data]);
      expect(values.length).toBe(1_200_000);
      expect(values.every((value, i) => value === i)).toBe(true);
    }
  });

  it('refuse a large array in Fortran order', async () => {
    const dictionary = "{'descr': '<f8', 'fortran_order': True, 'shape': (3000, 3000)}";
    const path = folder.write('large.npy', npy(dictionary));
    truncateSync(path, npy(dictionary).length + 72_000_000);
    const error = await failure(() => openNpy(path));
    expect(error).toMatchObject({ code: 'TOO_LARGE', file: path });
    expect(error.fix).toContain('ascontiguousarray');
  });

  it('refuse what is not bytes', async () => {
    expect(await failure(() => decodeNpy('x' as never))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'bytes' });
  });

  it.skipIf(!listsOpenFiles)('close the file on an early break', async () => {
    const path = folder.at('closing.npy');
    await writeNpy(path, Matrix.zeros(2000, 400));
    const source = await openNpy(path);
    for await (const _ of source) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
  });
});

describe('writeNpy and encodeNpy', () => {
  it('give back every matrix bit by bit', async () => {
    const extents = fc.record({ rows: fc.nat(5), cols: fc.nat(5), single: fc.boolean() });
    const matrix = extents.chain(({ rows, cols, single }) => {
      const lengths = { minLength: rows * cols, maxLength: rows * cols };
      return (single ? fc.float32Array(lengths) : fc.float64Array(lengths)).map((data) => new Matrix(rows, cols, data));
    });
    const path = folder.at('round.npy');
    await fc.assert(
      fc.asyncProperty(matrix, async (matrix) => {
        await writeNpy(path, matrix);
        expect(readFileSync(path).equals(encodeNpy(matrix))).toBe(true);
        const decoded = decodeNpy(encodeNpy(matrix));
        expect([decoded.rows, decoded.cols]).toEqual([matrix.rows, matrix.cols]);
        expect(decoded.data).toEqual(matrix.data);
        const source = await openNpy(path);
        expect([source.rows, source.cols]).toEqual([matrix.rows, matrix.cols]);
        expect((await chunksOf(source)).flatMap((chunk) => [...chunk.data])).toEqual([...matrix.data]);
      }),
      { numRuns: 60 },
    );
  });

  it('write arrays as 1-D and numbers as 0-D, with headers that fill whole blocks of 64 bytes', () => {
    for (const [value, descr, shape] of [
      [Float64Array.of(1, 2), '<f8', '(2,)'],
      [Float32Array.of(1, 2), '<f4', '(2,)'],
      [Int32Array.of(1, 2), '<i4', '(2,)'],
      [1, '<f8', '()'],
      [Matrix.identity(2), '<f8', '(2, 2)'],
    ] as const) {
      const bytes = Buffer.from(encodeNpy(value));
      const length = bytes.readUInt16LE(8);
      expect((length + 10) % 64).toBe(0);
      expect(bytes.toString('latin1', 10, 10 + length).trim()).toBe(
        `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`,
      );
      expect(bytes[9 + length]).toBe(0x0a);
    }
    expect(decodeNpy(encodeNpy(Int32Array.of(-1, 2147483647))).toArray()).toEqual([[-1], [2147483647]]);
    expect(decodeNpy(encodeNpy(0.1)).toArray()).toEqual([[0.1]]);
  });

  it('write only the part of a buffer that is the matrix', () => {
    const data = Float64Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(decodeNpy(encodeNpy(new Matrix(1, 2, data))).toArray()).toEqual([[1, 2]]);
  });

  it('refuse other values, a detached matrix and a missing folder', async () => {
    expect(await failure(() => encodeNpy([[1]] as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const matrix = Matrix.identity(2);
    structuredClone(matrix.data, { transfer: [matrix.data.buffer as ArrayBuffer] });
    expect(await failure(() => encodeNpy(matrix))).toMatchObject({ code: 'DETACHED' });
    expect(await failure(() => writeNpy(folder.at('missing/x.npy'), 1))).toMatchObject({ code: 'FILE_IO' });
  });
});
