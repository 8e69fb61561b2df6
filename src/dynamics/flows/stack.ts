/** Many states as one tall matrix, so that one product rotates all of them. */
import { Matrix } from '../../matrix/matrix.js';
import { inStretches } from '../../runtime/turn.js';

/** How many numbers are moved in one turn of the event loop. */
const AT_ONCE = 2 ** 18;

/** How many states of so many numbers that is. */
export function statesAtOnce(size: number): number {
  return Math.max(1, Math.floor(AT_ONCE / Math.max(size, 256)));
}

/** Arrays of whole states, one after another: rows of `cols` numbers. */
export async function stacked(parts: readonly ArrayLike<number>[], cols: number): Promise<Matrix> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const data = new Float64Array(length);
  let at = 0;
  await inStretches(parts.length, statesAtOnce(length / Math.max(1, parts.length)), (from, to) => {
    for (const part of parts.slice(from, to)) {
      data.set(part, at);
      at += part.length;
    }
  });
  return new Matrix(length / cols, cols, data);
}

/** The states of k rows each, copied. */
export async function unstacked({ rows, cols, data }: Matrix, k: number): Promise<Matrix[]> {
  const size = k * cols;
  const states: Matrix[] = [];
  await inStretches(rows / k, statesAtOnce(size), (from, to) => {
    for (let i = from; i < to; i++) {
      states.push(new Matrix(k, cols, Float64Array.from(data.subarray(i * size, (i + 1) * size))));
    }
  });
  return states;
}
