/** A dictionary: functions of a view, from which those of a pair made of samples are combined. */
import type { CallOptions, SyncOptions } from '../../backends/select.js';
import { describe, EigenviewError } from '../../errors.js';
import { checkAttached, checkInteger } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { untilAborted } from '../../runtime/turn.js';

/**
 * Any object of this shape will do: one of this folder's, or the caller's own. Features must be pure functions of a
 * point.
 */
export interface Dictionary {
  /** For messages and figures. */
  readonly name: string;
  /** How many numbers describe a point. */
  readonly dimension: number;
  /** How many functions there are. */
  readonly count: number;
  /** The values of all functions, n×count, at n points, n×dimension. Long work gives way to the event loop. */
  features(points: Matrix, options?: CallOptions): Promise<Matrix>;
  /** The same on this thread. */
  featuresSync(points: Matrix, options?: SyncOptions): Matrix;
}

export function checkDictionary(argument: string, value: unknown): asserts value is Dictionary {
  const { dimension, count, features, featuresSync } = (value ?? {}) as Partial<Dictionary>;
  if (typeof features !== 'function' || typeof featuresSync !== 'function') {
    throw new EigenviewError('INVALID_ARGUMENT', 'This is not a dictionary.', {
      argument,
      expected: 'an object { name, dimension, count, features, featuresSync }',
      received: describe(value),
      fix: 'Use randomFeatures, reluFeatures or nystromFeatures.',
    });
  }
  checkInteger(`${argument}.dimension`, dimension, { min: 1 });
  checkInteger(`${argument}.count`, count, { min: 1 });
}

/**
 * A dictionary's features, checked: it may be the caller's. @throws EigenviewError `CUSTOM_FAILED`, `SHAPE_MISMATCH`,
 * …
 */
export async function featuresOf(dictionary: Dictionary, points: Matrix, options: CallOptions): Promise<Matrix> {
  try {
    return checkFeatures(
      dictionary,
      points.rows,
      await untilAborted(dictionary.features(points, options), options.signal),
    );
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw failed(dictionary, cause);
  }
}

/** {@link featuresOf} on this thread. */
export function featuresOfSync(dictionary: Dictionary, points: Matrix, options: SyncOptions): Matrix {
  try {
    return checkFeatures(dictionary, points.rows, dictionary.featuresSync(points, options));
  } catch (cause) {
    throw failed(dictionary, cause);
  }
}

function checkFeatures({ name, count }: Dictionary, rows: number, features: unknown): Matrix {
  if (!(features instanceof Matrix) || features.rows !== rows || features.cols !== count) {
    throw new EigenviewError('SHAPE_MISMATCH', `The dictionary '${name}' broke its word.`, {
      argument: 'dictionary',
      expected: `a function whose result is a ${rows}×${count} Matrix`,
      received: features instanceof Matrix ? `${features.rows}×${features.cols}` : describe(features),
    });
  }
  checkAttached('features', features);
  return features;
}

function failed({ name }: Dictionary, cause: unknown): unknown {
  if (cause instanceof EigenviewError) return cause;
  const words = cause instanceof Error ? cause.message : describe(cause);
  return new EigenviewError('CUSTOM_FAILED', `The dictionary '${name}' threw: ${words}.`, {
    argument: 'dictionary',
    cause,
  });
}
