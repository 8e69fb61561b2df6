import { expect, test } from 'vitest';
import { norm } from '../../src/matrix/norm.js';

test('neither overflows nor vanishes, at any length', () => {
  expect(norm([3, -4])).toBe(5);
  expect(norm([3e200, 4e200])).toBeCloseTo(5e200, -186);
  expect(norm([3e-200, 4e-200]) * 1e200).toBeCloseTo(5, 14);
  expect(norm([])).toBe(0);
  // More numbers than a call can have arguments.
  expect(norm(new Float64Array(2 ** 20).fill(1))).toBe(1024);
});

test('passes on what is not finite', () => {
  expect(norm([1, Number.NaN])).toBeNaN();
  expect(norm([1, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
});
