import { EigenviewError } from '../errors.js';
import { ByteReader } from './bytes.js';
import { openCsv, openRows, splitRow } from './csv.js';
import { readCsvLabels } from './csv-labels.js';
import { type CsvLayout, type CsvOptions, findLayout } from './csv-layout.js';
import { parseNumber } from './csv-number.js';
import { openIdx } from './idx.js';
import { type LabelColumn, numberColumns } from './labels.js';
import { openNpy } from './npy.js';
import { extensionOf, recognise } from './recognise.js';
import type { TargetKind } from './targets.js';

/**
 * The labels in a file of their own: npy (n, n×1 or n×targets), IDX or CSV.
 *
 * @param rows how many are expected: tells a first line of text that is a label from one that is a header
 * @throws EigenviewError as the readers of these formats
 */
export async function readLabelFile(path: string, rows: number, target: TargetKind): Promise<LabelColumn[]> {
  const format = await recognise(path);
  switch (format) {
    case 'npy':
      return numberColumns(path, 'The array', await openNpy(path));
    case 'idx':
      return numberColumns(path, 'The array', await openIdx(path));
    case 'csv':
      return readCsv(path, rows, target);
    default:
      throw new EigenviewError('FILE_FORMAT', 'This cannot be a file of labels.', {
        file: path,
        offset: 0,
        expected: 'npy, IDX or CSV',
        received: format,
        fix: 'For labels in the file of the data, name their column or array.',
      });
  }
}

async function readCsv(path: string, rows: number, target: TargetKind): Promise<LabelColumn[]> {
  const options = csvDelimiter(path);
  const headed = await findLayout(path, { ...options, header: true });
  const columns = Array.from({ length: headed.width }, (_, j) => j);
  const lines = (await openCsv(path, { ...options, columns, header: false })).rows;
  const header = lines === rows + 1 || (lines > 1 && (await startsWithName(path, headed)));
  const layout = await findLayout(path, { ...options, columns, header });
  return readCsvLabels(path, layout, header ? lines - 1 : lines, target);
}

/** Whether the first line holds text and the second numbers. */
async function startsWithName(path: string, headed: CsvLayout): Promise<boolean> {
  const [first, second] = [
    await startsWithNumber(path, { ...headed, header: false }),
    await startsWithNumber(path, headed),
  ];
  return !first && second;
}

function startsWithNumber(path: string, layout: CsvLayout): Promise<boolean> {
  return ByteReader.with(path, undefined, async (reader) => {
    const records = await openRows(reader, layout);
    await records.next();
    splitRow(records, layout);
    return Number.isFinite(parseNumber(records.bytes, records.starts[0] as number, records.ends[0] as number));
  });
}

/** Tabs in a `.tsv`; elsewhere the delimiter is found. */
export function csvDelimiter(path: string): CsvOptions {
  return extensionOf(path) === 'tsv' ? { delimiter: '\t' } : {};
}
