import { Matrix } from '../../matrix/matrix.js';
import type { Whitening } from '../linalg.js';
import { cholesky, solveLower } from './cholesky.js';
import { firstRows, scaledBy, scaleRows } from './dense.js';
import { matmul } from './matmul.js';
import { definiteSpectrum } from './spectrum.js';

/** Σ λ^{-1/2} q qᵀ over the kept pairs. */
export function inverseSqrt(a: Matrix, rankTolerance: number | undefined): Matrix {
  const { values, vectors, rank } = definiteSpectrum('inverseSqrt', a, rankTolerance);
  // The rows λ^{-1/4} qᵀ times themselves: symmetric to the last bit.
  const half = scaleRows(firstRows(vectors, rank), (i) => (values[i] as number) ** -0.25);
  return matmul(half, half, true);
}

export function whiten(s: Matrix, rankTolerance: number | undefined): Whitening {
  const { values, vectors, rank } = definiteSpectrum('whiten', s, rankTolerance);
  if (rankTolerance === undefined) return { whitener: solveLower(cholesky(s, 'whiten'), Matrix.identity(rank)), rank };
  const whitener = scaleRows(scaledBy(firstRows(vectors, rank), 1), (i) => (values[i] as number) ** -0.5);
  return { whitener, rank };
}
