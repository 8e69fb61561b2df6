import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkOptions } from '../matrix/check.js';
import { ByteReader } from './bytes.js';
import { parseNumber } from './csv-number.js';
import { RecordReader } from './csv-records.js';

export interface CsvOptions {
  /** One character; found among comma, semicolon, tab and space unless given. With a space, any run of blanks separates. */
  delimiter?: string;
  /**
   * Whether the first line names the columns. Unless given: yes if a column is named in these options, or if none of the
   * number columns has a number there.
   */
  header?: boolean;
  /** The number columns, by name or by index from 0, in the order wanted; all but the label column unless given. */
  columns?: readonly (string | number)[];
  /** The column of class labels (text or integers), by name or by index from 0. */
  labels?: string | number;
}

/** Where in each line of a file what is. */
export interface CsvLayout {
  /** A character code. */
  delimiter: number;
  header: boolean;
  /** Fields per line. */
  width: number;
  columns: readonly number[];
  labels: number | undefined;
  /** Of all fields, where the file has a header. */
  names: readonly string[] | undefined;
}

const DELIMITERS = [',', ';', '\t', ' '];

export function checkCsvOptions(options: CsvOptions): void {
  checkOptions('openCsv', options, ['delimiter', 'header', 'columns', 'labels']);
  const { delimiter, header, columns, labels } = options;
  if (
    delimiter !== undefined &&
    !(typeof delimiter === 'string' && /^[\t -~]$/.test(delimiter) && !/[\w"+.-]/.test(delimiter))
  ) {
    throw invalid('delimiter', 'one ASCII character that no number and no name contains', delimiter);
  }
  if (header !== undefined && typeof header !== 'boolean') throw invalid('header', 'true or false', header);
  if (columns !== undefined && !Array.isArray(columns))
    throw invalid('columns', 'an array of names and indices', columns);
  for (const column of [...(columns ?? []), ...(labels === undefined ? [] : [labels])]) {
    if (typeof column === 'number') checkInteger('a column', column, { min: 0 });
    else if (typeof column !== 'string') throw invalid('a column', 'a name or an index from 0', column);
    else if (header === false) throw invalid('a column', 'an index, as the file has no header', column);
  }
}

function invalid(argument: string, expected: string, value: unknown): EigenviewError {
  const received = describe(value);
  return new EigenviewError('INVALID_ARGUMENT', `openCsv cannot use this.`, { argument, expected, received });
}

/** Looks at the first two lines of a file. */
export function findLayout(path: string, options: CsvOptions): Promise<CsvLayout> {
  return ByteReader.with(path, undefined, async (reader) => {
    const records = await RecordReader.open(reader);
    if (!(await records.next()))
      throw reader.fault('The file has no rows.', { offset: 0, expected: 'at least one row' });
    const { delimiter } = options;
    const first = delimiter === undefined ? await detect(records) : fieldsOf(records, delimiter);
    return layoutOf(path, first, options);
  });
}

interface Fields {
  delimiter: string;
  texts: string[];
  numeric: boolean[];
}

/**
 * The first delimiter that cuts both lines into equally many fields; failing that, one that cuts the first at all, save
 * the space, which a name may hold.
 */
async function detect(records: RecordReader): Promise<Fields> {
  const candidates = DELIMITERS.flatMap((delimiter) => attempt(records, delimiter) ?? []);
  // Broken whatever the delimiter is: this says how.
  if (candidates.length === 0) return fieldsOf(records, ',');
  const cutting = candidates.filter(({ texts }) => texts.length > 1);
  const second = await records.next();
  const fitting = cutting.find(
    ({ delimiter, texts }) => !second || attempt(records, delimiter)?.texts.length === texts.length,
  );
  return fitting ?? cutting.find(({ delimiter }) => delimiter !== ' ') ?? (candidates[0] as Fields);
}

function attempt(records: RecordReader, delimiter: string): Fields | undefined {
  try {
    return fieldsOf(records, delimiter);
  } catch {
    return undefined;
  }
}

function fieldsOf(records: RecordReader, delimiter: string): Fields {
  records.split(delimiter.charCodeAt(0));
  const texts = Array.from({ length: records.count }, (_, j) => records.text(j));
  const numeric = texts.map((_, j) =>
    Number.isFinite(parseNumber(records.bytes, records.starts[j] as number, records.ends[j] as number)),
  );
  return { delimiter, texts, numeric };
}

function layoutOf(path: string, first: Fields, options: CsvOptions): CsvLayout {
  const width = first.texts.length;
  const find = (column: string | number) => findColumn(path, first.texts, column);
  const labels = options.labels === undefined ? undefined : find(options.labels);
  const columns = options.columns?.map(find) ?? Array.from({ length: width }, (_, j) => j).filter((j) => j !== labels);
  if (labels !== undefined && columns.includes(labels)) {
    throw invalid('columns', 'without the label column', options.columns);
  }
  const header = options.header ?? hasHeader(path, first, columns, options);
  const delimiter = first.delimiter.charCodeAt(0);
  return { delimiter, header, width, columns, labels, names: header ? first.texts : undefined };
}

function hasHeader(path: string, { numeric }: Fields, columns: readonly number[], options: CsvOptions): boolean {
  if ([...(options.columns ?? []), options.labels].some((column) => typeof column === 'string')) return true;
  if (columns.length > 0) return !columns.some((j) => numeric[j]);
  throw new EigenviewError('INVALID_ARGUMENT', 'Labels alone do not tell whether the first line is a header.', {
    argument: 'header',
    expected: 'true or false',
    received: 'undefined',
    file: path,
  });
}

/** Where a column is. @throws EigenviewError `OUT_OF_RANGE` or `INVALID_ARGUMENT`, which lists those there are */
export function findColumn(path: string, names: readonly string[], column: string | number): number {
  if (typeof column === 'number') {
    if (column < names.length) return column;
    throw new EigenviewError('OUT_OF_RANGE', 'There is no such column.', {
      file: path,
      argument: 'a column',
      expected: `an index from 0 to ${names.length - 1}`,
      received: String(column),
    });
  }
  const at = names.indexOf(column);
  if (at >= 0 && names.lastIndexOf(column) === at) return at;
  throw new EigenviewError(
    'INVALID_ARGUMENT',
    at < 0 ? 'There is no such column.' : 'Several columns have this name.',
    {
      file: path,
      argument: 'a column',
      expected: at < 0 ? `one of ${names.join(', ').slice(0, 500)}` : 'a name that is there once, or an index',
      received: describe(column),
    },
  );
}
