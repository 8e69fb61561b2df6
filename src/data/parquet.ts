import { checkOptions } from '../matrix/check.js';
import { checkColumnList, checkLabelRequest, withOwnLists } from './labels.js';
import type { ChunkedSource } from './source.js';
import { makeTargets } from './targets.js';

export interface ParquetOptions {
  /** The number columns, by name or by index from 0, in the order wanted; all but the label column unless given. */
  columns?: readonly (string | number)[];
  /** The column of class labels (text or integers), by name or by index from 0. */
  labels?: string | number;
}

/** A Parquet file as a source of rows. */
export interface ParquetSource extends ChunkedSource {
  /** Of the number columns. */
  readonly names: readonly string[];
}

/**
 * A Parquet file: the columns of numbers (booleans, integers, floats of 16, 32 and 64 bits) as features, float32 where that
 * holds every value of their types exactly, otherwise float64. One column may hold class labels, as in `openCsv`; opening
 * reads the footer and that column. At most 64 MB of a row group, a page and its dictionary are in memory at a time.
 * Compressed with Snappy, gzip, Brotli, Zstandard or LZ4; not nested, not encrypted.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, `INVALID_ARGUMENT` or `OUT_OF_RANGE` for a column that is not there,
 * `FILE_FORMAT` for one that holds no numbers, a missing value or a file that is damaged, and `NOT_FINITE` for NaN or an infinity
 * @example
 * ```ts
 * const iris = await openParquet('iris.parquet', { labels: 'species' });
 * console.log(iris.names, iris.classes, iris.labels);
 * ```
 */
export async function openParquet(path: string, options: ParquetOptions = {}): Promise<ParquetSource> {
  checkOptions('openParquet', options, ['columns', 'labels']);
  if (options.columns !== undefined) checkColumnList('columns', options.columns);
  const { columns, labels } = withOwnLists(options);
  if (labels !== undefined) checkLabelRequest(labels);
  // It brings a Parquet library and its decompressors, a fifth of what importing this package would take.
  const { openTable } = await import('./parquet-table.js');
  const table = await openTable(path);
  if (labels === undefined) return table.source(columns);
  const label = table.find(labels);
  const source = table.source(columns, [label]);
  const targets = makeTargets(await table.labels([label]), 'classes');
  if (targets.kind !== 'classes') return source;
  return { ...source, labels: targets.labels, classes: targets.classes ?? indices(targets.labels) };
}

/** The classes of labels that are indices already. */
function indices(labels: Int32Array): string[] {
  return Array.from({ length: labels.reduce((most, label) => Math.max(most, label), -1) + 1 }, (_, i) => String(i));
}
