import { describe, expect, it } from 'vitest';
import { oneHot } from '../../src/data/one-hot.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

describe('oneHot', () => {
  it('has a single 1 per row, in the column of the label', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), (labels) => {
        for (const list of [labels, Int32Array.from(labels)]) {
          const result = oneHot(list, 10);
          expect([result.rows, result.cols]).toEqual([labels.length, 10]);
          expect(result.data).toBeInstanceOf(Float64Array);
          expect(result.toArray().map((row) => row.indexOf(1))).toEqual(labels);
          expect([...result.data].reduce((a, b) => a + b)).toBe(labels.length);
        }
      }),
    );
  });

  it('takes as many classes as the labels need', () => {
    expect(oneHot([2, 0]).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });

  it.each([
    ['a label beyond the classes', [0, 3], 3, 'OUT_OF_RANGE', 'labels[1]'],
    ['a negative label', [-1], undefined, 'OUT_OF_RANGE', 'labels[0]'],
    ['half a label', [0.5], undefined, 'INVALID_ARGUMENT', 'labels[0]'],
    ['NaN', Float64Array.of(Number.NaN), 2, 'INVALID_ARGUMENT', 'labels[0]'],
    ['text', ['cat'], 2, 'INVALID_ARGUMENT', 'labels[0]'],
    ['no labels', [], 2, 'EMPTY', 'labels'],
    ['no array', 'cat', 2, 'INVALID_ARGUMENT', 'labels'],
    ['no classes', [0], 0, 'OUT_OF_RANGE', 'classes'],
  ])('refuses %s', async (_, labels, classes, code, argument) => {
    expect(await failure(() => oneHot(labels as never, classes))).toMatchObject({ code, argument });
  });
});
