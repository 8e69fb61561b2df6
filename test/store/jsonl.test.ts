import { readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type JsonRecord, openJsonl, readJsonl, type TornLine } from '../../src/store/jsonl.js';
import { failure } from '../support/failure.js';
import { handles } from '../support/handles.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
let files = 0;
const fresh = () => folder.at(`${files++}.jsonl`);

async function writeAll(path: string, records: readonly JsonRecord[]): Promise<void> {
  const writer = await openJsonl(path);
  for (const record of records) await writer.append(record);
  await writer.close();
}

async function readAll(path: string): Promise<{ records: unknown[]; torn: TornLine[] }> {
  const records: unknown[] = [];
  const torn: TornLine[] = [];
  for await (const record of readJsonl(path, { onTorn: (line) => torn.push(line) })) records.push(record);
  return { records, torn };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('openJsonl and readJsonl', () => {
  it('give back what was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 5 }),
        async (records) => {
          const path = fresh();
          await writeAll(path, records);
          const expected = records.map((record) => JSON.parse(JSON.stringify(record)));
          expect(await readAll(path)).toEqual({ records: expected, torn: [] });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('write one line per record, in the order of the calls, behind what is there', async () => {
    const path = fresh();
    await writeAll(path, [{ n: 0 }]);
    const writer = await openJsonl(path);
    const slow = await handles();
    const write = slow.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    vi.spyOn(slow, 'write').mockImplementationOnce(async function (this: FileHandle, ...args: unknown[]) {
      await setTimeout(20);
      return write.apply(this, args) as never;
    });
    await Promise.all([1, 2, 3].map((n) => writer.append({ n })));
    await writer.close();
    expect(readFileSync(path, 'utf8')).toBe('{"n":0}\n{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  it('leave out undefined properties and keep separators of lines in text', async () => {
    const path = fresh();
    await writeAll(path, [{ text: 'a\n\u2028\r', absent: undefined }]);
    expect((await readAll(path)).records).toEqual([{ text: 'a\n\u2028\r' }]);
  });

  it('take up a file that was cut anywhere', async () => {
    const path = fresh();
    const records = [{ n: 1 }, { text: 'ä' }, { list: [1, 2, 3] }];
    await writeAll(path, records);
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      const prefix = whole.subarray(0, length);
      const kept = prefix.filter((byte) => byte === 0x0a).length;
      const end = prefix.lastIndexOf(0x0a) + 1;
      const cut = folder.write('cut.jsonl', prefix);
      const torn = end < length ? [{ line: kept + 1, offset: end, bytes: length - end }] : [];
      expect(await readAll(cut)).toEqual({ records: records.slice(0, kept), torn });
      await writeAll(cut, [{ n: 9 }]);
      expect(await readAll(cut)).toEqual({ records: [...records.slice(0, kept), { n: 9 }], torn: [] });
    }
  });

  it('find the end of the last whole line far from the end of the file', async () => {
    const text = 'x'.repeat(200_000);
    const path = folder.write('long.jsonl', `{"text":"${text}"}\n{"text":"${text}`);
    await writeAll(path, [{ n: 2 }]);
    expect((await readAll(path)).records).toEqual([{ text }, { n: 2 }]);
  });

  it('do not cut a file that never held records', async () => {
    const path = folder.write('notes.txt', 'no line end');
    expect(await failure(() => openJsonl(path))).toMatchObject({ code: 'FILE_FORMAT', file: path, offset: 0 });
    expect(readFileSync(path, 'utf8')).toBe('no line end');
  });
});

describe('append', () => {
  it.each([
    ['NaN', { risk: Number.NaN }, 'NOT_FINITE', 'risk'],
    ['an infinity deep inside', { cells: [{ risk: [1, -Infinity] }] }, 'NOT_FINITE', '1'],
    ['a typed array', { spectrum: new Float64Array(2) }, 'INVALID_ARGUMENT', 'spectrum'],
    ['a function', { f: () => 1 }, 'INVALID_ARGUMENT', 'f'],
    ['a bigint', { n: 1n }, 'INVALID_ARGUMENT', 'n'],
    ['a map', { m: new Map() }, 'INVALID_ARGUMENT', 'm'],
    ['a hole', { list: [undefined] }, 'INVALID_ARGUMENT', '0'],
    ['an array as record', [1], 'INVALID_ARGUMENT', 'record'],
    ['a number as record', 1, 'INVALID_ARGUMENT', 'record'],
  ])('refuses %s and writes nothing', async (_, record, code, argument) => {
    const path = fresh();
    const writer = await openJsonl(path);
    expect(await failure(() => writer.append(record as never))).toMatchObject({ code, argument });
    await writer.append({ n: 1 });
    await writer.close();
    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n');
  });

  it('refuses a record that contains itself', async () => {
    const writer = await openJsonl(fresh());
    const record: Record<string, unknown> = {};
    record.self = record;
    expect(await failure(() => writer.append(record))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    await writer.close();
  });

  it('takes back a line that the disk took only in part', async () => {
    const path = fresh();
    const writer = await openJsonl(path);
    await writer.append({ n: 1 });
    const prototype = await handles();
    const write = prototype.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    vi.spyOn(prototype, 'write').mockImplementationOnce(function (this: FileHandle, ...args: unknown[]) {
      return write.call(this, args[0], 0, 4) as never;
    });
    expect(await failure(() => writer.append({ n: 2 }))).toMatchObject({ code: 'FILE_IO', file: path });
    await writer.append({ n: 3 });
    await writer.close();
    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n{"n":3}\n');
  });

  it('refuses a record after close, which may be called twice', async () => {
    const writer = await openJsonl(fresh());
    await writer.close();
    await writer.close();
    expect(await failure(() => writer.append({ n: 1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('readJsonl', () => {
  it.each([
    ['text', '{"n":1}\nhello\n', 2, 8],
    ['a blank line', '{"n":1}\n\n{"n":2}\n', 2, 8],
    ['an array', '[1]\n', 1, 0],
    ['a number', '1\n', 1, 0],
  ])('names a line that is %s', async (_, contents, line, offset) => {
    const path = folder.write('bad.jsonl', contents);
    const error = await failure(() => readAll(path));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path, offset });
    expect(error.message).toContain(`Line ${line} `);
  });

  it('names a file that is not there, and a folder', async () => {
    expect(await failure(() => readAll(folder.at('missing')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failure(() => readAll(folder.path))).toMatchObject({ code: 'FILE_IO' });
    expect(await failure(() => openJsonl(folder.at('missing/x')))).toMatchObject({ code: 'FILE_IO' });
  });

  it('refuses unknown options', async () => {
    const options = { onTear: () => undefined };
    expect(await failure(() => readJsonl('x', options as never).next())).toMatchObject({ code: 'UNKNOWN_OPTION' });
  });

  it.skipIf(!listsOpenFiles)('closes the file when the consumer breaks off', async () => {
    const path = fresh();
    await writeAll(path, [{ n: 1 }, { n: 2 }]);
    for await (const _ of readJsonl(path)) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
  });
});
