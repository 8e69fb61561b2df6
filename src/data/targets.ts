import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { type LabelColumn, labelFault, lengthOf } from './labels.js';
import type { Targets } from './source.js';

/** `'auto'`: text and a few different integers are classes, other numbers are values. */
export type TargetKind = 'auto' | 'classes' | 'values';

/** More different integers than this are taken for values, unless told otherwise. */
const MOST_CLASSES = 1000;

/**
 * Labels as class indices, or as a matrix with a column for each label column.
 *
 * @throws EigenviewError `NOT_FINITE`, or `FILE_FORMAT` for a label that is not of the kind asked for, naming file, column and
 * row; `INVALID_ARGUMENT` for several columns of classes
 */
export function makeTargets(columns: readonly LabelColumn[], target: TargetKind): Targets {
  columns.forEach(checkNumbers);
  const [column] = columns as [LabelColumn, ...LabelColumn[]];
  if (columns.length === 1 && target !== 'values' && (target === 'classes' || areClasses(column))) {
    return { kind: 'classes', ...toClasses(column) };
  }
  if (target === 'classes') {
    throw new EigenviewError('INVALID_ARGUMENT', 'Classes come from one column.', {
      argument: 'labels',
      expected: 'one column',
      received: String(columns.length),
      file: column.file,
    });
  }
  return { kind: 'values', values: toValues(columns) };
}

function checkNumbers(column: LabelColumn): void {
  if (column.kind !== 'numbers') return;
  const row = column.values.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw labelFault('NOT_FINITE', column, row, {
    expected: 'a finite number',
    received: String(column.values[row]),
    fix: 'Remove or impute missing values first.',
  });
}

function areClasses(column: LabelColumn): boolean {
  if (column.kind !== 'numbers') return true;
  const { values } = column;
  if (!values.every(Number.isSafeInteger)) return false;
  const limit = Math.min(MOST_CLASSES + 1, values.length / 2);
  const found = new Set<number>();
  return values.every((value) => found.add(value).size < limit);
}

function toClasses(column: LabelColumn): { labels: Int32Array; classes: readonly string[] | undefined } {
  if (column.kind === 'classes') return { labels: column.labels, classes: column.classes };
  return column.kind === 'text' ? sortTexts(column) : rank(column);
}

function sortTexts({ codes, texts }: { codes: Int32Array; texts: readonly string[] }) {
  const classes = texts.toSorted((a, b) => (a < b ? -1 : 1));
  const index = new Map(classes.map((text, i) => [text, i]));
  const order = Int32Array.from(texts, (text) => index.get(text) as number);
  return { labels: codes.map((code) => order[code] as number), classes };
}

/** Integers by their place among those that occur. */
function rank(column: LabelColumn & { kind: 'numbers' }) {
  const { values } = column;
  const broken = values.findIndex((value) => !Number.isSafeInteger(value));
  if (broken >= 0) {
    throw labelFault('FILE_FORMAT', column, broken, {
      expected: 'an integer or text, as classes are',
      received: String(values[broken]),
      fix: "Pass target: 'values' for real targets.",
    });
  }
  const found = [...new Set(values)].sort((a, b) => a - b);
  const index = new Map(found.map((value, i) => [value, i]));
  const indices = found.every((value, i) => value === i);
  return {
    labels: Int32Array.from(values, (value) => index.get(value) as number),
    classes: indices ? undefined : found.map(String),
  };
}

function toValues(columns: readonly LabelColumn[]): Matrix {
  const rows = lengthOf(columns[0] as LabelColumn);
  const values = new Matrix(rows, columns.length);
  columns.forEach((column, j) => {
    if (column.kind === 'text') {
      throw labelFault('FILE_FORMAT', column, 0, {
        expected: 'a number, as values are',
        received: JSON.stringify(column.texts[column.codes[0] as number]?.slice(0, 60)),
        fix: 'Name columns of numbers as `labels`, or one column of classes.',
      });
    }
    const numbers = column.kind === 'numbers' ? column.values : column.labels;
    for (let i = 0; i < rows; i++) values.data[i * columns.length + j] = numbers[i] as number;
  });
  return values;
}
