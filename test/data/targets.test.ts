import { describe, expect, it } from 'vitest';
import type { LabelColumn } from '../../src/data/labels.js';
import { makeTargets } from '../../src/data/targets.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const numbers = (...values: number[]): LabelColumn => ({
  file: 'y.npy',
  name: 'Column y',
  kind: 'numbers',
  values: Float64Array.from(values),
});

function text(...values: string[]): LabelColumn {
  const texts = [...new Set(values)];
  const codes = Int32Array.from(values, (value) => texts.indexOf(value));
  return { file: 'y.csv', name: 'Column y', kind: 'text', codes, texts };
}

describe('makeTargets', () => {
  it('sorts classes: each row keeps its name', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        const targets = makeTargets([text(...names)], 'auto');
        if (targets.kind !== 'classes') throw new Error('no classes');
        expect(Array.from(targets.labels, (label) => targets.classes?.[label])).toEqual(names);
        expect(targets.classes).toEqual([...(targets.classes ?? [])].sort());
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const targets = makeTargets([numbers(...values)], 'classes');
        if (targets.kind !== 'classes') throw new Error('no classes');
        expect(Array.from(targets.labels, (label) => Number(targets.classes?.[label] ?? label))).toEqual(values);
      }),
    );
  });

  it.each([
    ['few integers', [-1, 1, 1, -1, 1], { labels: [0, 1, 1, 0, 1], classes: ['-1', '1'] }],
    ['integers by value, not as text', [10, 9, 9, 10, 9], { labels: [1, 0, 0, 1, 0], classes: ['9', '10'] }],
    ['indices, which stay', [0, 2, 1, 0, 0, 1, 2], { labels: [0, 2, 1, 0, 0, 1, 2], classes: undefined }],
  ])('takes for classes: %s', (_, values, { labels, classes }) => {
    expect(makeTargets([numbers(...values)], 'auto')).toEqual({
      kind: 'classes',
      labels: Int32Array.from(labels),
      classes,
    });
  });

  it.each([
    ['real numbers', [0.5, 1, 1, 1, 1]],
    ['integers of which half are different', [1, 2, 3, 3, 3, 3]],
    ['1001 different integers', Array.from({ length: 4000 }, (_, i) => i % 1001)],
  ])('takes for values: %s', (_, values) => {
    const targets = makeTargets([numbers(...values)], 'auto');
    if (targets.kind !== 'values') throw new Error('no values');
    expect([targets.values.rows, targets.values.cols]).toEqual([values.length, 1]);
    expect([...targets.values.data]).toEqual(values);
  });

  it('takes 1000 different integers for classes', () => {
    const values = Array.from({ length: 4000 }, (_, i) => i % 1000);
    expect(makeTargets([numbers(...values)], 'auto').kind).toBe('classes');
  });

  it('does as it is told', () => {
    expect(makeTargets([numbers(3, 1, 2)], 'classes')).toMatchObject({ classes: ['1', '2', '3'] });
    expect(makeTargets([numbers(0, 0, 0, 1)], 'values').kind).toBe('values');
    const labels = Int32Array.of(2, 0);
    const column: LabelColumn = { file: 'y', name: 'y', kind: 'classes', labels, classes: ['a', 'b', 'c'] };
    expect(makeTargets([column], 'auto')).toEqual({ kind: 'classes', labels, classes: ['a', 'b', 'c'] });
    const values = makeTargets([column], 'values');
    expect(values.kind === 'values' && values.values.toArray()).toEqual([[2], [0]]);
  });

  it('puts several columns side by side', () => {
    const targets = makeTargets([numbers(1, 2), numbers(3, 4)], 'auto');
    expect(targets.kind === 'values' && targets.values.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it.each([
    ['NaN', [numbers(1, Number.NaN)], 'auto', 'NOT_FINITE', /Column y, row 1 .*received NaN/],
    ['a real class', [numbers(1, 2, 0.5)], 'classes', 'FILE_FORMAT', /row 2 .*received 0.5/],
    ['text as values', [text('a')], 'values', 'FILE_FORMAT', /row 0 .*received "a"/],
    ['text in one of several', [numbers(1), text('a')], 'auto', 'FILE_FORMAT', /row 0 .*received "a"/],
    ['several columns of classes', [numbers(1), numbers(1)], 'classes', 'INVALID_ARGUMENT', /one column/],
  ] as const)('refuses %s', async (_, columns, target, code, message) => {
    const error = await failure(() => makeTargets(columns, target));
    expect(error.code).toBe(code);
    expect(error.file).toMatch(/^y/);
    expect(error.message).toMatch(message);
  });
});
