import type { RowStore } from '../backends/diagnostics.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { checkAttached, maxAbs, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
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

/** Squares between which a row stays as it is: products of two such rows, and what they are made of, are normal numbers. */
const MODERATE = { least: 1e-250, most: 1e250 };

/**
 * The rows, fit for the cosines of a store: one whose square overflows or all but vanishes, over a power of two, which leaves
 * its direction. Rows of moderate size come as they are, without a copy where all do.
 *
 * @param first place of the first row in the whole argument
 * @throws EigenviewError `OUT_OF_RANGE` for a row of zeros, which has no direction
 */
export async function withDirections(argument: string, x: Matrix, first = 0): Promise<Matrix> {
  const squares = await squaredNorms(x);
  // The event loop may have turned: squares of what was transferred away are no numbers.
  checkAttached(argument, x);
  const extreme = (square: number) => !(square >= MODERATE.least && square <= MODERATE.most);
  if (!squares.some(extreme)) return x;
  const copy = new Matrix(x.rows, x.cols, Float64Array.from(x.data));
  await inStretches(x.rows, rowsAtOnce(x.cols), (from, to) => {
    for (let i = from; i < to; i++) {
      if (extreme(squares[i] as number) && !toUnit(copy.row(i))) throw zeroRow(argument, first + i);
    }
  });
  return copy;
}

/** Divides by a power of two near the largest magnitude, in place; false for zeros. */
function toUnit(row: Matrix['data']): boolean {
  const largest = maxAbs(row);
  if (largest === 0) return false;
  const unit = 2 ** Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest))));
  for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / unit;
  return true;
}

function zeroRow(argument: string, row: number): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `Row ${row} of ${argument} is zero and has no direction.`, {
    argument,
    expected: 'made of rows of a length above 0',
    received: `a length of 0 in row ${row}`,
    fix: 'Remove rows that are zero, or look at why the encoder makes them: collapseReport says what is left.',
  });
}

/** For what is of several rows. */
export function tooFewRows(argument: string, z: Matrix, summary: string): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', summary, {
    argument,
    expected: 'a matrix of at least two rows',
    received: `one of shape ${shape(z)}`,
  });
}

/** Adds rows of finite numbers to a store. @throws EigenviewError as {@link withDirections} */
export async function addDirections(
  control: Control,
  store: RowStore,
  argument: string,
  x: Matrix,
  first = 0,
): Promise<void> {
  await store.add(control, await withDirections(argument, x, first));
}
