import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openNpz, writeNpz } from '../../src/data/npz.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));

/** Reads every array of a file. */
async function readEvery(path: string): Promise<Record<string, number[][]>> {
  const file = await openNpz(path);
  const entries = file.names.map(async (name) => [name, (await file.read(name)).toArray()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('openNpz', () => {
  it.each(['stored.npz', 'deflated.npz'])('reads %s as NumPy writes it', async (name) => {
    const file = await openNpz(fixture(name));
    expect(file.names).toEqual(['signed', 'vector', 'scalar']);
    const signed = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((j) => 7 * i - 3 * j + 1));
    expect(await readEvery(fixture(name))).toEqual({
      signed,
      vector: signed.map((row) => row.slice(0, 1)),
      scalar: [[2.5]],
    });
    const source = await file.open('signed');
    for (let pass = 0; pass < 2; pass++) expect(await rowsOf(source)).toEqual(signed);
    expect((await file.read('vector')).data).toBeInstanceOf(Float32Array);
  });

  it('reports every cut of a file', async () => {
    await expectEveryPrefixFails(folder, 'cut.npz', readFileSync(fixture('stored.npz')), readEvery);
    await expectEveryPrefixFails(folder, 'cut.npz', readFileSync(fixture('deflated.npz')), readEvery);
  });

  it('never takes damaged bytes for other numbers', async () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      const whole = readFileSync(fixture(name));
      const intact = await readEvery(fixture(name));
      const damage = fc.record({ at: fc.nat(whole.length - 1), mask: fc.integer({ min: 1, max: 255 }) });
      await fc.assert(
        fc.asyncProperty(damage, async ({ at, mask }) => {
          const bytes = Buffer.from(whole);
          bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
          const path = folder.write('damaged.npz', bytes);
          // Dates, attributes and names are not covered by a checksum: only the arrays that are found count.
          const outcome = await readEvery(path).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'FILE_FORMAT', file: path });
          else for (const rows of Object.values(outcome as object)) expect(Object.values(intact)).toContainEqual(rows);
        }),
        { numRuns: 300 },
      );
    }
  });

  it('names the array whose checksum does not match', async () => {
    const bytes = readFileSync(fixture('stored.npz'));
    const at = bytes.indexOf(' \n') + 2;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const file = await openNpz(folder.write('sum.npz', bytes));
    const error = await failure(() => file.read('signed'));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', offset: 224 });
    expect(error.message).toContain('In signed.npy: The checksum');
    expect((await file.read('scalar')).toArray()).toEqual([[2.5]]);
  });

  it('refuses a name that is there twice', async () => {
    await writeNpz(folder.at('twice.npz'), { a: 1, b: 2 });
    const bytes = readFileSync(folder.at('twice.npz')).toString('latin1').replaceAll('b.npy', 'a.npy');
    const path = folder.write('twice.npz', Buffer.from(bytes, 'latin1'));
    expect(await failure(() => openNpz(path))).toMatchObject({ code: 'FILE_FORMAT', file: path });
  });

  it('names what is not an archive, is not there, or not in it', async () => {
    expect(await failure(() => openNpz(fixture('f8-le.npy')))).toMatchObject({ code: 'FILE_FORMAT' });
    expect(await failure(() => openNpz(folder.at('missing')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    const file = await openNpz(fixture('stored.npz'));
    expect(await failure(() => file.open('sined'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      expected: 'one of signed, vector, scalar',
    });
  });

  it.skipIf(!listsOpenFiles)('holds no file open between calls, nor after a break', async () => {
    const path = folder.at('closing.npz');
    await writeNpz(path, { x: Matrix.zeros(2000, 400) });
    const file = await openNpz(path);
    expect(openCount(path)).toBe(0);
    for await (const _ of await file.open('x')) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
  });
});

describe('writeNpz', () => {
  const lengths = (n: number) => ({ minLength: n, maxLength: n });
  const matrix = fc
    .tuple(fc.nat(4), fc.nat(4))
    .chain(([rows, cols]) => fc.float64Array(lengths(rows * cols)).map((data) => new Matrix(rows, cols, data)));
  const vector = fc.oneof(fc.float64Array(), fc.float32Array(), fc.int32Array());
  const name = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((name) => !name.includes('\0') && name !== '__proto__');

  it('gives back every value bit by bit', async () => {
    const path = folder.at('round.npz');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.oneof(matrix, vector, fc.double()), { maxKeys: 5 }), async (values) => {
        await writeNpz(path, values);
        const file = await openNpz(path);
        expect([...file.names]).toEqual(Object.keys(values));
        for (const [name, value] of Object.entries(values)) {
          const read = await file.read(name);
          if (value instanceof Matrix) {
            expect([read.rows, read.cols]).toEqual([value.rows, value.cols]);
            expect(read.data).toEqual(value.data);
          } else {
            const expected = typeof value === 'number' ? [value] : [...value];
            expect([read.rows, read.cols]).toEqual([expected.length, 1]);
            expect([...read.data]).toEqual(expected);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes the same bytes for the same values', async () => {
    for (const name of ['a.npz', 'b.npz']) await writeNpz(folder.at(name), { x: Matrix.identity(3), n: 7 });
    expect(readFileSync(folder.at('a.npz')).equals(readFileSync(folder.at('b.npz')))).toBe(true);
  });

  it('takes arrays of several chunks', async () => {
    const data = Float64Array.from({ length: 1_200_000 }, (_, i) => i);
    await writeNpz(folder.at('large.npz'), { x: new Matrix(3000, 400, data) });
    const file = await openNpz(folder.at('large.npz'));
    const source = await file.open('x');
    const chunks = await chunksOf(source);
    expect(chunks.length).toBe(3);
    expect((await file.read('x')).data).toBeCloseToArray(data, 0);
  });

  it.each([
    ['no object', 5],
    ['an array', [1]],
    ['text', { x: 'text' }],
    ['nested arrays', { x: [[1]] }],
    ['an array without a name', { '': 1 }],
    ['a name with NUL', { 'a\0b': 1 }],
  ])('refuses %s', async (_, values) => {
    const error = await failure(() => writeNpz(folder.at('never.npz'), values as never));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(folder.names()).not.toContain('never.npz');
  });
});
