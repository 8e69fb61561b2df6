/** What a probe learns from and is judged by: rows, and what they are to be told apart by. */
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkOptions, notFinite } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { chunks, type Source } from '../moments/source.js';
import { inStretches } from '../runtime/turn.js';

/** Rows with a class each, or with values to predict. */
export interface Labelled {
  /**
   * n×d features, as one matrix or a stream. A stream is read more than once where it can be (a source of this package can, a
   * generator cannot).
   */
  x: Source;
  /** One class index from 0 a row; those of the source where it has them, as {@link openMnist}'s. */
  labels?: ArrayLike<number>;
  /** n×ℓ values to predict, instead of labels. */
  targets?: Matrix;
}

export interface Split {
  train: Labelled;
  test: Labelled;
}

/** What was asked for, checked; arrays are copies. */
export type Checked = { name: string; x: Source; rows: number } & (
  | { labels: Int32Array; targets?: never }
  | { labels?: never; targets: Matrix }
);

/** More classes than any data set has; a guard against labels that are something else. */
const MOST_CLASSES = 1_000_000;

export function checkSplit(split: unknown, where: string): { train: Checked; test: Checked } {
  if (typeof split !== 'object' || split === null) {
    throw new EigenviewError('INVALID_ARGUMENT', `${where} takes the two sets it compares.`, {
      argument: 'data',
      expected: 'an object with train and test',
      received: describe(split),
    });
  }
  checkOptions(where, split, ['train', 'test']);
  const { train, test } = split as Partial<Split>;
  return { train: checkLabelled('train', train), test: checkLabelled('test', test) };
}

function checkLabelled(name: string, value: Labelled | undefined): Checked {
  if (value === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', `There is no ${name} set.`, {
      argument: name,
      expected: 'an object with x and labels, or x and targets',
      received: 'undefined',
    });
  }
  checkOptions(name, value, ['x', 'labels', 'targets']);
  const { x, targets } = value;
  const labels = value.labels ?? (targets === undefined ? labelsOf(x) : undefined);
  if ((labels === undefined) === (targets === undefined)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${name} needs labels or targets, and one of the two.`, {
      argument: name,
      expected: 'labels, one class a row, or targets, one row of values a row',
      received: labels === undefined ? 'neither' : 'both',
    });
  }
  const rows = x instanceof Matrix ? x.rows : (x as { rows?: unknown } | undefined)?.rows;
  if (labels !== undefined) {
    const copy = readLabels(`${name}.labels`, labels);
    checkCount(`${name}.labels`, copy.length, rows);
    return { name, x, rows: copy.length, labels: copy };
  }
  checkDense(`${name}.targets`, targets);
  checkCount(`${name}.targets`, targets.rows, rows);
  return { name, x, rows: targets.rows, targets: new Matrix(targets.rows, targets.cols, targets.data.slice()) };
}

function labelsOf(x: unknown): ArrayLike<number> | undefined {
  const source = (typeof x === 'object' && x !== null ? x : {}) as {
    labels?: ArrayLike<number>;
    targets?: { labels?: ArrayLike<number> };
  };
  return source.labels ?? source.targets?.labels;
}

function readLabels(argument: string, labels: unknown): Int32Array {
  if (!Array.isArray(labels) && !(ArrayBuffer.isView(labels) && 'length' in labels)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Labels come as an array.', {
      argument,
      expected: 'an array of class indices',
      received: describe(labels),
    });
  }
  const values = labels as ArrayLike<unknown>;
  if (values.length === 0) {
    throw new EigenviewError('EMPTY', 'There are no labels.', { argument, expected: 'one for each row' });
  }
  const copy = new Int32Array(values.length);
  for (let i = 0; i < copy.length; i++) {
    const label: unknown = values[i];
    checkInteger(`${argument}[${i}]`, label, { min: 0, max: MOST_CLASSES - 1 });
    copy[i] = label;
  }
  return copy;
}

function checkCount(argument: string, received: number, rows: unknown): void {
  if (typeof rows !== 'number' || rows === received) return;
  throw uneven(argument, received, String(rows));
}

function uneven(argument: string, received: number, rows: string): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', 'Rows and what they are labelled with differ in number.', {
    argument,
    expected: `one for each of the ${rows} rows`,
    received: String(received),
  });
}

/** Whether the rows can be read again. A generator is its own iterator, and cannot. */
export function isRereadable({ x }: Checked): boolean {
  return x instanceof Matrix || typeof (x as { next?: unknown }).next !== 'function';
}

/** Numbers looked at between two turns of the event loop: about a millisecond. */
const STEP = 2 ** 20;

/**
 * The rows, chunk by chunk: finite, of the width asked for, and as many as there are labels.
 *
 * @throws EigenviewError `NOT_FINITE` naming row and column, `SHAPE_MISMATCH`, `EMPTY`, `INVALID_ARGUMENT`
 */
export async function* rowsOf(
  { name, x, rows, labels }: Checked,
  signal: AbortSignal | undefined,
  cols?: number,
): AsyncGenerator<{ first: number; chunk: Matrix }, void, undefined> {
  const beside = `${name}.${labels === undefined ? 'targets' : 'labels'}`;
  let first = 0;
  for await (const chunk of chunks(`${name}.x`, x)) {
    signal?.throwIfAborted();
    if (cols !== undefined && chunk.cols !== cols) throw otherWidth(name, chunk.cols, cols);
    if (first + chunk.rows > rows) throw uneven(beside, rows, `${first + chunk.rows} or more`);
    await checkFiniteRows(`${name}.x`, chunk, first);
    yield { first, chunk };
    first += chunk.rows;
  }
  if (first < rows) throw uneven(beside, rows, String(first));
}

async function checkFiniteRows(argument: string, { data, cols }: Matrix, first: number): Promise<void> {
  await inStretches(data.length, STEP, (from, to) => {
    for (let i = from; i < to; i++) {
      // x − x is 0 for every finite x and NaN otherwise.
      if ((data[i] as number) - (data[i] as number) === 0) continue;
      throw notFinite(argument, first + Math.floor(i / cols), i % cols, data[i] as number);
    }
  });
}

function otherWidth(name: string, received: number, cols: number): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', 'Training and test rows differ in width.', {
    argument: `${name}.x`,
    expected: `of ${cols} columns, as train.x`,
    received: String(received),
  });
}
