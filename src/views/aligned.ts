import { describe, EigenviewError } from '../errors.js';
import { checkNumber } from '../matrix/check.js';
import { chooseViews } from './choose.js';
import { composeViews } from './compose.js';
import { type CorruptionSource, corruptionViews } from './corruption.js';
import type { GaussianViews } from './gaussian.js';
import { checkViews, type ViewProcess, viewDimension } from './view-process.js';

/**
 * A process aligned with the data's own corruption: it is appended to the end of the pipeline, as strong as `strength` says
 * (JE-vs-RC, NeurIPS 2025: augmentations must be aligned with the irrelevant features).
 *
 * | corruption | strength |
 * |---|---|
 * | a common corruption of images, `{ transform, width, height, channels }` | its severity, 1 … 5, or 0 for none |
 * | {@link gaussianViews}, noise ν ~ N(0, Σ) | α ≥ 0: αν is added, the whole noise of the corruption α times as strong, its Θ too |
 * | any other process | the probability in [0, 1] with which it is applied to a view |
 *
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`
 * @example
 * ```ts
 * const views = alignedWith(gaussianViews({ theta: 1 }), gaussianViews({ gamma: 4 }), 2); // Σ = I + 16 I
 * ```
 */
export function alignedWith(
  process: ViewProcess,
  corruption: CorruptionSource | ViewProcess,
  strength: number,
): ViewProcess {
  checkViews('process', process);
  if (typeof corruption !== 'object' || corruption === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A corruption is needed.', {
      argument: 'corruption',
      expected: '{ transform, width, height, channels } or a view process',
      received: describe(corruption),
    });
  }
  if ('transform' in corruption) {
    // Of severity 0 it is checked all the same.
    const corrupted = corruptionViews(corruption, 'strength', strength === 0 ? 1 : strength);
    checkFits(process, corrupted);
    return strength === 0 ? process : composeViews([process, corrupted]);
  }
  checkViews('corruption', corruption);
  checkFits(process, corruption);
  if (isGaussian(corruption)) {
    checkNumber('strength', strength, { min: 0 });
    return composeViews([process, corruption.scaled(strength)]);
  }
  checkNumber('strength', strength, { min: 0, max: 1 });
  return chooseViews([composeViews([process, corruption]), process], [strength, 1 - strength]);
}

/** A corruption takes what the process makes, and leaves its dimension as it is. */
function checkFits(process: ViewProcess, corruption: ViewProcess): void {
  if (process.dimensions !== undefined) viewDimension(corruption, process.dimensions.output, 'corruption');
  if (corruption.dimensions === undefined || corruption.dimensions.input === corruption.dimensions.output) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'A corrupted view has the dimension of the view.', {
    argument: 'corruption',
    expected: `a process that makes ${corruption.dimensions.input} numbers of ${corruption.dimensions.input}`,
    received: `${corruption.dimensions.output} numbers`,
  });
}

function isGaussian(process: ViewProcess): process is GaussianViews {
  return typeof (process as Partial<GaussianViews>).scaled === 'function';
}
