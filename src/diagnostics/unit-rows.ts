import type { RowStore } from '../backends/diagnostics.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';

/** ‖row‖² of every row. */
export async function squaredNorms({ data, rows, cols }: Matrix): Promise<Float64Array> {
  const squares = new Float64Array(rows);
  await inStretches(rows, rowsAtOnce(cols), (from, to) => {
    for (let i = from, at = from * cols; i < to; i++) {
      let sum = 0;
      for (let j = 0; j < cols; j++, at++) sum += (data[at] as number) ** 2;
      squares[i] = sum;
    }
  });
  return squares;
}

/**
 * Every row of finite numbers has a direction.
 *
 * @param first place of the first row in the whole argument
 * @throws EigenviewError `INVALID_ARGUMENT` for a row of zeros, `OUT_OF_RANGE` for one whose square overflows
 */
export function checkDirections(argument: string, squares: Float64Array, first = 0): void {
  const bad = squares.findIndex((square) => square === 0 || square === Number.POSITIVE_INFINITY);
  if (bad < 0) return;
  const row = first + bad;
  if (squares[bad] === 0) {
    throw new EigenviewError('INVALID_ARGUMENT', `Row ${row} of ${argument} is zero and has no direction.`, {
      argument,
      expected: 'of rows longer than about 1e-160',
      received: `a row of length 0 at ${row}`,
      fix: 'Remove rows that are zero, or look at why the encoder makes them: collapseReport says what is left.',
    });
  }
  throw new EigenviewError('OUT_OF_RANGE', `The square of row ${row} of ${argument} overflows.`, {
    argument,
    expected: 'of magnitude below about 1e150',
    fix: 'Rescale the data.',
  });
}

/** Adds rows of finite numbers to a store, none of them zero. @throws EigenviewError as {@link checkDirections} */
export async function addDirections(
  control: Control,
  store: RowStore,
  argument: string,
  x: Matrix,
  first = 0,
): Promise<void> {
  checkDirections(argument, await store.add(control, x), first);
}
