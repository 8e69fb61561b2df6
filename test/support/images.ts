/** Random draws and shapes of images, for properties. */
import fc from './properties.js';

export const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);

export const draws = fc.record({
  seed: fc.maxSafeNat(),
  sample: fc.maxSafeNat(),
  view: fc.nat(2 ** 31 - 1),
  step: fc.nat(255),
});

export const shapes = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  channels: fc.constantFrom(1, 3),
  white: fc.constantFrom(1, 255),
});
