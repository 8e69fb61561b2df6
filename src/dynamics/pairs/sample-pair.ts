import type { Backend } from '../../backends/backend.js';
import type { Control } from '../../backends/linalg.js';
import { beginCall, type CallOptions } from '../../backends/select.js';
import { EigenviewError } from '../../errors.js';
import { checkBoolean, checkRankTolerance, checkRidge } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { RowCursor, type Source } from '../../moments/source.js';
import { untilAborted } from '../../runtime/turn.js';
import { checkDictionary, type Dictionary, featuresOf, featuresOfSync } from '../dictionaries/dictionary.js';
import { checkWidth } from './evaluation.js';
import { type Features, featureMoments } from './feature-moments.js';
import type { ViewPair } from './view-pair.js';
import { DEFAULT_RANK_TOLERANCE, type FeatureMap, type WhiteningOptions, whitenedPair } from './whitened-pair.js';

export interface SamplePairOptions extends WhiteningOptions, CallOptions {
  /** Functions of x; default the coordinates themselves, without a constant. */
  dictionary?: Dictionary;
  /** Functions of y; default those of x. */
  dictionaryY?: Dictionary;
  /** Subtracts the features' means: the constant function goes, in the dictionary or not; default false. */
  centered?: boolean;
  /** Counts (y, x) as samples too, so that the gram is symmetric; default false. */
  exchangeable?: boolean;
}

/**
 * Views known by samples: row i of x and row i of y are two views of one thing. Features φ(x), ψ(y) are whitened by
 * their empirical second moments, directions below the rank tolerance dropped, and M = W_x (1/n Σ φ(xᵢ) ψ(yᵢ)ᵀ) W_yᵀ:
 * linear CCA of features; with {@link nystromFeatures} at all samples, kernel CCA. O(n (mx + my)²) time, O((mx + my)²)
 * memory beside the data, which may come as streams.
 *
 * The pair is that of the samples: correlations are biased upwards by some (mx + my)/n, errors of order n^{-1/2}.
 *
 * @param x n×dx, as a matrix or in chunks
 * @param y n×dy, as a matrix or in chunks
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE` naming row and column, `EMPTY`, `SINGULAR` where no feature
 * varies, `OUT_OF_RANGE` where squares overflow, `CUSTOM_FAILED` of a dictionary of the caller's; the signal's reason
 * when aborted
 * @example
 * ```ts
 * const dictionary = randomFeatures({ dimension: x.cols, count: 300, bandwidth: bandwidthOf(x), seed: 1 });
 * const pair = await samplePair(x, y, { dictionary, centered: true, ridge: 1e-4 });
 * const { correlations } = await canonicalFunctions(pair, { k: 5 });
 * ```
 */
export async function samplePair(x: Source, y: Source, options?: SamplePairOptions): Promise<ViewPair> {
  const { backend, control } = beginCall('samplePair', options, KEYS);
  const { dictionary, dictionaryY = dictionary, centered = false, exchangeable = false } = options ?? {};
  const { rankTolerance = DEFAULT_RANK_TOLERANCE, ridge = 0 } = options ?? {};
  checkRankTolerance(rankTolerance);
  checkRidge(ridge);
  checkBoolean('centered', centered);
  checkBoolean('exchangeable', exchangeable);
  if (dictionary !== undefined) checkDictionary('dictionary', dictionary);
  if (dictionaryY !== undefined) checkDictionary('dictionaryY', dictionaryY);
  if (exchangeable) checkOneDictionary(dictionary, dictionaryY);
  if (x instanceof Matrix && y instanceof Matrix) checkRowsAgree(x, y);
  const rows = { x: new RowCursor('x', x), y: new RowCursor('y', y) };
  try {
    const widths = {
      x: await widthOf('x', rows.x, dictionary, control),
      y: await widthOf('y', rows.y, dictionaryY, control),
    };
    if (exchangeable) checkOneWidth(widths.x, widths.y);
    const call: CallOptions = { ...(control.signal && { signal: control.signal }), backend: backend.name };
    const features = { x: featuresBy(widths.x, dictionary, call), y: featuresBy(widths.y, dictionaryY, call) };
    const { count, moments } = await featureMoments(backend, control, { rows, features, centered, exchangeable });
    return await whitenedPair(backend, control, {
      name: `${count} samples${dictionary === undefined ? '' : `, ${dictionary.name}`}`,
      operation: 'samplePair',
      moments,
      maps: { x: mapBy(widths.x, dictionary, backend), y: mapBy(widths.y, dictionaryY, backend) },
      exchangeable,
      rankTolerance,
      ridge,
    });
  } finally {
    await Promise.allSettled([rows.x.close(), rows.y.close()]);
  }
}

const KEYS = ['dictionary', 'dictionaryY', 'rankTolerance', 'ridge', 'centered', 'exchangeable'] as const;

function checkOneDictionary(dictionary: Dictionary | undefined, dictionaryY: Dictionary | undefined): void {
  if (dictionary === dictionaryY) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Exchangeable views have one dictionary.', {
    argument: 'dictionaryY',
    expected: 'absent, or the same object as dictionary',
    received: 'another dictionary',
  });
}

function checkOneWidth(x: number, y: number): void {
  if (x === y) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'Exchangeable views have one number of coordinates.', {
    argument: 'y',
    expected: `with ${x} columns, as many as x`,
    received: String(y),
  });
}

/** Before the pass, where both are there. */
function checkRowsAgree(x: Matrix, y: Matrix): void {
  if (x.rows === y.rows) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The views differ in the number of samples.', {
    argument: 'y',
    expected: `of ${x.rows} rows, as many as x`,
    received: String(y.rows),
  });
}

/** Columns of a source, which must be those its dictionary takes. */
async function widthOf(
  argument: string,
  rows: RowCursor,
  dictionary: Dictionary | undefined,
  { signal }: Control,
): Promise<number> {
  const first = await untilAborted(rows.peek(), signal);
  // A source without rows has been refused.
  const { chunk } = first as { chunk: Matrix };
  if (dictionary !== undefined) checkWidth(argument, chunk, dictionary.dimension);
  return chunk.cols;
}

function featuresBy(dimension: number, dictionary: Dictionary | undefined, call: CallOptions): Features {
  if (dictionary === undefined) return { dimension, count: dimension, of: async (points) => points };
  return { dimension, count: dictionary.count, of: (points) => featuresOf(dictionary, points, call) };
}

function mapBy(dimension: number, dictionary: Dictionary | undefined, { name }: Backend): FeatureMap {
  if (dictionary === undefined) return { dimension, identity: true, features: (points) => points };
  return { dimension, identity: false, features: (points) => featuresOfSync(dictionary, points, { backend: name }) };
}
