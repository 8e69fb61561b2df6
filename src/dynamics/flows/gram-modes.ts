/** Canonical functions from the gram M of a pair: its eigenvectors, or its two families of singular vectors. */
import type { Gram } from '../../backends/dynamics.js';
import { maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { TIE } from '../equilibria/theory.js';
import type { Decomposed, Request } from './model.js';
import { tiesOf } from './model.js';

export interface GramModes {
  /** Descending. */
  correlations: Float64Array;
  /** For each encoder the coefficients of function i in row i. */
  functions: readonly Matrix[];
  /** M in the coordinates of the functions; absent where one side has more of them than there are pairs. */
  gram: Gram | undefined;
  /** The functions are the dictionary itself, in its order. */
  trivial: boolean;
  ties: number[][];
}

/** What to decompose; nothing where M is a diagonal matrix that descends, and is positive if it stands for singular values. */
export function gramRequests(gram: Matrix, kind: 'eigh' | 'svd'): Request[] {
  return isSortedDiagonal(gram, kind === 'svd') ? [] : [{ kind, matrix: gram }];
}

export function gramModes(gram: Matrix, encoders: number, decomposed: Decomposed | undefined): GramModes {
  if (decomposed === undefined) {
    const values = Float64Array.from({ length: gram.rows }, (_, i) => gram.data[i * gram.cols + i] as number);
    const functions = new Array<Matrix>(encoders).fill(Matrix.identity(gram.rows));
    return { correlations: values, functions, gram: values, trivial: true, ties: alike(values) };
  }
  const { values, left, right } = decomposed;
  const functions = encoders === 1 ? [right] : [left.transpose(), right];
  const square = gram.rows === gram.cols;
  return { correlations: values, functions, gram: square ? values : undefined, trivial: false, ties: alike(values) };
}

function alike(values: Float64Array): number[][] {
  return tiesOf(values, TIE * maxAbs(values));
}

function isSortedDiagonal({ rows, cols, data }: Matrix, positive: boolean): boolean {
  if (rows !== cols) return false;
  let last = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if (i !== j && data[i * cols + j] !== 0) return false;
    const value = data[i * cols + i] as number;
    if (value > last || (positive && value < 0)) return false;
    last = value;
  }
  return true;
}
