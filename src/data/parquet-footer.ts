import type { FileHandle } from 'node:fs/promises';
import { type ColumnMetaData, type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from 'hyparquet';
import { EigenviewError, type ErrorDetails } from '../errors.js';
import { crc32 } from './crc32.js';
import { type ColumnType, columnType } from './parquet-type.js';

/** What the footer of a Parquet file says. */
export interface ParquetFile {
  path: string;
  rows: number;
  columns: readonly ParquetColumn[];
  groups: readonly ParquetGroup[];
  /** Where the footer starts, which is where the pages end. */
  end: number;
  /** Of the footer, to notice a change. */
  crc: number;
}

export interface ParquetColumn {
  name: string;
  /** Its place among the leaves of the schema; for a nested column, that of its first leaf. */
  leaf: number;
  /** A word for what cannot be read here. */
  type: ColumnType | string;
  optional: boolean;
}

/** A row group. */
export interface ParquetGroup {
  rows: number;
  /** Where the first of its rows is in the file. */
  start: number;
  /** One per leaf. */
  chunks: readonly (ColumnMetaData | undefined)[];
}

const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';

/** A `FILE_FORMAT` error in a Parquet file. */
export function parquetFault(path: string, offset: number, summary: string, facts: ErrorDetails = {}): EigenviewError {
  return new EigenviewError('FILE_FORMAT', summary, { file: path, offset, ...facts });
}

/** Reads and checks the footer. @throws EigenviewError `FILE_FORMAT` */
export async function readFooter(path: string, handle: FileHandle, size: number): Promise<ParquetFile> {
  const head = await readAt(path, handle, 0, Math.min(4, size));
  if (head.toString('latin1') !== MAGIC) {
    throw parquetFault(path, 0, 'This is not a Parquet file.', {
      expected: `${MAGIC} at its start`,
      received: head.length === 0 ? 'an empty file' : head.toString('hex'),
    });
  }
  const tail = await readAt(path, handle, Math.max(4, size - 8), Math.min(8, size - 4));
  const length = checkTail(path, size, tail);
  const end = size - 8 - length;
  const footer = await readAt(path, handle, end, length + 8);
  return { path, end, crc: crc32(footer), ...interpret(path, parse(path, footer, end), end) };
}

function checkTail(path: string, size: number, tail: Buffer): number {
  const magic = tail.subarray(-4).toString('latin1');
  if (magic === ENCRYPTED) throw parquetFault(path, size - 4, 'This Parquet file is encrypted.', { expected: MAGIC });
  if (tail.length < 8 || magic !== MAGIC) {
    throw parquetFault(path, size, 'The end of the Parquet file is missing.', {
      expected: `a footer and ${MAGIC} at the end`,
      received: tail.length === 0 ? 'nothing' : tail.subarray(-4).toString('hex'),
      fix: 'Copy or download the file again, or let its writer finish.',
    });
  }
  const length = tail.readUInt32LE();
  if (length <= size - 12) return length;
  throw parquetFault(path, size - 8, 'The footer is longer than the file.', {
    expected: `at most ${size - 12} bytes`,
    received: String(length),
  });
}

function parse(path: string, footer: Buffer, end: number): FileMetaData {
  try {
    return parquetMetadata(footer, { geoparquet: false });
  } catch (cause) {
    throw broken(path, end, cause);
  }
}

function broken(path: string, offset: number, cause: unknown): EigenviewError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return parquetFault(path, offset, 'The footer cannot be read.', { expected: 'Parquet metadata', received, cause });
}

function interpret(path: string, metadata: FileMetaData, end: number): Omit<ParquetFile, 'path' | 'end' | 'crc'> {
  let columns: ParquetColumn[];
  let groups: ParquetGroup[];
  try {
    columns = columnsOf(parquetSchema(metadata).children);
    groups = groupsOf(metadata);
  } catch (cause) {
    throw broken(path, end, cause);
  }
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (!groups.every((group) => isCount(group.rows)) || !isCount(rows) || rows !== Number(metadata.num_rows)) {
    throw parquetFault(path, end, 'The row groups do not add up.', {
      expected: `${metadata.num_rows} rows`,
      received: `${rows}`,
    });
  }
  return { rows, columns, groups: groups.filter((group) => group.rows > 0) };
}

function columnsOf(children: readonly SchemaTree[]): ParquetColumn[] {
  let leaf = 0;
  return children.map((tree) => {
    const { element, children: inner } = tree;
    const nested = inner.length > 0 || element.repetition_type === 'REPEATED';
    const column: ParquetColumn = {
      name: element.name,
      leaf,
      type: nested ? 'nested' : columnType(element),
      optional: element.repetition_type !== 'REQUIRED',
    };
    leaf += leavesOf(tree);
    return column;
  });
}

function leavesOf({ element, children }: SchemaTree): number {
  if (children.length === 0) return element.type === undefined ? 0 : 1;
  return children.reduce((sum, child) => sum + leavesOf(child), 0);
}

function groupsOf({ row_groups }: FileMetaData): ParquetGroup[] {
  let start = 0;
  return row_groups.map(({ num_rows, columns }) => {
    const rows = Number(num_rows);
    const group = {
      rows,
      start,
      // Pages in another file, or encrypted ones, are as good as absent.
      chunks: columns.map((chunk) => (chunk.file_path || chunk.crypto_metadata ? undefined : chunk.meta_data)),
    };
    start += rows;
    return group;
  });
}

export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @throws EigenviewError `FILE_FORMAT` when the file ends before */
export async function readAt(path: string, handle: FileHandle, start: number, length: number): Promise<Buffer> {
  // Not from the shared pool: typed arrays are laid over these bytes.
  const buffer = Buffer.from(new ArrayBuffer(Math.max(0, length)));
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, start + done);
    if (bytesRead === 0) throw parquetFault(path, start + done, 'The file ends too early.');
    done += bytesRead;
  }
  return buffer;
}
