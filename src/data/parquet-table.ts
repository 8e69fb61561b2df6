import type { FileHandle } from 'node:fs/promises';
import { EigenviewError } from '../errors.js';
import { Matrix, type MatrixData } from '../matrix/matrix.js';
import { openFile, readError } from '../store/files.js';
import { findColumn } from './csv-layout.js';
import { chooseFeatures } from './features.js';
import type { LabelColumn } from './labels.js';
import type { ParquetSource } from './parquet.js';
import { ColumnReader } from './parquet-column.js';
import { type ParquetColumn, type ParquetFile, type ParquetGroup, parquetFault, readFooter } from './parquet-footer.js';
import { isText, type PageValues } from './parquet-page.js';
import { rowsPerChunk } from './source.js';
import { TextCodes } from './text-codes.js';

/**
 * What is held of a row group at a time. A page that reaches over more than one such block is decoded once for each: with
 * pages of 20 000 rows, that starts at 400 columns of float64.
 */
const BLOCK_BYTES = 64 << 20;

/** An open Parquet file, of which only the footer is in memory. */
export interface ParquetTable {
  readonly names: readonly string[];
  find(column: string | number): number;
  /** @param labels columns that are no features */
  source(columns?: readonly (string | number)[], labels?: readonly number[]): ParquetSource;
  labels(columns: readonly number[]): Promise<LabelColumn[]>;
}

export async function openTable(path: string): Promise<ParquetTable> {
  const file = await withFile(path, async (_, file) => file);
  const names = file.columns.map(({ name }) => name);
  const find = (column: string | number) => findColumn(path, names, column);
  return {
    names,
    find,
    source(columns, labels = []) {
      const features = chooseFeatures(path, names, columns, labels);
      return sourceOf(
        file,
        features.map((j) => numberColumn(file, j)),
      );
    },
    labels: (columns) => withFile(path, (handle, file) => readLabels(handle, file, columns)),
  };
}

async function withFile<T>(path: string, use: (handle: FileHandle, file: ParquetFile) => Promise<T>): Promise<T> {
  const { handle, size } = await openFile(path);
  try {
    return await use(handle, await readFooter(path, handle, size));
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await handle.close();
  }
}

function numberColumn(file: ParquetFile, j: number): ParquetColumn {
  const column = file.columns[j] as ParquetColumn;
  if (typeof column.type !== 'string' && column.type.kind !== 'text') return column;
  throw notUsable(file, column, 'a number in every row, from row 0 on');
}

function notUsable(file: ParquetFile, { name, type }: ParquetColumn, expected: string): EigenviewError {
  const usable = file.columns.filter((column) => typeof column.type !== 'string' && column.type.kind !== 'text');
  return parquetFault(file.path, file.end, `Column ${name} cannot be used here.`, {
    expected,
    received: typeof type === 'string' ? `${type} values` : type.kind,
    fix: `Name what to use: number columns are ${
      usable
        .map((column) => column.name)
        .join(', ')
        .slice(0, 500) || 'absent'
    }. Flatten nested columns, and cast decimals and dates to numbers.`,
  });
}

function sourceOf(file: ParquetFile, columns: readonly ParquetColumn[]): ParquetSource {
  const single = columns.every(({ type }) => typeof type !== 'string' && type.single);
  const cols = columns.length;
  return {
    rows: file.rows,
    cols,
    names: columns.map(({ name }) => name),
    async *[Symbol.asyncIterator]() {
      const { handle, size } = await openFile(file.path);
      try {
        await checkUnchanged(handle, size, file);
        for (const group of file.groups)
          yield* readGroup(handle, file, group, columns, single ? Float32Array : Float64Array);
      } catch (cause) {
        throw readError(file.path, cause);
      } finally {
        await handle.close();
      }
    },
  };
}

async function checkUnchanged(handle: FileHandle, size: number, file: ParquetFile): Promise<void> {
  const now = await readFooter(file.path, handle, size);
  if (now.end === file.end && now.crc === file.crc) return;
  throw parquetFault(file.path, now.end, 'The file has changed since it was opened.', { fix: 'Open it again.' });
}

async function* readGroup(
  handle: FileHandle,
  file: ParquetFile,
  group: ParquetGroup,
  columns: readonly ParquetColumn[],
  Numbers: typeof Float32Array | typeof Float64Array,
): AsyncGenerator<Matrix, void, undefined> {
  const cols = columns.length;
  const rowBytes = cols * Numbers.BYTES_PER_ELEMENT;
  const step = rowsPerChunk(rowBytes);
  const readers = columns.map((column) => new ColumnReader(file, group, column));
  const height = step * Math.max(1, Math.floor(BLOCK_BYTES / (step * rowBytes)));
  for (let from = 0; from < group.rows; from += height) {
    const to = Math.min(group.rows, from + height);
    const block = new Numbers((to - from) * cols);
    for (const [j, reader] of readers.entries()) {
      await reader.read(handle, from, to, (values, row, offset) => {
        fill(block, cols, j, from, numbers(values), row, (i, value) => {
          throw notFinite(file, reader.column, group.start + i, value, offset);
        });
      });
    }
    for (let row = from; row < to; row += step) {
      const rows = Math.min(step, to - row);
      yield new Matrix(rows, cols, block.slice((row - from) * cols, (row - from + rows) * cols));
    }
  }
}

/** Puts the rows of a page that are in the block into column j. */
function fill(
  block: MatrixData,
  cols: number,
  j: number,
  from: number,
  values: MatrixData,
  start: number,
  refuse: (row: number, value: number) => void,
): void {
  const first = Math.max(from, start);
  const last = Math.min(from + block.length / cols, start + values.length);
  for (let row = first; row < last; row++) {
    const value = values[row - start] as number;
    if (!Number.isFinite(value)) refuse(row, value);
    block[(row - from) * cols + j] = value;
  }
}

function numbers(values: PageValues): MatrixData {
  if (isText(values)) throw new TypeError('text among numbers');
  return values;
}

function notFinite(
  file: ParquetFile,
  { name }: ParquetColumn,
  row: number,
  value: number,
  offset: number,
): EigenviewError {
  return new EigenviewError('NOT_FINITE', `Column ${name} has ${value} in row ${row} (from 0).`, {
    file: file.path,
    offset,
    expected: 'a finite number',
    received: String(value),
    fix: 'Remove or impute missing values first.',
  });
}

async function readLabels(handle: FileHandle, file: ParquetFile, columns: readonly number[]): Promise<LabelColumn[]> {
  const found: LabelColumn[] = [];
  for (const j of columns) found.push(await readLabel(handle, file, file.columns[j] as ParquetColumn));
  return found;
}

async function readLabel(handle: FileHandle, file: ParquetFile, column: ParquetColumn): Promise<LabelColumn> {
  if (typeof column.type === 'string') throw notUsable(file, column, 'numbers or text');
  const text = column.type.kind === 'text';
  const codes = new Int32Array(text ? file.rows : 0);
  const values = new Float64Array(text ? 0 : file.rows);
  const coder = new TextCodes();
  for (const group of file.groups) {
    await new ColumnReader(file, group, column).read(handle, 0, group.rows, (page, row) => {
      if (!isText(page)) values.set(page, group.start + row);
      else for (let i = 0; i < page.length; i++) codes[group.start + row + i] = coder.codeOf(page[i] as string);
    });
  }
  const about = { file: file.path, name: `Column ${column.name}` };
  return text ? { ...about, kind: 'text', codes, texts: coder.texts } : { ...about, kind: 'numbers', values };
}
