import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../src/data/bytes.js';
import { RecordReader } from '../../src/data/csv-records.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

/** Every field of every record. */
function fieldsOf(contents: string | Uint8Array, delimiter = ','): Promise<string[][]> {
  return ByteReader.with(folder.write('records.csv', contents), undefined, async (reader) => {
    const records = await RecordReader.open(reader);
    const rows: string[][] = [];
    while (await records.next()) {
      records.split(delimiter.charCodeAt(0));
      rows.push(Array.from({ length: records.count }, (_, j) => records.text(j)));
    }
    return rows;
  });
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('RecordReader', () => {
  it('gives back any text in quotes, with any line end', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '"', '\n', '\r', 'ä', '1'), maxLength: 6 });
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((cols) => fc.array(fc.array(field, { minLength: cols, maxLength: cols }), { minLength: 1, maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t', ' '),
        async (table, end, delimiter) => {
          const text = table.map((row) => row.map(quoted).join(delimiter)).join(end);
          expect(await fieldsOf(text, delimiter)).toEqual(table);
          expect(await fieldsOf(text + end, delimiter)).toEqual(table);
        },
      ),
    );
  });

  it.each([
    [
      'plain fields',
      'a,b\n1,2\n',
      ',',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['blanks around fields', ' a , "b" \n', ',', [['a', 'b']]],
    ['empty fields', ',\n', ',', [['', '']]],
    ['an empty last field', 'a,\n', ',', [['a', '']]],
    ['empty fields between tabs', 'a\t\tb', '\t', [['a', '', 'b']]],
    ['runs of blanks', '  a   b \t c  \n', ' ', [['a', 'b', 'c']]],
    ['blanks and quotes', '"a b"  "c"\n', ' ', [['a b', 'c']]],
    ['a byte order mark', '\ufeffa,b\n', ',', [['a', 'b']]],
    ['a byte order mark and quotes', '\ufeff"a",b\n', ',', [['a', 'b']]],
    ['blank lines at the end', 'a\n\n \r\n\n', ',', [['a']]],
    ['one character', 'a', ',', [['a']]],
    ['nothing', '', ',', []],
  ])('reads %s', async (_, text, delimiter, rows) => {
    expect(await fieldsOf(text, delimiter)).toEqual(rows);
  });

  it.each([
    ['a quote that does not end', 'a,b\n"c,d\ne,f\n', 'Line 2: a quoted field does not end', 4],
    ['a quote inside a field', 'a,b\nc,5" d"\n', 'Line 2: a quote stands inside a field', 7],
    ['text behind a quote', 'a,"b"c\n', 'Line 1: text follows', 5],
    ['a blank line in the middle', 'a\n\nb\n', 'Line 2 is blank', 2],
    ['a blank line in front', '\na\n', 'Line 1 is blank', 0],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x2c, 0xff, 0x0a]), 'Line 1: column 2 is not UTF-8', 2],
    ['UTF-16', Buffer.from('\ufeffa,b\n', 'utf16le'), 'UTF-16', 0],
  ])('refuses %s', async (_, contents, message, offset) => {
    const error = await failure(() => fieldsOf(contents));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: folder.at('records.csv'), offset });
    expect(error.message).toContain(message);
  });

  it('refuses a line without an end', async () => {
    const path = folder.write('endless.csv', '');
    truncateSync(path, 130 << 20);
    const error = await failure(() =>
      ByteReader.with(path, undefined, async (reader) => (await RecordReader.open(reader)).next()),
    );
    expect(error).toMatchObject({ code: 'FILE_FORMAT' });
    expect(error.message).toContain('a line of more than');
  });
});
