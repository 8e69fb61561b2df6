import { checkAttached } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import type { Control } from '../linalg.js';
import { Pace } from './turns.js';

/** Calls `visit` with the index of each row of x in order, letting the event loop turn. */
export async function eachRow(control: Control, x: Matrix, visit: (row: number) => void): Promise<void> {
  const pace = new Pace(control.signal);
  await pace.pause();
  checkAttached('source', x);
  for (let row = 0; row < x.rows; row++) {
    visit(row);
    if (!pace.due()) continue;
    await pace.pause();
    checkAttached('source', x);
  }
}
