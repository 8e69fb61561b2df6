import { describe, EigenviewError, type ErrorDetails } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { readAll } from './array.js';
import { findColumn } from './csv-layout.js';
import type { ChunkedSource } from './source.js';

/** What was found where labels were asked for. */
export type LabelColumn = { readonly file: string; readonly name: string } & (
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  /** Row i says `texts[codes[i]]`; the texts are distinct and in no particular order. */
  | { readonly kind: 'text'; readonly codes: Int32Array; readonly texts: readonly string[] }
  /** From a format whose labels are class indices. */
  | { readonly kind: 'classes'; readonly labels: Int32Array; readonly classes: readonly string[] | undefined }
);

/** Which labels: columns or arrays, by name or by index from 0, or a file. */
export type LabelRequest = string | number | readonly (string | number)[];

/**
 * The columns that labels name, or undefined if they must be a file. A whole string goes before its parts between commas,
 * and a name before an index.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` or `OUT_OF_RANGE`, listing the columns there are
 */
export function findLabels(path: string, names: readonly string[], labels: LabelRequest): number[] | undefined {
  if (typeof labels === 'number') return [findColumn(path, names, labels)];
  if (typeof labels !== 'string') return labels.map((label) => findColumn(path, names, label));
  if (isColumn(names, labels)) return [findColumn(path, names, asColumn(names, labels))];
  const parts = labels.split(',').map((part) => part.trim());
  if (!parts.some((part) => isColumn(names, part))) return undefined;
  return parts.map((part) => findColumn(path, names, asColumn(names, part)));
}

function isColumn(names: readonly string[], text: string): boolean {
  return names.includes(text) || (/^\d+$/.test(text) && Number(text) < names.length);
}

function asColumn(names: readonly string[], text: string): string | number {
  return names.includes(text) || !isColumn(names, text) ? text : Number(text);
}

/** The labels in each column of a small source, which is read whole. */
export async function numberColumns(file: string, name: string, source: ChunkedSource): Promise<LabelColumn[]> {
  const { rows, cols, data } = await readAll(source);
  return Array.from({ length: cols }, (_, j) => {
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i++) values[i] = data[i * cols + j] as number;
    return { file, name: cols === 1 ? name : `${name}, column ${j} (from 0)`, kind: 'numbers', values };
  });
}

/** An error about the label of one row. */
export function labelFault(
  code: 'FILE_FORMAT' | 'NOT_FINITE',
  { file, name }: LabelColumn,
  row: number,
  facts: ErrorDetails,
): EigenviewError {
  return new EigenviewError(code, `${name}, row ${row} (from 0), cannot be used as a label.`, { file, ...facts });
}

/** @throws EigenviewError `INVALID_ARGUMENT` or `OUT_OF_RANGE` unless these are names and indices */
export function checkColumnList(argument: string, columns: unknown): asserts columns is readonly (string | number)[] {
  if (!Array.isArray(columns)) throw notColumns(argument, 'an array of names and indices', columns);
  for (const column of columns as unknown[]) {
    if (typeof column === 'number') checkInteger(argument, column, { min: 0 });
    else if (typeof column !== 'string') throw notColumns(argument, 'a name or an index from 0', column);
  }
}

/** The same for one or several. */
export function checkLabelRequest(labels: unknown): asserts labels is LabelRequest {
  if (Array.isArray(labels) && labels.length === 0) throw notColumns('labels', 'at least one column', labels);
  checkColumnList('labels', Array.isArray(labels) ? labels : [labels]);
}

/** The options with lists of their own, which nobody changes while a file is looked at. */
export function withOwnLists<Options extends { columns?: readonly (string | number)[]; labels?: LabelRequest }>(
  options: Options,
): Options {
  const { columns, labels } = options;
  return {
    ...options,
    ...(columns !== undefined && { columns: [...columns] }),
    ...(Array.isArray(labels) && { labels: [...labels] }),
  };
}

function notColumns(argument: string, expected: string, value: unknown): EigenviewError {
  const received = describe(value);
  return new EigenviewError('INVALID_ARGUMENT', 'This names no column.', { argument, expected, received });
}

/** How many rows a column labels. */
export function lengthOf(column: LabelColumn): number {
  return (column.kind === 'numbers' ? column.values : column.kind === 'text' ? column.codes : column.labels).length;
}
