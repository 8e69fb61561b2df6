import { ByteReader } from './bytes.js';
import { openRows, splitRow } from './csv.js';
import type { CsvLayout } from './csv-layout.js';
import { parseNumber } from './csv-number.js';
import type { RecordReader } from './csv-records.js';
import type { LabelColumn } from './labels.js';
import type { TargetKind } from './targets.js';
import { TextCodes } from './text-codes.js';

/** More different texts than this, and the column holds something else. */
const MOST_TEXTS = 65_536;

/**
 * The label columns of a CSV file, in one pass. A column whose first row is a number has to hold numbers: text among them is
 * more likely a slip than a class, unless classes are asked for.
 *
 * @param layout its `columns` are those of the labels
 * @param rows how many the file has
 * @throws EigenviewError `FILE_FORMAT` naming line and column
 */
export function readCsvLabels(
  path: string,
  layout: CsvLayout,
  rows: number,
  target: TargetKind,
): Promise<LabelColumn[]> {
  return ByteReader.with(path, undefined, async (reader) => {
    const records = await openRows(reader, layout);
    const gatherers = layout.columns.map((j) => new Gatherer(j, layout.names?.[j], rows, target));
    let row = 0;
    for (let found = records.next(); typeof found === 'boolean' ? found : await found; found = records.next()) {
      splitRow(records, layout);
      for (const gatherer of gatherers) gatherer.add(records, row);
      row++;
    }
    if (row !== rows) throw reader.fault('The file has changed since it was opened.', { fix: 'Open it again.' });
    return gatherers.map((gatherer) => gatherer.finish(path));
  });
}

class Gatherer {
  private readonly column: number;
  private readonly name: string;
  private readonly target: TargetKind;
  private readonly values: Float64Array;
  private readonly codes: Int32Array;
  private readonly coder = new TextCodes();
  private numeric: boolean | undefined;

  constructor(column: number, name: string | undefined, rows: number, target: TargetKind) {
    this.column = column;
    this.name = `Column ${column + 1}${name === undefined ? '' : ` (${name})`}`;
    this.target = target;
    this.values = new Float64Array(rows);
    this.codes = new Int32Array(target === 'values' ? 0 : rows);
  }

  add(records: RecordReader, row: number): void {
    const at = records.starts[this.column] as number;
    const value = parseNumber(records.bytes, at, records.ends[this.column] as number);
    const number = Number.isFinite(value);
    this.numeric ??= number || this.target === 'values';
    if (this.target === 'classes') this.numeric &&= number;
    else if (this.numeric !== number) throw this.mixed(records, at);
    this.values[row] = value;
    if (this.target === 'classes' || !this.numeric) this.code(records, row, at);
  }

  private code(records: RecordReader, row: number, at: number): void {
    const text = records.text(this.column);
    if (text === '') throw records.fault('a label is missing.', at, { expected: `a class in ${this.name}` });
    this.codes[row] = this.coder.codeOf(text);
    if (this.coder.texts.length <= MOST_TEXTS) return;
    throw records.fault('there are too many classes.', at, {
      expected: `at most ${MOST_TEXTS} in ${this.name}`,
      fix: "Name a column of classes as `labels`, or pass target: 'values' for real targets.",
    });
  }

  private mixed(records: RecordReader, at: number) {
    const text = records.text(this.column);
    const classes = this.target === 'auto' ? " Pass target: 'classes' if these are classes." : '';
    return records.fault(
      text === '' ? `a label is missing in ${this.name}.` : `${this.name} mixes numbers and text.`,
      at,
      {
        expected: this.numeric ? 'a finite decimal number' : 'text, as in the rows before',
        received: JSON.stringify(text.slice(0, 60)),
        fix: `Mend the value, or name another column as \`labels\`.${classes}`,
      },
    );
  }

  finish(file: string): LabelColumn {
    const { name, values, codes, coder } = this;
    if (this.numeric) return { file, name, kind: 'numbers', values };
    return { file, name, kind: 'text', codes, texts: coder.texts };
  }
}
