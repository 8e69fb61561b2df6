import { setImmediate as nextTurn } from 'node:timers/promises';
import { EigenviewError } from '../errors.js';
import { notFinite } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/**
 * Checks what a backend has made of a chunk whose first row is row `first` of the source; backends let NaN pass. A number
 * that is not finite shows in the image, so that the chunk itself is read only when there is one.
 *
 * @throws EigenviewError `NOT_FINITE`, or `OUT_OF_RANGE` when finite numbers overflow
 */
export async function checkImage(image: Matrix, chunk: Matrix, first: number): Promise<void> {
  if ((await firstNotFinite(image)) < 0) return;
  const at = await firstNotFinite(chunk);
  if (at >= 0) {
    throw notFinite('source', first + Math.floor(at / chunk.cols), at % chunk.cols, chunk.data[at] as number);
  }
  throw new EigenviewError('OUT_OF_RANGE', 'The result overflows.', {
    argument: 'source',
    expected: 'of magnitude below about 1e300',
    fix: 'Rescale the data.',
  });
}

/** Numbers looked at between two turns of the event loop: about a millisecond. */
const STEP = 2 ** 20;

/** Index of the first number that is not finite, or −1. */
async function firstNotFinite({ data }: Matrix): Promise<number> {
  for (let from = 0; from < data.length; from += STEP) {
    if (from > 0) await nextTurn();
    const to = Math.min(data.length, from + STEP);
    // x − x is 0 for every finite x and NaN otherwise.
    for (let i = from; i < to; i++) if ((data[i] as number) - (data[i] as number) !== 0) return i;
  }
  return -1;
}
