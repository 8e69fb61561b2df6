import type { LinalgKernels } from '../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkDense, maxAbs, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

export interface SubspaceDistance {
  /** The min(k₁, k₂) principal angles, ascending, in radians. */
  angles: Float64Array;
  /** √Σ sin²θ, the chordal distance. */
  chordal: number;
}

/**
 * The principal angles between the row spaces of two matrices with the same number of columns.
 *
 * Computed from sines where the angle is small and from cosines where it is large (Björck & Golub 1973), so that angles
 * of 1e-12 and of π/2 − 1e-12 are both right. Rescaling or mixing the rows changes nothing.
 *
 * @param a k₁×d with independent rows
 * @param b k₂×d with independent rows
 * @throws EigenviewError `SINGULAR` when the rows of a matrix are linearly dependent, `SHAPE_MISMATCH`, …
 * @example
 * ```ts
 * const { angles } = await subspaceDistance(Matrix.from([[1, 0]]), Matrix.from([[1, 1]])); // [π/4]
 * ```
 */
export async function subspaceDistance(a: Matrix, b: Matrix, options?: CallOptions): Promise<SubspaceDistance> {
  const { backend, control } = beginCall('subspaceDistance', options);
  checkPair(a, b);
  const { async: kernels } = backend.linalg;
  // Both copied before the first wait: what happens to them later changes nothing.
  const [unitA, unitB] = [unitRows(a), unitRows(b)];
  const basisA = basis('a', await kernels.svd(control, unitA, undefined), a.rows);
  const basisB = basis('b', await kernels.svd(control, unitB, undefined), b.rows);
  const [small, large] = basisA.rows <= basisB.rows ? [basisA, basisB] : [basisB, basisA];
  const overlap = await kernels.matmul(control, small, large, false, true);
  const rest = subtract(small, await kernels.matmul(control, overlap, large, false, false));
  return angles(await kernels.svd(control, overlap, undefined), await kernels.svd(control, rest, undefined));
}

/** {@link subspaceDistance} on this thread. */
export function subspaceDistanceSync(a: Matrix, b: Matrix, options?: SyncOptions): SubspaceDistance {
  const kernels = beginSync('subspaceDistanceSync', options).linalg.sync;
  checkPair(a, b);
  const basisA = basis('a', kernels.svd(unitRows(a), undefined), a.rows);
  const basisB = basis('b', kernels.svd(unitRows(b), undefined), b.rows);
  const [small, large] = basisA.rows <= basisB.rows ? [basisA, basisB] : [basisB, basisA];
  const overlap = kernels.matmul(small, large, false, true);
  const rest = subtract(small, kernels.matmul(overlap, large, false, false));
  return angles(kernels.svd(overlap, undefined), kernels.svd(rest, undefined));
}

type Svd = ReturnType<LinalgKernels['svd']>;

function checkPair(a: Matrix, b: Matrix): void {
  checkDense('a', a);
  checkDense('b', b);
  if (a.cols !== b.cols) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The row spaces live in different dimensions.', {
      argument: 'b',
      expected: `with ${a.cols} columns`,
      received: shape(b),
    });
  }
}

/** Rows of unit length: an encoder's rows may differ in scale by orders of magnitude without being dependent. */
function unitRows(a: Matrix): Matrix {
  const unit = new Matrix(a.rows, a.cols, new Float64Array(a.data));
  for (let i = 0; i < a.rows; i++) {
    const row = unit.row(i);
    const scale = maxAbs(row);
    if (scale === 0) continue;
    let sum = 0;
    for (let j = 0; j < a.cols; j++) sum += ((row[j] as number) / scale) ** 2;
    for (let j = 0; j < a.cols; j++) row[j] = (row[j] as number) / scale / Math.sqrt(sum);
  }
  return unit;
}

/** The right singular vectors, an orthonormal basis of the row space. */
function basis(argument: string, { s, vt }: Svd, rows: number): Matrix {
  const smallest = rows > s.length ? 0 : (s[s.length - 1] as number);
  if (smallest <= Number.EPSILON * vt.cols * (s[0] as number)) {
    throw new EigenviewError('SINGULAR', `The rows of ${argument} are linearly dependent.`, {
      argument,
      expected: `of ${rows} independent rows`,
      received: `a smallest singular value of ${smallest.toExponential(2)} after scaling the rows to unit length`,
      fix: 'Remove dependent rows, or compare the leading right singular vectors from svd.',
    });
  }
  return vt;
}

function subtract(a: Matrix, b: Matrix): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((x, i) => x - (b.data[i] as number)),
  );
}

function angles(cosines: Svd, sines: Svd): SubspaceDistance {
  const count = cosines.s.length;
  const result = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    // Cosines descend as angles ascend; sines have to be read from their end.
    const cosine = Math.min(1, cosines.s[i] as number);
    const sine = Math.min(1, sines.s[count - 1 - i] as number);
    result[i] = sine * sine <= 0.5 ? Math.asin(sine) : Math.acos(cosine);
    sum += sine * sine;
  }
  return { angles: result.sort(), chordal: Math.sqrt(sum) };
}
