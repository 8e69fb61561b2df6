import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ColumnMetaData, parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { openParquet, type ParquetOptions } from '../../src/data/parquet.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { type ParquetColumnData, writeParquet } from '../support/parquet.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}.parquet`, import.meta.url));
const read = async (path: string, options?: ParquetOptions) => rowsOf(await openParquet(path, options));

const NAMES = [
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'half',
  'float',
  'double',
];
/** What make-parquet.py says. */
const expected = Array.from({ length: 8 }, (_, i) =>
  NAMES.map((name, j) => (name === 'bool' ? Number(i > 2) : 7 * i + (name.startsWith('u') ? 3 : -3) * j + 1)),
);

describe('openParquet', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'version-2', 'required', 'required-v2', 'encodings'])(
    'reads every number type as pyarrow writes it: %s',
    async (name) => {
      const source = await openParquet(fixture(name));
      expect([source.rows, source.cols, source.names]).toEqual([8, 12, NAMES]);
      for (let pass = 0; pass < 2; pass++) expect(await rowsOf(source)).toEqual(expected);
    },
  );

  it('takes the columns it is told, in that order, float32 where that is exact', async () => {
    const columns = ['half', 'bool', 5];
    const [chunk] = await chunksOf(await openParquet(fixture('required'), { columns }));
    expect(chunk?.data).toBeInstanceOf(Float32Array);
    expect(chunk?.toArray()).toEqual(expected.map((row) => [row[9], row[0], row[5]]));
    const [wide] = await chunksOf(await openParquet(fixture('required'), { columns: ['half', 'int32'] }));
    expect(wide?.data).toBeInstanceOf(Float64Array);
  });

  it.each(['labelled', 'text-plain', 'text-delta_length_byte_array', 'text-delta_byte_array'])(
    'takes out a label column of text: %s',
    async (name) => {
      const source = await openParquet(fixture(name), { labels: 'kind' });
      expect(source.names).toEqual(['x', 'sign', 'y']);
      expect(source.classes).toEqual(['apple', 'fig', 'plum', 'äpfel']);
      expect([...(source.labels ?? [])]).toEqual([2, 0, 2, 1, 0, 1, 2, 3]);
      expect((await rowsOf(source))[3]).toEqual([0.75, 1, 0.375]);
    },
  );

  it('takes out a label column of integers', async () => {
    const source = await openParquet(fixture('labelled'), { labels: 2, columns: ['y'] });
    expect([source.classes, ...(source.labels ?? [])]).toEqual([['-1', '1'], 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(await rowsOf(source)).toEqual(Array.from({ length: 8 }, (_, i) => [i / 8]));
    const indices = await openParquet(fixture('none'), { labels: 'bool', columns: ['int8'] });
    expect([indices.classes, ...(indices.labels ?? [])]).toEqual([['0', '1'], 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('reads a file without rows', async () => {
    const source = await openParquet(fixture('empty'));
    expect([source.rows, source.cols, await chunksOf(source)]).toEqual([0, 12, []]);
  });

  it.each([
    ['a missing value', 'missing', 'FILE_FORMAT', /Column missing: A value is missing in row 2 /],
    ['NaN', 'nan', 'NOT_FINITE', /Column nan has NaN in row 5 /],
    ['an integer beyond float64', 'large', 'FILE_FORMAT', /Column large: An integer is too large.*9007199254740993/],
    ['text', 'text', 'FILE_FORMAT', /Column text .*received text.*number columns are x, missing, nan, large, last/],
    ['a list', 'list', 'FILE_FORMAT', /Column list .*received nested/],
    ['a struct', 'struct', 'FILE_FORMAT', /Column struct .*received nested/],
    ['a date', 'date', 'FILE_FORMAT', /Column date .*received DATE/],
    ['a decimal', 'decimal', 'FILE_FORMAT', /Column decimal .*received DECIMAL/],
  ])('refuses %s, naming file, column and row', async (_, column, code, message) => {
    const error = await failure(() => read(fixture('refused'), { columns: ['x', column] }));
    expect(error).toMatchObject({ code, file: fixture('refused') });
    expect(error.offset).toBeTypeOf('number');
    expect(error.message).toMatch(message);
  });

  it('reads the sound columns of a file, behind nested ones too', async () => {
    const rows = await read(fixture('refused'), { columns: ['last', 'x'] });
    expect(rows).toEqual(Array.from({ length: 8 }, (_, i) => [7 * i + 1, i / 4]));
  });

  it.each([
    ['a nested column', { labels: 'list', columns: ['x'] }, 'FILE_FORMAT'],
    ['a missing label', { labels: 'missing', columns: ['x'] }, 'FILE_FORMAT'],
    ['labels that are no classes', { labels: 'x', columns: ['last'] }, 'FILE_FORMAT'],
    ['labels that are NaN', { labels: 'nan', columns: ['x'] }, 'NOT_FINITE'],
    ['a label column that is not there', { labels: 'kind' }, 'INVALID_ARGUMENT'],
    ['a feature column that is not there', { columns: ['z'] }, 'INVALID_ARGUMENT'],
    ['an index beyond the last', { columns: [10] }, 'OUT_OF_RANGE'],
    ['a negative index', { columns: [-1] }, 'OUT_OF_RANGE'],
    ['columns that are no array', { columns: 'x' }, 'INVALID_ARGUMENT'],
    ['labels that are no column', { labels: true }, 'INVALID_ARGUMENT'],
    ['the label column as a feature', { labels: 'last', columns: ['x', 'last'] }, 'INVALID_ARGUMENT'],
    ['no column', { columns: [] }, 'EMPTY'],
    ['an unknown option', { label: 'x' }, 'UNKNOWN_OPTION'],
  ])('refuses as labels or columns: %s', async (_, options, code) => {
    expect((await failure(() => openParquet(fixture('refused'), options as never))).code).toBe(code);
  });

  it('lists the columns there are', async () => {
    const error = await failure(() => openParquet(fixture('labelled'), { labels: 'species' }));
    expect(error.message).toContain('x, kind, sign, y');
  });

  it.each([
    ['nothing', Buffer.alloc(0), 0, 'PAR1 at its start'],
    ['another format', Buffer.from('a,b\n1,2\n3,4\n'), 0, 'PAR1 at its start'],
    ['a start alone', Buffer.from('PAR1'), 4, 'a footer'],
    ['a footer longer than the file', Buffer.from('PAR1\xff\0\0\0PAR1', 'latin1'), 4, 'at most 0 bytes'],
    ['an encrypted footer', Buffer.from('PAR1\0\0\0\0PARE', 'latin1'), 8, 'PAR1'],
    ['a footer of nonsense', Buffer.from('PAR1\xee\xee\xee\xee\x04\0\0\0PAR1', 'latin1'), 4, 'Parquet metadata'],
  ])('refuses %s', async (_, bytes, offset, wanted) => {
    const path = folder.write('odd.parquet', bytes);
    const error = await failure(() => openParquet(path));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path, offset });
    expect(error.expected).toContain(wanted);
  });

  it('says what is missing', async () => {
    expect(await failure(() => openParquet(folder.at('missing')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failure(() => openParquet(folder.path))).toMatchObject({ code: 'FILE_IO' });
    expect(await failure(() => openParquet(5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'path' });
  });

  it('reports every cut of a file', async () => {
    await expectEveryPrefixFails(folder, 'cut.parquet', readFileSync(fixture('text-plain')), (path) =>
      read(path, { labels: 'kind' }),
    );
  });

  it.each(['none', 'zstd', 'encodings', 'text-delta_byte_array'])(
    'ends in a coded error or in numbers for any damage: %s',
    async (name) => {
      const whole = readFileSync(fixture(name));
      const labels = name.startsWith('text') ? { labels: 'kind' } : {};
      const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(damage, async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes.writeUInt8(value, at);
          const path = folder.write('damaged.parquet', bytes);
          const outcome = await read(path, labels).catch((error: unknown) => error);
          if (Array.isArray(outcome)) expect(outcome.flat().every(Number.isFinite)).toBe(true);
          else expect(outcome).toMatchObject({ name: 'EigenviewError', file: path });
        }),
        { numRuns: 200 },
      );
    },
  );

  it('notices a damaged page by its checksum', async () => {
    const bytes = readFileSync(fixture('version-2'));
    const meta = parquetMetadata(bytes).row_groups[0]?.columns[0]?.meta_data as ColumnMetaData;
    const last = Number(meta.data_page_offset + meta.total_compressed_size) - 1;
    bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
    const path = folder.write('sum.parquet', bytes);
    expect((await failure(() => read(path))).message).toMatch(/Column bool: The checksum of a page does not match/);
  });

  it('gives back any table, whatever its row groups and pages', async () => {
    // No −0: the dictionary's map takes it for 0.
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const table = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }))
      .chain(([cols, rows]) =>
        fc.array(fc.array(number, { minLength: rows, maxLength: rows }), { minLength: cols, maxLength: cols }),
      );
    const size = fc.integer({ min: 1, max: 50 });
    await fc.assert(
      fc.asyncProperty(table, size, size, fc.boolean(), async (columns, groupRows, pageRows, dictionary) => {
        const data: ParquetColumnData[] = columns.map((values, j) => ({ name: `c${j}`, values, dictionary }));
        const path = folder.at('any.parquet');
        writeFileSync(path, writeParquet(data, { groupRows, pageRows }));
        const source = await openParquet(path);
        expect([source.rows, source.cols]).toEqual([columns[0]?.length, columns.length]);
        expect(await rowsOf(source)).toEqual(columns[0]?.map((_, i) => columns.map((values) => values[i])));
      }),
    );
  });

  it('streams a row group larger than its block in chunks of at most 4 MB', async () => {
    // 64 MB hold 83 886 rows of 100 float64 columns: the pages of 70 000 rows reach over two blocks.
    const [rows, cols] = [150_000, 100];
    const values = Float64Array.from({ length: rows }, (_, i) => i);
    const coded = { values: values.slice(), dictionary: true };
    const data = Array.from({ length: cols }, (_, j) => ({ name: `c${j}`, ...(j === 1 ? coded : { values }) }));
    const path = folder.at('large.parquet');
    writeFileSync(path, writeParquet(data, { groupRows: rows, pageRows: 70_000 }));
    let row = 0;
    for await (const chunk of await openParquet(path)) {
      expect(chunk.data.byteLength).toBeLessThanOrEqual(4 << 20);
      for (const i of [0, chunk.rows - 1]) {
        for (const j of [0, 1, 2, cols - 1]) if (chunk.get(i, j) !== row + i) throw new Error(`row ${row + i}, ${j}`);
      }
      row += chunk.rows;
    }
    expect(row).toBe(rows);
  });

  it('notices a file that changed after it was opened', async () => {
    const path = folder.write('change.parquet', readFileSync(fixture('required')));
    const source = await openParquet(path);
    folder.write('change.parquet', readFileSync(fixture('required-v2')));
    expect((await failure(() => chunksOf(source))).message).toContain('has changed');
  });

  it.skipIf(!listsOpenFiles)('closes the file on an early break and after an error', async () => {
    const path = folder.write('closing.parquet', readFileSync(fixture('refused')));
    const source = await openParquet(path, { columns: ['x'] });
    expect(openCount(path)).toBe(0);
    for await (const _ of source) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
    await failure(() => read(path, { columns: ['nan'] }));
    expect(openCount(path)).toBe(0);
  });
});
