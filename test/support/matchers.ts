import { expect } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';

type Numbers = Matrix | ArrayLike<number>;

interface CustomMatchers<R = unknown> {
  /** Every element within `tolerance` of the expected one; on failure reports the worst, not the arrays. */
  toBeCloseToArray(expected: Numbers, tolerance: number): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: a merged declaration must repeat the type parameter as vitest has it
  interface Matchers<T = any> extends CustomMatchers<T> {}
}

const values = (numbers: Numbers): ArrayLike<number> => (numbers instanceof Matrix ? numbers.data : numbers);

expect.extend({
  toBeCloseToArray(received: Numbers, expected: Numbers, tolerance: number) {
    const a = values(received);
    const b = values(expected);
    if (a.length !== b.length) {
      return { pass: false, message: () => `expected ${b.length} numbers, received ${a.length}` };
    }
    let worst = 0;
    let at = -1;
    for (let i = 0; i < a.length; i++) {
      const error = Math.abs((a[i] as number) - (b[i] as number));
      if (!(error <= worst)) {
        worst = error;
        at = i;
        if (Number.isNaN(error)) break;
      }
    }
    return {
      pass: worst <= tolerance,
      message: () =>
        `largest difference ${worst} at index ${at} (received ${a[at]}, expected ${b[at]}), tolerance ${tolerance}`,
    };
  },
});
