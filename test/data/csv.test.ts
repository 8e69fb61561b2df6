import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CsvSource, openCsv } from '../../src/data/csv.js';
import type { CsvOptions } from '../../src/data/csv-layout.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
const open = (text: string | Uint8Array, options?: CsvOptions): Promise<CsvSource> =>
  openCsv(folder.write('table.csv', text), options);
const read = async (text: string, options?: CsvOptions) => rowsOf(await open(text, options));

describe('openCsv', () => {
  it('gives back any table of finite numbers', async () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((cols) =>
        fc.array(fc.array(number, { minLength: cols, maxLength: cols }), { minLength: 1, maxLength: 8 }),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(',', ';', '\t', ' '), fc.boolean(), async (table, delimiter, header) => {
        const lines = table.map((row) => row.join(delimiter));
        if (header) lines.unshift((table[0] as number[]).map((_, j) => `c${j}`).join(delimiter));
        const source = await open(lines.join('\n'));
        expect([source.rows, source.cols]).toEqual([table.length, table[0]?.length]);
        expect(source.names).toEqual(header ? table[0]?.map((_, j) => `c${j}`) : undefined);
        // String(-0) is '0'.
        expect(await rowsOf(source)).toEqual(table.map((row) => row.map((value) => value + 0)));
      }),
    );
  });

  it.each(['savetxt.txt', 'savetxt.csv'])('reads %s as NumPy writes it, plain and compressed', async (name) => {
    const expected = Array.from({ length: 4 }, (_, i) => [0, 1, 2].map((j) => (7 * i - 3 * j + 1) / 8));
    expect(await rowsOf(await openCsv(fixture(name)))).toEqual(expected);
    const packed = folder.write('packed', gzipSync(readFileSync(fixture(name))));
    expect(await rowsOf(await openCsv(packed))).toEqual(expected);
  });

  it.each([
    ['a comma in quoted names', '"a;x","b;x"\n1,2\n', [[1, 2]]],
    ['names with blanks', 'first name,last name\n1,2\n', [[1, 2]]],
    ['one column with a blank in its name', 'one column\n5\n6\n', [[5], [6]]],
    ['one number', '5', [[5]]],
    ['CRLF and a byte order mark', '\ufeffa,b\r\n1,2\r\n\r\n', [[1, 2]]],
    ['quoted numbers', '"a","b"\n"1","-2.5e1"\n', [[1, -25]]],
    ['semicolons', 'a;b\n1;2\n', [[1, 2]]],
    ['a line end in a quoted name', '"a\nx",b\n1,2\n', [[1, 2]]],
  ])('finds delimiter and header: %s', async (_, text, rows) => {
    expect(await read(text)).toEqual(rows);
  });

  it('does as it is told', async () => {
    expect(await read('1,2\n3,4\n', { header: true })).toEqual([[3, 4]]);
    expect(await read('1|2\n3|4\n', { delimiter: '|' })).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await read('a,b,c\n1,x,3\n', { columns: ['c', 'a'] })).toEqual([[3, 1]]);
    expect(await read('x,2,3\n', { columns: [2, 1] })).toEqual([[3, 2]]);
    expect((await open('a,b,c\n1,x,3\n', { columns: ['c', 'a'] })).names).toEqual(['c', 'a']);
  });

  it('takes out a label column: text in the order of the alphabet, integers in theirs', async () => {
    const text = await open('x,kind,y\n1,b,2\n3,a,4\n5,b,6\n', { labels: 'kind' });
    expect(text.classes).toEqual(['a', 'b']);
    expect(text.labels).toEqual(Int32Array.of(1, 0, 1));
    expect(text.names).toEqual(['x', 'y']);
    expect(await rowsOf(text)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const integers = await open('10,0.5\n9,1.5\n10,2\n', { labels: 0 });
    expect(integers.classes).toEqual(['9', '10']);
    expect([...(integers.labels ?? [])]).toEqual([1, 0, 1]);
    expect(await rowsOf(integers)).toEqual([[0.5], [1.5], [2]]);
  });

  it('reads a file of nothing but labels', async () => {
    const source = await open('"diet"\n"lin"\n"sun"\n"lin"\n', { labels: 'diet' });
    expect([source.rows, source.cols]).toEqual([3, 0]);
    expect([...(source.labels ?? [])]).toEqual([0, 1, 0]);
    expect((await chunksOf(source)).map((chunk) => chunk.rows)).toEqual([3]);
    expect(await failure(() => open('lin\nsun\n', { labels: 0 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'header',
    });
  });

  it.each([
    ['text in a number column', '1,2\n3,x\n', {}, 'Line 2: column 2 does not hold a number', 6],
    ['text under a name', 'a,b\n1,2\n3,x\n', {}, 'Line 3: column 2 (b) does not hold a number', 10],
    ['a missing value', '1,2\n3,\n', {}, 'Line 2: a value is missing in column 2', 6],
    ['a missing value in the first line', 'NA,2\n3,4\n', {}, 'Line 1: column 1 does not hold a number', 0],
    ['an infinity', '1,2\n3,1e999\n', {}, 'Line 2: column 2 does not hold a number', 6],
    ['a missing label', '1,a\n2,\n', { labels: 1 }, 'Line 2: a label is missing', 6],
    ['too few fields', '1,2\n3\n', {}, 'Line 2: the number of fields', 4],
    ['too many fields', '1,2\n3,4,5\n', {}, 'Line 2: the number of fields', 4],
    ['too many fields beside a label', '1,2\n3,4,5\n', { labels: 0 }, 'Line 2: the number of fields', 4],
    ['a first line with stray quotes', 'a"b"c,d\nx,y\n1,2\n', {}, 'Line 1: a quote stands inside a field', 1],
    ['nothing', '', {}, 'The file has no rows', 0],
    ['a header alone', 'a,b\n', {}, 'The file has no rows', 4],
    ['binary data', Buffer.alloc(100), {}, 'The file has no rows', 100],
  ])('refuses %s', async (_, text, options, message, offset) => {
    const error = await failure(async () => rowsOf(await open(text, options)));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: folder.at('table.csv'), offset });
    expect(error.message).toContain(message);
  });

  it('refuses a label column that has no classes', async () => {
    const text = Array.from({ length: 70_000 }, (_, i) => `1,${i / 7}`).join('\n');
    expect(await failure(() => open(text, { labels: 1 }))).toMatchObject({ code: 'FILE_FORMAT' });
  });

  it.each([
    ['an unknown option', { delimeter: ',' }, 'UNKNOWN_OPTION'],
    ['a delimiter of two characters', { delimiter: '||' }, 'INVALID_ARGUMENT'],
    ['a delimiter that numbers contain', { delimiter: '.' }, 'INVALID_ARGUMENT'],
    ['a quote as delimiter', { delimiter: '"' }, 'INVALID_ARGUMENT'],
    ['a header that is no boolean', { header: 'yes' }, 'INVALID_ARGUMENT'],
    ['columns that are no array', { columns: 'a' }, 'INVALID_ARGUMENT'],
    ['a column that is neither name nor index', { columns: [true] }, 'INVALID_ARGUMENT'],
    ['a negative column', { columns: [-1] }, 'OUT_OF_RANGE'],
    ['a column beyond the last', { columns: [2] }, 'OUT_OF_RANGE'],
    ['a name that is not there', { columns: ['c'] }, 'INVALID_ARGUMENT'],
    ['a name without a header', { columns: ['a'], header: false }, 'INVALID_ARGUMENT'],
    ['the label column as a number column', { columns: ['a'], labels: 'a' }, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_, options, code) => {
    expect((await failure(() => open('a,b\n1,2\n', options as never))).code).toBe(code);
  });

  it('refuses a name that two columns have', async () => {
    const error = await failure(() => open('a,a\n1,2\n', { columns: ['a'] }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error.message).toContain('Several columns');
  });

  it('says what is missing', async () => {
    expect(await failure(() => openCsv(folder.at('missing')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failure(() => openCsv(folder.path))).toMatchObject({ code: 'FILE_IO' });
    expect(await failure(() => openCsv(5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'path' });
  });

  it('reports every cut of a compressed file', async () => {
    await expectEveryPrefixFails(folder, 'cut.csv.gz', gzipSync('a,b\n1,2\n3,4\n'), async (path) =>
      rowsOf(await openCsv(path)),
    );
  });

  it('streams large files in chunks of at most 4 MB', async () => {
    const [rows, cols] = [3000, 400];
    const text = Array.from({ length: rows }, (_, i) => Array.from({ length: cols }, (_, j) => i * cols + j).join(','));
    const source = await open(text.join('\n'));
    const chunks = await chunksOf(source);
    expect(chunks.map((chunk) => chunk.rows)).toEqual([1310, 1310, 380]);
    expect(chunks.flatMap((chunk) => [...chunk.data]).every((value, i) => value === i)).toBe(true);
  });

  it('notices a file that lost or gained rows after it was opened', async () => {
    const source = await open('1\n2\n');
    for (const text of ['1\n', '1\n2\n3\n']) {
      const path = folder.write('table.csv', text);
      expect(await failure(() => chunksOf(source))).toMatchObject({ code: 'FILE_FORMAT', file: path });
    }
  });

  it.skipIf(!listsOpenFiles)('closes the file on an early break and after an error', async () => {
    const path = folder.at('table.csv');
    for await (const _ of await open('1\n2\n')) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
    await failure(async () => chunksOf(await open('1\nx\n')));
    expect(openCount(path)).toBe(0);
  });

  it.skipIf(!hasData('multiview'))('reads the real linnerud and nutrimouse files', async () => {
    const exercise = await openCsv(dataPath('multiview/linnerud/linnerud_exercise.csv'));
    expect([exercise.rows, exercise.names]).toEqual([20, ['Chins', 'Situps', 'Jumps']]);
    expect((await rowsOf(exercise))[0]).toEqual([5, 162, 60]);
    const lipid = await openCsv(dataPath('multiview/nutrimouse/lipid.csv'));
    expect([lipid.rows, lipid.cols, lipid.names?.[0]]).toEqual([40, 21, 'C14.0']);
    expect((await rowsOf(lipid))[0]?.slice(0, 4)).toEqual([0.34, 26.45, 10.22, 0.35]);
    const gene = await openCsv(dataPath('multiview/nutrimouse/gene.csv'));
    expect([gene.rows, gene.cols]).toEqual([40, 120]);
    await chunksOf(gene);
    const diet = await openCsv(dataPath('multiview/nutrimouse/diet.csv'), { labels: 'diet' });
    expect([diet.rows, diet.classes]).toEqual([40, ['coc', 'fish', 'lin', 'ref', 'sun']]);
  });
});
