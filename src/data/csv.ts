import type { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { checkPath } from '../store/files.js';
import { ByteReader } from './bytes.js';
import { type CsvLayout, type CsvOptions, checkCsvOptions, findLayout } from './csv-layout.js';
import { parseNumber } from './csv-number.js';
import { RecordReader } from './csv-records.js';
import { IntList } from './int-list.js';
import { withOwnLists } from './labels.js';
import { type ChunkedSource, rowsPerChunk } from './source.js';

/** A CSV file as a source of float64 rows. */
export interface CsvSource extends ChunkedSource {
  /** The names of the number columns, where the file has a header. */
  readonly names?: readonly string[];
}

/** More classes than this, and the label column holds something else. */
const MOST_CLASSES = 65_536;

/**
 * A CSV file of numbers, plain or gzip, in UTF-8. Fields may be quoted; blank lines are allowed at the end only. One column
 * may hold class labels: they become indices into `classes`, which are sorted (by value if all are integers, else as
 * text). Opening reads the file once, to count its rows and gather the labels.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, `INVALID_ARGUMENT` or `OUT_OF_RANGE` for a column that is not there, or
 * `FILE_FORMAT` for text or nothing where a number belongs, or lines of unequal length, naming line and column
 * @example
 * ```ts
 * const iris = await openCsv('iris.csv', { labels: 'species' });
 * console.log(iris.names, iris.classes, iris.labels);
 * ```
 */
export async function openCsv(path: string, options: CsvOptions = {}): Promise<CsvSource> {
  checkPath('path', path);
  checkCsvOptions(options);
  const layout = await findLayout(path, withOwnLists(options));
  const { rows, labels } = await count(path, layout);
  const { columns, names } = layout;
  return {
    rows,
    cols: columns.length,
    ...labels,
    ...(names === undefined ? {} : { names: columns.map((j) => names[j] as string) }),
    [Symbol.asyncIterator]: () => readChunks(path, layout, rows),
  };
}

type Labels = Required<Pick<ChunkedSource, 'labels' | 'classes'>>;

/** The first pass over a file. Fields are looked at only where there are labels. */
function count(path: string, layout: CsvLayout): Promise<{ rows: number; labels: Labels | undefined }> {
  return ByteReader.with(path, undefined, async (reader) => {
    const records = await openRows(reader, layout);
    const gatherer = layout.labels === undefined ? undefined : new LabelGatherer(layout.labels);
    let rows = 0;
    for (let found = records.next(); typeof found === 'boolean' ? found : await found; found = records.next()) {
      rows++;
      if (gatherer === undefined) continue;
      splitRow(records, layout);
      gatherer.add(records);
    }
    if (rows === 0) throw reader.fault('The file has no rows.', { expected: 'at least one row behind the header' });
    return { rows, labels: gatherer?.finish() };
  });
}

/** The records of a file, behind its header. */
export async function openRows(reader: ByteReader, layout: CsvLayout): Promise<RecordReader> {
  const records = await RecordReader.open(reader);
  if (layout.header) await records.next();
  return records;
}

/** Finds the fields of a record. @throws EigenviewError `FILE_FORMAT` unless there are as many as the layout says */
export function splitRow(records: RecordReader, { delimiter, width }: CsvLayout): void {
  records.split(delimiter);
  if (records.count === width) return;
  throw records.fault('the number of fields differs from the first line.', records.starts[0] as number, {
    expected: `${width} fields between ${JSON.stringify(String.fromCharCode(delimiter))}`,
    received: String(records.count),
    fix: 'Pass `delimiter` if it is another one.',
  });
}

async function* readChunks(path: string, layout: CsvLayout, rows: number): AsyncGenerator<Matrix, void, undefined> {
  const reader = await ByteReader.open(path);
  try {
    const records = await openRows(reader, layout);
    const cols = layout.columns.length;
    const step = rowsPerChunk(8 * cols);
    for (let row = 0; row < rows; row += step) {
      const chunk = new Matrix(Math.min(step, rows - row), cols);
      for (let i = 0; i < chunk.rows; i++) {
        const found = records.next();
        if (!(typeof found === 'boolean' ? found : await found)) throw changed(reader);
        splitRow(records, layout);
        parseRow(records, layout, chunk.data.subarray(i * cols, (i + 1) * cols));
      }
      if (row + chunk.rows === rows && (await records.next())) throw changed(reader);
      yield chunk;
    }
  } finally {
    await reader.close();
  }
}

function parseRow(records: RecordReader, { columns, names }: CsvLayout, target: Matrix['data']): void {
  const { bytes, starts, ends } = records;
  for (let k = 0; k < columns.length; k++) {
    const j = columns[k] as number;
    const value = parseNumber(bytes, starts[j] as number, ends[j] as number);
    if (!Number.isFinite(value)) throw notNumber(records, j, names?.[j]);
    target[k] = value;
  }
}

function notNumber(records: RecordReader, j: number, name: string | undefined): EigenviewError {
  const text = records.text(j);
  const column = `column ${j + 1}${name === undefined ? '' : ` (${name})`}`;
  const what = text === '' ? `a value is missing in ${column}.` : `${column} does not hold a number.`;
  return records.fault(what, records.starts[j] as number, {
    expected: 'a finite decimal number',
    received: JSON.stringify(text.slice(0, 60)),
    fix: 'Name the number columns with `columns`, a class column with `labels`, and a first line of names with `header`.',
  });
}

function changed(reader: ByteReader): EigenviewError {
  return reader.fault('The file has changed since it was opened.', { fix: 'Open it again.' });
}

/** Numbers the classes as they come, and in order at the end. */
class LabelGatherer {
  private readonly column: number;
  private readonly classes = new Map<string, number>();
  private readonly labels = new IntList();

  constructor(column: number) {
    this.column = column;
  }

  add(records: RecordReader): void {
    const text = records.text(this.column);
    const at = records.starts[this.column] as number;
    if (text === '')
      throw records.fault('a label is missing.', at, { expected: `a class in column ${this.column + 1}` });
    let label = this.classes.get(text);
    if (label === undefined) {
      label = this.classes.size;
      if (label === MOST_CLASSES) {
        throw records.fault('there are too many classes.', at, {
          expected: `at most ${MOST_CLASSES}`,
          fix: 'Name a column of classes as `labels`.',
        });
      }
      this.classes.set(text, label);
    }
    this.labels.push(label);
  }

  finish(): Labels {
    const found = [...this.classes.keys()];
    const integers = found.every((text) => /^[+-]?\d+$/.test(text));
    const classes = found.toSorted((a, b) => (integers ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
    const index = new Map(classes.map((text, i) => [text, i]));
    const order = Int32Array.from(found, (text) => index.get(text) as number);
    return { labels: this.labels.toArray().map((label) => order[label] as number), classes };
  }
}
