/**
 * Exact moments of random affine maps τ(x) = A x + b with random (A, b), in homogeneous coordinates: rows [x | 1] go to
 * [τ(x) | 1]. What a process does to second moments is then linear:
 *
 * - the mean map τ̄ acts on rows, so the mean views have the second moment Ā M Āᵀ where the samples have M;
 * - the spread E[(τ − τ̄)(τ − τ̄)ᵀ] is a linear function of the second moment of what comes in.
 *
 * If b follows a, with independent randomness, the mean maps follow each other and Σ_ba = B̄ Σ_a B̄ᵀ + spread_b(S_a). If one
 * of several is chosen with weights w_j, τ̄ = Σ w_j τ̄_j and the spread is Σ w_j (spread_j + (τ̄_j − τ̄) M (τ̄_j − τ̄)ᵀ).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LinalgBackend } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';

export interface RandomAffine {
  /** Whether τ is x plus noise that does not depend on x: then τ̄(x) = x. */
  readonly additive?: boolean;
  /** The mean map on rows: r×(input + 1) → r×(output + 1). May return the very matrix. */
  mean(rows: Matrix, linalg: LinalgBackend): Promise<Matrix>;
  /** The spread, output×output, for a homogeneous second moment (input + 1)². */
  spread(second: Matrix, linalg: LinalgBackend): Promise<Matrix>;
}

/** Ā M Āᵀ for a symmetric M. */
export async function sandwich(affine: RandomAffine, second: Matrix, linalg: LinalgBackend): Promise<Matrix> {
  if (affine.additive) return second;
  const half = await affine.mean(second, linalg);
  return affine.mean(await transpose(half), linalg);
}

/** The maps one after another. */
export function composed(maps: readonly RandomAffine[]): RandomAffine {
  return {
    additive: maps.every(({ additive }) => additive === true),
    async mean(rows, linalg) {
      for (const map of maps) rows = await map.mean(rows, linalg);
      return rows;
    },
    async spread(second, linalg) {
      let means = second;
      let spread: Matrix | undefined;
      for (const map of maps) {
        const before = spread && bordered(spread);
        const own = await map.spread(before ? plus(means, before) : means, linalg);
        const carried = before && unbordered(await sandwich(map, before, linalg));
        spread = carried ? plus(own, carried) : own;
        means = await sandwich(map, means, linalg);
      }
      return spread as Matrix;
    },
  };
}

/** One of the maps, with these probabilities. */
export function mixed(maps: readonly RandomAffine[], weights: readonly number[]): RandomAffine {
  const additive = maps.every((map) => map.additive === true);
  return {
    additive,
    mean: (rows, linalg) => average(maps, weights, rows, linalg),
    async spread(second, linalg) {
      let spread: Matrix | undefined;
      for (const [i, map] of maps.entries()) {
        spread = addScaled(spread, await map.spread(second, linalg), weights[i] as number);
        await nextTurn();
      }
      return additive ? (spread as Matrix) : plus(spread as Matrix, await between(maps, weights, second, linalg));
    },
  };
}

async function average(
  maps: readonly RandomAffine[],
  weights: readonly number[],
  rows: Matrix,
  linalg: LinalgBackend,
): Promise<Matrix> {
  let sum: Matrix | undefined;
  for (const [i, map] of maps.entries()) sum = addScaled(sum, await map.mean(rows, linalg), weights[i] as number);
  return sum as Matrix;
}

/**
 * Σ w_j (τ̄_j − τ̄) M (τ̄_j − τ̄)ᵀ as Σ w_j τ̄_j D_jᵀ − τ̄ Σ w_j D_jᵀ with D_j = (τ̄_j − τ̄) M: by differences of the mean
 * maps, not of the moments, which may be large and nearly equal.
 */
