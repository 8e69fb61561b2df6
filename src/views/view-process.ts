import type { LinalgBackend } from '../backends/linalg.js';
import type { ViewStep } from '../backends/views.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import type { CustomStep } from './custom.js';
import type { RandomAffine } from './random-affine.js';

/**
 * A distribution over transformations τ of a sample: the data augmentation. Made by {@link gaussianViews},
 * {@link maskViews}, {@link groupViews}, {@link affineViews}, {@link imageViews}, {@link customViews}, and from others by
 * {@link composeViews}, {@link chooseViews} and {@link alignedWith}.
 */
export interface ViewProcess {
  /** The process in a few words, for reports. */
  readonly name: string;
  /** Numbers of a sample and of a view; undefined where samples of any dimension are taken and views have the same. */
  readonly dimensions?: { readonly input: number; readonly output: number } | undefined;
  /** Its exact moments, where they have a closed form. */
  readonly exact?: RandomAffine | undefined;
  /** How one view of a sample of `dim` numbers is drawn. */
  step(dim: number, linalg: LinalgBackend): Promise<DrawnStep>;
}

/** A tree of steps, some of which may be functions of the caller's. */
export type DrawnStep =
  | ViewStep
  | CustomStep
  | { readonly kind: 'sequence' | 'choice'; readonly numbers: Float64Array; readonly steps: readonly DrawnStep[] };

export function checkViews(argument: string, views: unknown): asserts views is ViewProcess {
  if (typeof (views as ViewProcess | undefined)?.step === 'function') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'A view process is needed.', {
    argument,
    expected: 'a view process, such as gaussianViews() makes',
    received: describe(views),
  });
}

/** The dimension of the views of samples of `dim` numbers. @throws EigenviewError `SHAPE_MISMATCH` */
export function viewDimension({ name, dimensions }: ViewProcess, dim: number, argument = 'views'): number {
  if (dimensions === undefined) return dim;
  if (dimensions.input === dim) return dimensions.output;
  throw new EigenviewError('SHAPE_MISMATCH', `The process (${name}) takes samples of another dimension.`, {
    argument,
    expected: `given samples of ${dimensions.input} numbers`,
    received: String(dim),
  });
}

/** Weights that need not sum to 1, as cumulative probabilities. */
export function cumulative(argument: string, weights: readonly number[]): Float64Array {
  const valid = Array.from(weights).every((weight) => typeof weight === 'number' && weight >= 0);
  const sum = valid ? weights.reduce((total, weight) => total + weight, 0) : Number.NaN;
  if (!(sum > 0) || !Number.isFinite(sum)) {
    throw new EigenviewError('OUT_OF_RANGE', 'Weights are non-negative, and one at least is positive.', {
      argument,
      expected: 'finite numbers at least 0, not all of them 0',
      received: `[${weights.join(', ')}]`,
    });
  }
  let below = 0;
  const steps = Float64Array.from(weights, (weight) => {
    below += weight / sum;
    return below;
  });
  // Rounding must not leave a gap below 1, nor give the last, where it has no weight, what it leaves.
  const last = weights.findLastIndex((weight) => weight > 0);
  return steps.fill(1, last);
}

/** The probabilities behind cumulative ones. */
export function probabilities(steps: Float64Array): number[] {
  return Array.from(steps, (step, i) => step - (i === 0 ? 0 : (steps[i - 1] as number)));
}

/** Whole pixels of an image as a sample. */
export function checkExtent(argument: string, value: unknown): asserts value is number {
  checkInteger(argument, value, { min: 1, max: 2 ** 15 });
}

/** Permutations and masks are tables with an entry for each number of an image. @throws EigenviewError `TOO_LARGE` */
export function checkEntries(argument: string, entries: number): void {
  if (entries <= 2 ** 26) return;
  throw new EigenviewError('TOO_LARGE', 'So many numbers of so large images need too much memory.', {
    argument,
    expected: 'of at most 2²⁶ = 67108864 numbers, over all elements',
    received: String(entries),
    fix: 'Give smaller images, or fewer elements.',
  });
}
