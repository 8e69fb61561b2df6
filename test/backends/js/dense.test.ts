import { expect, test } from 'vitest';
import { binaryScale, dividedBy, rescaled } from '../../../src/backends/js/dense.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import fc from '../../support/properties.js';

const magnitude = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });

test('a matrix over its scale has its largest element between 1 and 4, and nothing is lost', () => {
  fc.assert(
    fc.property(magnitude, (largest) => {
      const a = Matrix.from([[largest, -largest / 4]]);
      const unit = binaryScale(a);
      const scaled = dividedBy(a, unit);
      // The logarithm may round up at a power of two.
      expect(scaled.get(0, 0)).toBeGreaterThan(1 - 1e-12);
      expect(scaled.get(0, 0)).toBeLessThanOrEqual(4);
      expect(scaled.get(0, 0) * unit).toBe(largest);
      expect(Math.sqrt(unit) ** 2).toBe(unit);
    }),
  );
  expect(binaryScale(Matrix.zeros(2, 2))).toBe(1);
});

test('rescaling by powers of two whose quotient overflows is exact where the result is representable', () => {
  expect([...rescaled([2 ** -1060, 0], 2 ** 1000, 2 ** -1000)]).toEqual([2 ** 940, 0]);
  expect([...rescaled([2 ** 1000], 2 ** -1000, 2 ** 1000)]).toEqual([2 ** -1000]);
});
