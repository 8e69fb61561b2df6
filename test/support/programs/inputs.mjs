import { Matrix } from '../../../dist/index.js';

/**
 * Numbers in [−1, 1) from a linear congruence: the same in every program.
 *
 * @param {number} seed
 * @param {number} rows
 * @param {number} cols
 */
export function scattered(seed, rows, cols) {
  let state = seed;
  const data = Float64Array.from({ length: rows * cols }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 30 - 1;
  });
  return new Matrix(rows, cols, data);
}