async function between(
  maps: readonly RandomAffine[],
  weights: readonly number[],
  second: Matrix,
  linalg: LinalgBackend,
): Promise<Matrix> {
  const whole = await average(maps, weights, second, linalg);
  let sum: Matrix | undefined;
  // Zero but for rounding, which is as large as that of the moments.
  let left: Matrix | undefined;
  for (const [i, map] of maps.entries()) {
    const weight = weights[i] as number;
    const difference = await transpose(minus(await map.mean(second, linalg), whole));
    left = addScaled(left, difference, weight);
    sum = addScaled(sum, await map.mean(difference, linalg), weight);
    await nextTurn();
  }
  return unbordered(minus(sum as Matrix, await average(maps, weights, left as Matrix, linalg)));
}

/** The second moment of [x | 1]: M bordered by the mean. */
export function homogeneous(second: Matrix, mean: Float64Array): Matrix {
  const result = bordered(second);
  const d = second.rows;
  for (let i = 0; i < d; i++) result.data[i * (d + 1) + d] = result.data[d * (d + 1) + i] = mean[i] as number;
  result.data[result.data.length - 1] = 1;
  return result;
}

/** With a last row and column of zeros. */
function bordered(matrix: Matrix): Matrix {
  const d = matrix.rows;
  const result = new Matrix(d + 1, d + 1);
  for (let i = 0; i < d; i++) result.data.set(matrix.row(i), i * (d + 1));
  return result;
}

/** Without the last row and column. */
export function unbordered(matrix: Matrix): Matrix {
  return block(matrix, 0, matrix.rows - 1);
}

/** Rows [from, to) without the last column. */
export function block(matrix: Matrix, from: number, to: number): Matrix {
  const result = new Matrix(to - from, matrix.cols - 1);
  for (let i = from; i < to; i++) result.data.set(matrix.row(i).subarray(0, -1), (i - from) * result.cols);
  return result;
}

/** In tiles that stay in a cache. */
export async function transpose(matrix: Matrix): Promise<Matrix> {
  const { rows, cols, data } = matrix;
  const result = new Matrix(cols, rows);
  const tile = 32;
  await inStretches(rows, Math.max(tile, rowsAtOnce(cols)), (from, to) => {
    for (let top = from; top < to; top += tile) {
      const bottom = Math.min(to, top + tile);
      for (let j = 0; j < cols; j++) {
        for (let i = top; i < bottom; i++) result.data[j * rows + i] = data[i * cols + j] as number;
      }
    }
  });
  return result;
}

export function plus(a: Matrix, b: Matrix): Matrix {
  return addScaled(new Matrix(a.rows, a.cols, new Float64Array(a.data)), b, 1);
}

function minus(a: Matrix, b: Matrix): Matrix {
  return addScaled(new Matrix(a.rows, a.cols, new Float64Array(a.data)), b, -1);
}

/** sum + factor · matrix, in place where there is a sum. */
export function addScaled(sum: Matrix | undefined, matrix: Matrix, factor: number): Matrix {
  const to = sum ?? new Matrix(matrix.rows, matrix.cols);
  for (let i = 0; i < to.data.length; i++) (to.data[i] as number) += factor * (matrix.data[i] as number);
  return to;
}

/** Makes a matrix exactly symmetric, as moments are: averages it with its transpose, in place. */
export async function symmetrise(matrix: Matrix): Promise<Matrix> {
  const { data, rows: n } = matrix;
  await inStretches(n, rowsAtOnce(n), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = 0; j < i; j++) {
        const mean = ((data[i * n + j] as number) + (data[j * n + i] as number)) / 2;
        data[i * n + j] = data[j * n + i] = mean;
      }
    }
  });
  return matrix;
}

/** @throws EigenviewError `OUT_OF_RANGE` */
export function checkNoOverflow(name: string, matrix: Matrix): Matrix {
  if (Number.isFinite(maxAbs(matrix.data))) return matrix;
  throw new EigenviewError('OUT_OF_RANGE', `The moments of the views (${name}) overflow.`, {
    argument: 'views',
    expected: 'a process whose second moments are finite',
    fix: 'Weaken the process, or rescale the data.',
  });
}
