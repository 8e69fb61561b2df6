/** Rows in units of a power of two, in which squares of squares neither overflow nor vanish. */
import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';

export interface InUnits {
  /** The matrix over `unit`: itself where that is 1. */
  matrix: Matrix;
  /** A power of two, so that dividing is exact but for what is 1e-300 of the largest. */
  unit: number;
}

/** Largest magnitudes that need no other units: fourth powers, and those of rounding beside them, are normal numbers. */
const MODERATE = { least: 1e-40, most: 1e60 };

export async function inUnits(z: Matrix): Promise<InUnits> {
  const largest = maxAbs(z.data);
  if (largest === 0 || (largest >= MODERATE.least && largest <= MODERATE.most)) return { matrix: z, unit: 1 };
  // Clamped so that both the unit and its reciprocal are normal numbers.
  const unit = 2 ** Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest))));
  const matrix = new Matrix(z.rows, z.cols);
  await inStretches(z.rows, rowsAtOnce(z.cols), (from, to) => {
    for (let at = from * z.cols; at < to * z.cols; at++) matrix.data[at] = (z.data[at] as number) / unit;
  });
  return { matrix, unit };
}

/** Finite numbers whose squares, or sums of them, are not. */
export function squaresOverflow(argument: string, what: string): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', `${what} of ${argument} overflow.`, {
    argument,
    expected: 'of magnitude below about 1e150',
    fix: 'Rescale the data.',
  });
}
