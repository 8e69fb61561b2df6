/**
 * SIGReg, sketched isotropic Gaussian regularisation (Balestriero, LeCun, "LeJEPA: Provable and Scalable Self-Supervised
 * Learning Without the Heuristics", 2025, arXiv 2511.08544): how far the projections p = Z a of B embeddings on unit
 * directions a are from standard normals, by the statistic of Epps and Pulley (Biometrika 70, 1983) with the weight e^{−t²/2},
 *
 *     statistic(p) = B Σ_w q_w |(1/B) Σ_n e^{i t_w p_n} − e^{−t_w²/2}|²,   sigreg = its mean over directions,
 *
 * at knots t_w equally spaced over [0, tMax] by Δt, q_w = 2 Δt e^{−t_w²/2} between the ends and Δt e^{−t_w²/2} at both: the
 * trapezoid rule over [−tMax, tMax], the integrand being even.
 */
import type { SigregRequest } from '../backends/losses.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkNumber, checkSeed, maxAbs, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { checkBatch } from './batch.js';
import { type Loss, weigh } from './loss.js';
import { gradientsOf, type RecycleOptions, withGradients } from './recycle.js';

/** On what, and where, characteristic functions are compared. */
export interface SigregSketch {
  /** The directions, k×m, one a column; columns are scaled to unit length. */
  directions?: Matrix;
  /** Without `directions`: how many random ones to draw. Default 256. */
  count?: number;
  /** Of the random directions; the same seed gives the same ones on every backend. Default 0. */
  seed?: number;
  /** Knots on [0, tMax], at least 2. Default 17. */
  knots?: number;
  /** The largest t, in inverse units of the embeddings, above 0. Default 3. */
  tMax?: number;
}

export interface SigregOptions extends SigregSketch, CallOptions, RecycleOptions {}

export const SKETCH = ['directions', 'count', 'seed', 'knots', 'tMax'] as const;

/**
 * SIGReg of a batch of embeddings, and its gradient.
 *
 * @param z B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `INVALID_ARGUMENT` for `directions` beside `count` or
 * `seed`; `OUT_OF_RANGE` for knots, tMax or count out of range, a direction of length 0, or a result that overflows
 * @example
 * ```ts
 * const { loss, gradients } = await sigreg(Matrix.from([[0.3, -1], [1.2, 0.4]]), { count: 64, seed: 7 });
 * ```
 */
export async function sigreg(z: Matrix, options?: SigregOptions): Promise<Loss<'sigreg'>> {
  const { backend, control } = beginCall('sigreg', options, [...SKETCH, 'recycle']);
  const batch = checkBatch('z', z);
  const sketch = checkSketch(options, batch.matrix.cols);
  const request = { ...sketch, sigreg: 1, invariance: 0 };
  const site = { ...control, operation: 'sigreg' };
  const batches = withGradients([batch], options?.recycle, directionsOf(options));
  const { sigreg: value } = await backend.losses.sigreg(site, batches, request);
  return weigh('sigreg', { sigreg: value }, { sigreg: 1 }, gradientsOf(batches));
}

/** The directions that are given, if they are. */
export function directionsOf(options: SigregSketch | undefined): Matrix[] {
  return options?.directions === undefined ? [] : [options.directions];
}

/** The sketch of embeddings of k dimensions; each option is read once. */
export function checkSketch(
  options: SigregSketch | undefined,
  k: number,
): Pick<SigregRequest, 'directions' | 'knots' | 'tMax'> {
  const { directions, count, seed, knots = 17, tMax = 3 } = options ?? {};
  checkInteger('knots', knots, { min: 2, max: MAX_KNOTS });
  checkNumber('tMax', tMax, { min: 0, above: true });
  if (directions === undefined) return { directions: checkDrawn(count, seed, k), knots, tMax };
  for (const [argument, value] of Object.entries({ count, seed })) {
    if (value === undefined) continue;
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} is of random directions, and directions are given.`, {
      argument,
      expected: 'absent beside directions',
      received: String(value),
    });
  }
  return { directions: unitColumns(directions, k), knots, tMax };
}

/** The addition theorem loses a unit in the last place a knot, and nobody needs more. */
const MAX_KNOTS = 10_000;

function checkDrawn(count: unknown = 256, seed: unknown = 0, k: number): { count: number; seed: number } {
  checkInteger('count', count, { min: 1 });
  checkSeed('seed', seed);
  if (count * k > MOST) throw tooMany(count, k);
  return { count, seed };
}

/** Numbers that 32-bit LAPACK can index. */
const MOST = 2 ** 31 - 1;

function tooMany(count: number, k: number): EigenviewError {
  return new EigenviewError('TOO_LARGE', 'sigreg: so many directions have more numbers than 32-bit LAPACK can index.', {
    argument: 'count',
    expected: `at most ${Math.floor(MOST / k)} directions of ${k} numbers`,
    received: String(count),
    fix: 'Draw fewer directions, 256 by default, with another seed at every step.',
  });
}

/** The columns over their lengths, as rows. */
function unitColumns(directions: unknown, k: number): Matrix {
  checkDense('directions', directions);
  if (directions.rows !== k) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The directions are not of the dimension of the embeddings.', {
      argument: 'directions',
      expected: `of ${k} rows, one direction a column`,
      received: shape(directions),
    });
  }
  const rows = new Matrix(directions.cols, k, Float64Array.from(directions.transpose().data));
  for (let j = 0; j < rows.rows; j++) normalise(rows.row(j), j);
  return rows;
}

/** Divides by the length, in two steps: squares of the largest and smallest numbers are none. */
function normalise(direction: Matrix['data'], column: number): void {
  const largest = maxAbs(direction);
  if (largest === 0) {
    throw new EigenviewError('OUT_OF_RANGE', `Column ${column} of directions is zero, it has no direction.`, {
      argument: 'directions',
      expected: 'made of columns of a length above 0',
      received: `a length of 0 in column ${column}`,
    });
  }
  let squares = 0;
  for (const x of direction) squares += (x / largest) ** 2;
  const length = Math.sqrt(squares);
  for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) / largest / length;
}
