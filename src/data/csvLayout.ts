import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkOptions } from '../matrix/check.js';
import { ByteReader } from './bytes.js';
import { parseNumber } from './csvNumber.js';
import { RecordReader } from './csvRecords.js';

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
  if (delimiter !== undefined && !(typeof delimiter === 'string' && /^[\t -~]$/.test(delimiter) && !/[\w"+.-]/.test(delimiter))) {
    throw invalid('delimiter', 'one ASCII character that no number and no name contains', delimiter);
  }
  if (header !== undefined && typeof header !== 'boolean') throw invalid('header', 'true or false', header);
  if (columns !== undefined && !Array.isArray(columns)) throw invalid('columns', 'an array of names and indices', columns);
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
    if (!(await records.next())) throw reader.fault('The file has no rows.', { offset: 0, expected: 'at least one row' });
    return options.delimiter === undefined
      ? await detect(path, records, options)
      : layoutOf(path, records, options, options.delimiter);
  });
}
