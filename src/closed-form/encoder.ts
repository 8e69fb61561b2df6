/** What reconstruction and joint embedding have in common: the options of a k-dimensional encoder, and how it starts. */
import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { checkMoments } from './moments.js';
import { checkRegularisation, REGULARISATION, type Regularisation, type Site, whitening } from './whitening.js';

export interface EncoderOptions extends Regularisation, CallOptions {
  /** Dimension of the encoding, 1 … d. */
  k: number;
  /** `full` (default): all d scores. `top`: the leading k only, by a solver that is faster when k is a small part of d. */
  spectrum?: 'full' | 'top';
}

/** What a solver needs of the options once the views are white. */
export type EncoderProblem = Pick<EncoderOptions, 'k' | 'ridge' | 'spectrum'>;

/** Checks the call and whitens the second moment of the views. */
export async function beginEncoder(
  operation: string,
  moments: ViewMoments,
  options: EncoderOptions,
): Promise<{ site: Site; whitener: Matrix }> {
  const site: Site = { ...beginCall(operation, options, ['k', 'spectrum', ...REGULARISATION]), operation };
  checkMoments(moments);
  checkRegularisation(options);
  checkSpectrum(options?.spectrum);
  checkInteger('k', options?.k, { min: 1, max: Math.min(moments.inputCross.rows, moments.dim) });
  const whitener = await whitening(site, 'the second moment S of the views', moments.second, options);
  return { site, whitener };
}

/** The first k rows. */
export function leadingRows(matrix: Matrix, k: number): Matrix {
  return k === matrix.rows ? matrix : new Matrix(k, matrix.cols, matrix.data.slice(0, k * matrix.cols));
}

function checkSpectrum(value: unknown): void {
  if (value === undefined || value === 'full' || value === 'top') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'There is no such part of the spectrum.', {
    argument: 'spectrum',
    expected: "'full' or 'top'",
    received: describe(value),
  });
}
