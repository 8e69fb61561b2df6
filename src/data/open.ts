import { existsSync } from 'node:fs';
import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { FORMATS, type Opened } from './formats.js';
import { readLabelFile } from './label-file.js';
import {
  checkColumnList,
  checkLabelRequest,
  type LabelColumn,
  type LabelRequest,
  lengthOf,
  withOwnLists,
} from './labels.js';
import { packedReader, setPacked } from './packed.js';
import { type DataFormat, recognise } from './recognise.js';
import type { DataSource } from './source.js';
import { makeTargets, type TargetKind } from './targets.js';

export interface DataOptions {
  /**
   * Where the labels are: columns (CSV, Parquet) or arrays (npz) by name or by index from 0, several as an array or between
   * commas; or else the path of a file (npy, IDX, CSV). Unless given: those of MNIST and CIFAR-10, or the array of an npz file
   * that is called `y`, `labels` or alike.
   */
  labels?: LabelRequest;
  /**
   * `'classes'`: text, or integers, as indices in sorted order. `'values'`: numbers as they are. `'auto'`, unless given: text is
   * classes; so are integers, if at most 1000 different ones and fewer than half the rows; the rest is values.
   */
  target?: TargetKind;
  /** Feature columns of CSV and Parquet, by name or by index from 0; all but the labels unless given. */
  columns?: readonly (string | number)[];
  /** CIFAR-10 as luma, 0.299 R + 0.587 G + 0.114 B, in rows of 1024. */
  grayscale?: boolean;
}

/**
 * Opens whatever holds data and targets: a folder in the form of MNIST or of CIFAR-10's batches, a CIFAR-10 `.bin`, npy, npz,
 * IDX, CSV or Parquet; all but npz and Parquet also compressed by gzip. The features are streamed, the targets are in memory.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, `FILE_FORMAT`; `INVALID_ARGUMENT` or `OUT_OF_RANGE` for columns or labels that
 * are not there, listing those that are; `SHAPE_MISMATCH` when there are not as many labels as rows; `NOT_FINITE` for a label that
 * is no number; `EMPTY` without rows or features; and, while reading, what the format's own `open…` says
 * @example
 * ```ts
 * const iris = await openData('iris.csv', { labels: 'species' });
 * if (iris.targets.kind === 'classes') console.log(iris.rows, iris.targets.classes);
 * ```
 */
export async function openData(path: string, options: DataOptions = {}): Promise<DataSource> {
  checkDataOptions(options);
  const asked = withOwnLists(options);
  const { labels, target = 'auto', columns, grayscale = false } = asked;
  const format = await recognise(path);
  checkFits(path, format, asked);
  const opened = await FORMATS[format](path, { labels, target, columns, grayscale });
  const file = opened.labels === undefined ? labelFile(path, format, opened, labels) : undefined;
  const source = await opened.source();
  if (source.rows === 0 || source.cols === 0) {
    throw new EigenviewError('EMPTY', 'There are no data here.', {
      file: path,
      expected: 'at least one row and one column',
      received: `${source.rows}×${source.cols}`,
    });
  }
  const found = file === undefined ? (opened.labels ?? []) : await readLabelFile(file, source.rows, target);
  checkCount(path, source.rows, found);
  const data: DataSource = {
    rows: source.rows,
    cols: source.cols,
    ...(source.rowShape && { rowShape: source.rowShape }),
    targets: makeTargets(found, target),
    [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
  };
  return setPacked(data, packedReader(source));
}

function checkDataOptions(options: DataOptions): void {
  checkOptions('openData', options, ['labels', 'target', 'columns', 'grayscale']);
  const { labels, target, columns, grayscale } = options;
  if (labels !== undefined) checkLabelRequest(labels);
  if (columns !== undefined) checkColumnList('columns', columns);
  if (target !== undefined && !['auto', 'classes', 'values'].includes(target)) {
    throw invalid('target', "'auto', 'classes' or 'values'", target);
  }
  if (grayscale !== undefined && typeof grayscale !== 'boolean') throw invalid('grayscale', 'true or false', grayscale);
}

function checkFits(path: string, format: DataFormat, { columns, grayscale }: DataOptions): void {
  if (columns !== undefined && format !== 'csv' && format !== 'parquet') {
    throw invalid('columns', 'absent: only CSV and Parquet have columns to choose', columns, path);
  }
  if (grayscale && format !== 'cifar') {
    throw invalid('grayscale', 'absent: only the images of CIFAR-10 have colours', grayscale, path);
  }
}

function invalid(argument: string, expected: string, value: unknown, file?: string): EigenviewError {
  const facts = { argument, expected, received: describe(value), ...(file === undefined ? {} : { file }) };
  return new EigenviewError('INVALID_ARGUMENT', 'openData cannot use this.', facts);
}

/** Labels that name no column are a file, which has to be there. */
function labelFile(path: string, format: DataFormat, { names }: Opened, labels: LabelRequest | undefined): string {
  const there = names === undefined ? undefined : `one of ${names.join(', ').slice(0, 500)}`;
  if (labels === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', `Nothing says what the labels are: ${format} has none of its own.`, {
      file: path,
      argument: 'labels',
      expected: there === undefined ? 'the path of a file of labels' : `${there}, or the path of a file of labels`,
      received: 'undefined',
      fix: 'Pass labels.',
    });
  }
  if (typeof labels === 'string' && existsSync(labels)) return labels;
  throw new EigenviewError('INVALID_ARGUMENT', 'There are no such labels.', {
    file: path,
    argument: 'labels',
    expected:
      there === undefined
        ? 'the path of an existing file (npy, IDX or CSV)'
        : `${there}, or the path of an existing file`,
    received: describe(labels),
  });
}

function checkCount(path: string, rows: number, columns: readonly LabelColumn[]): void {
  if (columns.length === 0) {
    throw new EigenviewError('EMPTY', 'The labels have no columns.', {
      file: path,
      argument: 'labels',
      expected: 'at least one',
    });
  }
  for (const column of columns) {
    const count = lengthOf(column);
    if (count === rows) continue;
    throw new EigenviewError('SHAPE_MISMATCH', `${count} labels do not fit ${rows} rows.`, {
      file: column.file,
      argument: 'labels',
      expected: `one for each of the ${rows} rows of ${path}`,
      received: `${count} labels`,
      fix: 'Take data and labels from the same set, in the same order.',
    });
  }
}
