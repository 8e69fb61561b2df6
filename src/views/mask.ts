import { EigenviewError } from '../errors.js';
import { checkBoolean, checkInteger, checkNumber, checkOptions } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import type { RandomAffine } from './random-affine.js';
import { checkEntries, checkExtent, type ViewProcess } from './view-process.js';

export interface MaskOptions {
  /** Probability p in (0, 1] that a coordinate, or a patch, is kept; what is not becomes 0. */
  keep: number;
  /** Whether what is kept is divided by p, so that the mean view is the sample (dropout); default false. */
  rescale?: boolean;
  /** Masks square patches of planar images as a whole, all channels together; by default each coordinate by itself. */
  patch?: PatchGrid;
}

/** Square patches of `size` pixels a side, from the top left corner on; those at the right and lower edge may be cut. */
export interface PatchGrid {
  width: number;
  height: number;
  /** Default 1. */
  channels?: number;
  size: number;
}

/**
 * Random masking: τ(x) = c m ∘ x with independent Bernoulli masks m, c = 1, or 1/p with `rescale`. Exact: x̄ = c p x, and
 * S is XᵀX/n times c² p where two coordinates are masked together and c² p² elsewhere.
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `TOO_LARGE`
 * @example
 * ```ts
 * const views = maskViews({ keep: 0.25, patch: { width: 28, height: 28, size: 4 } });
 * ```
 */
export function maskViews(options: MaskOptions): ViewProcess {
  checkOptions('maskViews', options, ['keep', 'rescale', 'patch']);
  const { keep, rescale = false, patch } = options ?? {};
  checkNumber('keep', keep, { min: 0, above: true, max: 1 });
  checkBoolean('rescale', rescale);
  const groups = patch === undefined ? undefined : patchGroups(patch);
  const factor = rescale ? 1 / keep : 1;
  const dim = groups?.length;
  const kind = patch === undefined ? 'coordinates' : `patches of ${patch.size}×${patch.size}`;
  return {
    name: `masking, ${kind} kept with probability ${keep}${rescale ? ', rescaled' : ''}`,
    dimensions: dim === undefined ? undefined : { input: dim, output: dim },
    exact: masking(keep, factor, groups),
    step: async (d) => ({
      kind: 'mask',
      numbers: Float64Array.from([keep, factor, ...(groups ?? Int32Array.from({ length: d }, (_, j) => j))]),
    }),
  };
}

/** Σ_ij = c² (E m_i m_j − p²) M_ij: c² p (1 − p) M_ij where i and j are masked together, else 0. */
function masking(keep: number, factor: number, groups: Int32Array | undefined): RandomAffine {
  return {
    async mean(rows) {
      const { cols, data } = rows;
      const scaled = new Matrix(rows.rows, cols);
      await inStretches(rows.rows, rowsAtOnce(cols), (from, to) => {
        for (let row = from; row < to; row++) {
          const last = (row + 1) * cols - 1;
          for (let at = row * cols; at < last; at++) scaled.data[at] = factor * keep * (data[at] as number);
          scaled.data[last] = data[last] as number;
        }
      });
      return scaled;
    },
    async spread(second) {
      const d = second.rows - 1;
      const spread = new Matrix(d, d);
      const weight = factor * factor * keep * (1 - keep);
      const together = (i: number, j: number) => (groups === undefined ? i === j : groups[i] === groups[j]);
      await inStretches(d, rowsAtOnce(d), (from, to) => {
        for (let i = from; i < to; i++) {
          for (let j = 0; j < d; j++) {
            if (together(i, j)) spread.data[i * d + j] = weight * (second.data[i * (d + 1) + j] as number);
          }
        }
      });
      return spread;
    },
  };
}

/** The patch of each coordinate of a planar image. */
function patchGroups(patch: PatchGrid): Int32Array {
  if (typeof patch !== 'object' || patch === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Patches are described by an object.', {
      argument: 'patch',
      expected: '{ width, height, channels?, size }',
      received: String(patch),
    });
  }
  checkOptions('patch', patch, ['width', 'height', 'channels', 'size']);
  const { width, height, channels = 1, size } = patch;
  checkExtent('patch.width', width);
  checkExtent('patch.height', height);
  checkInteger('patch.channels', channels, { min: 1 });
  checkInteger('patch.size', size, { min: 1, max: Math.max(width, height) });
  checkEntries('patch', width * height * channels);
  const across = Math.ceil(width / size);
  return Int32Array.from({ length: width * height * channels }, (_, at) => {
    const pixel = at % (width * height);
    return Math.floor(Math.floor(pixel / width) / size) * across + Math.floor((pixel % width) / size);
  });
}
