import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';

/** What an overflow is put down to. */
export interface Culprit {
  argument: string;
  expected: string;
  received: string;
  fix: string;
}

/**
 * What `work` resolves with. Its arguments are finite: numbers that are not, and products that overflow, which kernels report
 * without knowing whose they are, are an overflow of the objective, and told in its words.
 *
 * @throws EigenviewError `OUT_OF_RANGE`, and whatever else `work` throws
 */
export async function tellOverflow<Result>(
  operation: string,
  culprit: () => Culprit,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const ours = error instanceof EigenviewError && error.argument === undefined;
    if (!ours || !['OUT_OF_RANGE', 'NOT_FINITE'].includes(error.code)) throw error;
    const summary = `${operation}: the loss, or its gradient, overflows.`;
    throw new EigenviewError('OUT_OF_RANGE', summary, { ...culprit(), cause: error });
  }
}

/** The one of several matrices that has the largest numbers. */
export function largestOf(matrices: Readonly<Record<string, Matrix>>): Culprit {
  const sizes = Object.entries(matrices).map(([argument, { data }]) => ({ argument, size: maxAbs(data) }));
  const { argument, size } = sizes.reduce((a, b) => (b.size > a.size ? b : a));
  return {
    argument,
    expected: 'of numbers whose products are below about 1e300',
    received: `numbers of up to ${size.toPrecision(3)}`,
    fix: `Rescale ${argument}, or lower the weights.`,
  };
}

/** A temperature so low that what it divides overflows. */
export function tooLow(argument: string, temperature: number): Culprit {
  return {
    argument,
    expected: 'far above 1e-300',
    received: String(temperature),
    fix: 'Raise it: at 0.01 the softmax is all but a maximum.',
  };
}
