import { checkAttached, notFinite } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import type { Control } from '../linalg.js';
import { Pace } from './turns.js';

/** Calls `visit` with each row of x in order, once it is known to be finite, and lets the event loop turn. */
export async function eachRow(control: Control, x: Matrix, visit: (row: number) => void): Promise<void> {
  const pace = new Pace(control.signal);
  await pace.pause();
  checkAttached('source', x);
  for (let row = 0; row < x.rows; row++) {
    checkRow('source', x, row, row);
    visit(row);
    if (!pace.due()) continue;
    await pace.pause();
    checkAttached('source', x);
  }
}

/** `position`: what the caller calls this row. */
export function checkRow(argument: string, { data, cols }: Matrix, row: number, position: number): void {
  for (let j = 0; j < cols; j++) {
    const value = data[row * cols + j] as number;
    // x − x is NaN for an infinity and for NaN.
    if (value - value !== 0) throw notFinite(argument, position, j, value);
  }
}
