/**
 * Masked autoencoding (He et al., "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022, arXiv 2111.06377), of N
 * patches x of p pixels, predictions of them and a mask:
 *
 *     target = (x − mean x)/√(var x + 1e-6)       each patch on its own, unbiased variance; x itself without `normalize`
 *     masked = mean over masked patches of the mean over pixels of (prediction − target)²
 *     loss   = masked
 */
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkBoolean, checkSameShape, shape } from '../matrix/check.js';
import { checkArrayAttached, Matrix } from '../matrix/matrix.js';
import { checkBatch } from './batch.js';
import { copied, finished, overRows } from './elementwise.js';
import type { Loss } from './loss.js';
import { checkNamed } from './named.js';
import { beginLoss } from './site.js';

/** One patch a row; the patches of all images after each other. */
export interface MaskedPatches {
  /** N×p. */
  predictions: Matrix;
  /** The patches themselves, N×p. */
  patches: Matrix;
  /** N truth values, or ones and zeros: whether a patch was hidden from the encoder, and counts. */
  mask: ArrayLike<number | boolean>;
  /**
   * Standardises each target patch. Default true, as the paper recommends; in the official code (facebookresearch/mae) it is
   * a flag, `--norm_pix_loss`, that is off by default.
   */
  normalize?: boolean;
}

/** What the official code adds to a patch's variance, in squared units of the pixels. */
const EPSILON = 1e-6;

/**
 * The masked autoencoder's loss, and its gradient by the predictions: 0 in patches that are not masked. With `normalize`,
 * scale and offset of a patch matter only where its variance is not far above 1e-6.
 *
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`; `EMPTY` also for a mask that masks nothing; `INVALID_ARGUMENT` for a
 * mask of other values; `OUT_OF_RANGE` for patches of one pixel with `normalize`, or a loss that overflows
 * @example
 * ```ts
 * const patches = Matrix.from([[0, 2], [5, 5]]);
 * const { loss } = await mae({ predictions: Matrix.zeros(2, 2), patches, mask: [1, 0], normalize: false });
 * console.log(loss); // 2
 * ```
 */
export async function mae(batches: MaskedPatches, options?: CallOptions): Promise<Loss<'masked'>> {
  const { control } = beginLoss('mae', options);
  const named = checkNamed('mae', batches, ['predictions', 'patches', 'mask', 'normalize']);
  const { normalize = true } = named;
  checkBoolean('normalize', normalize);
  const { predictions, patches, mask, count } = checkPatches(named);
  if (normalize) checkPixels(patches);
  const gradient = new Matrix(predictions.rows, predictions.cols);
  let masked = 0;
  await overRows(
    control,
    patches,
    (from, to) => {
      for (let i = from; i < to; i++) {
        if (mask[i] !== 1) continue;
        if (normalize) standardise(patches.row(i));
        masked += addPatch(gradient.row(i), predictions.row(i), patches.row(i), count);
      }
    },
    3,
  );
  return finished(control, { masked }, { masked: 1 }, [gradient]);
}

/** The patch's share of the loss; its gradient is written. */
function addPatch(gradient: Matrix['data'], prediction: Matrix['data'], target: Matrix['data'], count: number): number {
  const share = 1 / count / target.length;
  let squares = 0;
  for (let j = 0; j < target.length; j++) {
    const error = (prediction[j] as number) - (target[j] as number);
    squares += error * error;
    gradient[j] = 2 * share * error;
  }
  return share * squares;
}

/** In place. */
function standardise(patch: Matrix['data']): void {
  // About the first pixel, so that a patch of one colour is exactly zero.
  const origin = patch[0] as number;
  let mean = 0;
  for (let j = 0; j < patch.length; j++) mean += ((patch[j] as number) - origin) / patch.length;
  let squares = 0;
  for (let j = 0; j < patch.length; j++) {
    const x = (patch[j] as number) - origin - mean;
    patch[j] = x;
    squares += x * x;
  }
  const deviation = Math.sqrt(squares / (patch.length - 1) + EPSILON);
  for (let j = 0; j < patch.length; j++) patch[j] = (patch[j] as number) / deviation;
}

function checkPatches(named: Partial<Record<'predictions' | 'patches' | 'mask', unknown>>): {
  predictions: Matrix;
  patches: Matrix;
  mask: Uint8Array;
  count: number;
} {
  const batches = [checkBatch('predictions', named.predictions), checkBatch('patches', named.patches)];
  const [predictions, patches] = copied(batches) as [Matrix, Matrix];
  checkSameShape('patches', patches, predictions.rows, predictions.cols);
  const mask = checkMask(named.mask, patches.rows);
  const count = mask.reduce((sum, one) => sum + one, 0);
  if (count > 0) return { predictions, patches, mask, count };
  throw new EigenviewError('EMPTY', 'mae: no patch is masked, the mean over masked patches is of none.', {
    argument: 'mask',
    expected: 'true, or 1, at one patch or more',
    received: `zeros alone, ${mask.length} of them`,
  });
}

function checkMask(value: unknown, rows: number): Uint8Array {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The mask is a list of truth values.', {
      argument: 'mask',
      expected: `${rows} truth values, or ones and zeros`,
      received: describe(value),
    });
  }
  if (ArrayBuffer.isView(value)) checkArrayAttached('mask', value);
  const mask = value as ArrayLike<unknown>;
  if (mask.length !== rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The mask is not of the patches.', {
      argument: 'mask',
      expected: `${rows} values, one a patch`,
      received: `${mask.length}`,
    });
  }
  return Uint8Array.from({ length: rows }, (_, i) => truth(mask[i], i));
}

function truth(value: unknown, i: number): 0 | 1 {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  throw new EigenviewError('INVALID_ARGUMENT', 'A patch is masked, or it is not.', {
    argument: `mask[${i}]`,
    expected: 'true, false, 1 or 0',
    received: describe(value),
  });
}

function checkPixels(patches: Matrix): void {
  if (patches.cols > 1) return;
  throw new EigenviewError('OUT_OF_RANGE', 'mae: a patch of one pixel has no variance.', {
    argument: 'patches',
    expected: 'of two pixels at least',
    received: shape(patches),
    fix: 'Pass `normalize: false`.',
  });
}
