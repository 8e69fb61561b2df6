import { describe, expect, test } from 'vitest';
import { fixSigns, leading } from '../../../src/backends/js/signs.js';
import { Matrix } from '../../../src/matrix/matrix.js';

const at = (...values: number[]) => leading((i) => Math.abs(values[i] as number), values.length);

describe('leading', () => {
  test('is the largest component', () => {
    expect(at(1, -3, 2)).toBe(1);
  });

  test('is the first of components that tie within 1e-8', () => {
    expect(at(1, -1, 1)).toBe(0);
    expect(at(0.1, 1 - 0.9e-8, -1)).toBe(1);
    expect(at(0.1, 1 - 1.1e-8, -1)).toBe(2);
  });

  test('is the first of nothing but zeros', () => {
    expect(at(0, 0)).toBe(0);
  });
});

describe('fixSigns', () => {
  test('makes leading components positive, rows of the companion following', () => {
    const rows = Matrix.from([
      [1, -3],
      [2, 1],
    ]);
    const companion = Matrix.from([[1], [1]]);
    fixSigns(rows, companion);
    expect(rows.toArray()).toEqual([
      [-1, 3],
      [2, 1],
    ]);
    expect(companion.toArray()).toEqual([[-1], [1]]);
  });

  test('changes nothing the second time', () => {
    const rows = Matrix.from([[0.5, -0.5, 0.1]]);
    fixSigns(rows);
    const once = rows.toArray();
    fixSigns(rows);
    expect(rows.toArray()).toEqual(once);
  });
});
