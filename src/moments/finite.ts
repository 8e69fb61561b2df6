import { setImmediate as nextTurn } from 'node:timers/promises';
import { EigenviewError } from '../errors.js';
import { notFinite } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/**
 * What a backend makes of a chunk whose first row is row `first` of the source, if all of it is finite. Backends let NaN
 * pass or count rows from the chunk's first; here the row is named as the caller knows it.
 *
 * @throws EigenviewError `NOT_FINITE`, or `OUT_OF_RANGE` when finite numbers overflow
 */
export async function finiteImage(chunk: Matrix, first: number, image: Promise<Matrix>): Promise<Matrix> {
  const result = await image.catch(async (error: unknown) => {
    if (error instanceof EigenviewError && error.code === 'NOT_FINITE') await rejectNotFinite(chunk, first);
    throw error;
  });
  if ((await firstNotFinite(result)) < 0) return result;
  await rejectNotFinite(chunk, first);
  throw new EigenviewError('OUT_OF_RANGE', 'The result overflows.', {
    argument: 'source',
    expected: 'of magnitude below about 1e300',
    fix: 'Rescale the data.',
  });
}

async function rejectNotFinite(chunk: Matrix, first: number): Promise<void> {
  const at = await firstNotFinite(chunk);
  if (at < 0) return;
  throw notFinite('source', first + Math.floor(at / chunk.cols), at % chunk.cols, chunk.data[at] as number);
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
