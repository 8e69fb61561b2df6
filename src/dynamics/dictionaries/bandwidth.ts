import { EigenviewError } from '../../errors.js';
import { checkFinite, checkMatrix, checkNotEmpty, checkOptions, checkSeed } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import { STREAMS, uniform } from '../../runtime/random.js';

export interface BandwidthOptions {
  /** Of the random pairs of rows; default 0. */
  seed?: number;
}

/** Enough for a median to two per cent, at a few milliseconds. */
const PAIRS = 4096;

/**
 * The median heuristic: the median distance between two different points, of all pairs of rows up to 4096, or else of
 * 4096 random ones (Gretton et al., JMLR 2012, section 8). Equal points do not count.
 *
 * @param x n×d, a point a row
 * @returns a bandwidth h of exp(−‖x − x′‖²/(2h²)), in the units of x
 * @throws EigenviewError `OUT_OF_RANGE` where all points looked at are equal, `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * const h = bandwidthOf(Matrix.from([[0], [1], [3]])); // distances 1, 2, 3: 2
 * ```
 */
export function bandwidthOf(x: Matrix, options?: BandwidthOptions): number {
  checkOptions('bandwidthOf', options, ['seed']);
  const { seed = 0 } = options ?? {};
  checkSeed('seed', seed);
  return medianDistance('x', x, seed);
}

export function medianDistance(argument: string, x: Matrix, seed: number): number {
  checkMatrix(argument, x);
  checkNotEmpty(argument, x);
  const distances = pairsOf(x.rows, seed).map(([i, j]) => distance(argument, x, i, j));
  const apart = distances.filter((value) => value > 0).sort((a, b) => a - b);
  if (apart.length > 0) return apart[Math.floor((apart.length - 1) / 2)] as number;
  throw new EigenviewError('OUT_OF_RANGE', 'A bandwidth needs points that differ.', {
    argument,
    expected: 'with at least two different rows',
    received: x.rows === 1 ? 'one row' : `${x.rows} rows, all equal among the pairs looked at`,
    fix: 'Give the bandwidth as a number.',
  });
}

/** All pairs i < j, or random ones i ≠ j. */
function pairsOf(n: number, seed: number): [number, number][] {
  const pairs: [number, number][] = [];
  if ((n * (n - 1)) / 2 <= PAIRS) {
    for (let j = 1; j < n; j++) for (let i = 0; i < j; i++) pairs.push([i, j]);
    return pairs;
  }
  const draws = new Float64Array(2);
  for (let pair = 0; pair < PAIRS; pair++) {
    const [u, v] = uniform(seed, pair, STREAMS.subset, draws) as unknown as [number, number];
    const i = Math.floor(u * n);
    const j = Math.floor(v * (n - 1));
    pairs.push([i, j < i ? j : j + 1]);
  }
  return pairs;
}

function distance(argument: string, x: Matrix, i: number, j: number): number {
  const { cols, data } = x;
  // Relative to the largest difference, whose square could overflow.
  let largest = 0;
  for (let c = 0; c < cols; c++) {
    const size = Math.abs((data[i * cols + c] as number) - (data[j * cols + c] as number));
    if (!Number.isFinite(size)) throw notComparable(argument, x);
    largest = Math.max(largest, size);
  }
  if (largest === 0) return 0;
  let sum = 0;
  for (let c = 0; c < cols; c++) {
    sum += (((data[i * cols + c] as number) - (data[j * cols + c] as number)) / largest) ** 2;
  }
  const result = largest * Math.sqrt(sum);
  if (!Number.isFinite(result)) throw notComparable(argument, x);
  return result;
}

/** The error for a distance that is not finite; reads all points. */
function notComparable(argument: string, x: Matrix): EigenviewError {
  checkFinite(argument, x);
  return new EigenviewError('OUT_OF_RANGE', 'The distance of two points overflows.', {
    argument,
    expected: 'of magnitude below about 1e300',
    fix: 'Rescale the points.',
  });
}
