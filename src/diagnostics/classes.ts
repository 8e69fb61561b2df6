import { EigenviewError } from '../errors.js';

/** The classes that occur, numbered without gaps. */
export interface Classes {
  /** The labels that occur, ascending. */
  values: Int32Array;
  /** For each row, the place of its label in `values`. */
  indices: Int32Array;
}

/** @throws EigenviewError `INVALID_ARGUMENT` for a single class */
export function classesOf(argument: string, labels: Int32Array): Classes {
  const values = Int32Array.from(new Set(labels)).sort();
  if (values.length < 2) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is nothing to tell apart.', {
      argument,
      expected: 'of at least two classes',
      received: `class ${values[0]} alone`,
    });
  }
  return { values, indices: placesOf(labels, values) };
}

/** For each label its place in `values`, or −1. */
export function placesOf(labels: Int32Array, values: Int32Array): Int32Array {
  const places = new Map(Array.from(values, (value, place) => [value, place]));
  return labels.map((label) => places.get(label) ?? -1);
}
