import type { ViewStep } from '../backends/views.js';
import { describe, EigenviewError } from '../errors.js';
import { checkNumber, checkOptions } from '../matrix/check.js';
import { type Augmentation, augmentationDefinitions } from './image/augmentations.js';
import { checkShape } from './image/check-shape.js';
import { type Corruption, corruptionDefinitions } from './image/corruptions.js';
import type { ImageShape, ResolvedShape, TransformDefinition } from './image/transform.js';
import type { ViewProcess } from './view-process.js';

/** A random transform of an image, applied to a view with `probability` (default 1). */
export type ImageTransform = (Augmentation | Corruption) & { probability?: number };

const DEFINITIONS: Readonly<Record<string, TransformDefinition>> = {
  ...augmentationDefinitions,
  ...corruptionDefinitions,
};

/**
 * Random transforms of planar images, one after another, drawn natively: the augmentations people train with and the common
 * corruptions. Samples are rows of channels·height·width numbers, black 0 and white 255 unless `white` says otherwise.
 *
 * Its moments have no closed form: viewMoments needs `samples`.
 *
 * @param shape width, height, channels (1 or 3), white
 * @param transforms at least one; the first is applied first
 * @throws EigenviewError `EMPTY`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`, `OUT_OF_RANGE`, each naming the transform
 * @example
 * ```ts
 * const views = imageViews({ width: 32, height: 32, channels: 3 }, [
 *   { transform: 'randomResizedCrop', scale: [0.2, 1] },
 *   { transform: 'horizontalFlip', probability: 0.5 },
 *   { transform: 'gaussianNoise', std: 10, clip: true },
 * ]);
 * ```
 */
export function imageViews(shape: ImageShape, transforms: readonly ImageTransform[]): ViewProcess {
  const resolved = checkShape(shape);
  if (!Array.isArray(transforms) || transforms.length === 0) {
    throw new EigenviewError('EMPTY', 'Image views need transforms.', {
      argument: 'transforms',
      expected: 'a non-empty array of { transform, … }',
      received: describe(transforms),
    });
  }
  return pipeline(resolved, transforms, (i) => `transforms[${i}]`);
}

/** Transforms that messages call as `where` says. */
export function pipeline(
  shape: ResolvedShape,
  transforms: readonly ImageTransform[],
  where: (index: number) => string,
): ViewProcess {
  const steps = Array.from(transforms, (transform, i) => toStep(where(i), transform, shape));
  const { width, height, channels } = shape;
  const size = width * height * channels;
  return {
    name: transforms.map(nameOf).join(', '),
    dimensions: { input: size, output: size },
    step: async () => (steps.length === 1 ? (steps[0] as ViewStep) : { kind: 'sequence', numbers: NONE, steps }),
  };
}

/** With its severity, and with its probability if that is not 1, such as `horizontalFlip (0.5)`. */
function nameOf(step: ImageTransform): string {
  const severity = 'severity' in step ? ` ${step.severity}` : '';
  const { transform, probability = 1 } = step;
  return `${transform}${severity}${probability === 1 ? '' : ` (${probability})`}`;
}

const NONE = new Float64Array(0);

function toStep(argument: string, transform: ImageTransform, shape: ResolvedShape): ViewStep {
  const name: unknown = transform?.transform;
  const definition = typeof name === 'string' && Object.hasOwn(DEFINITIONS, name) ? DEFINITIONS[name] : undefined;
  if (definition === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is no such image transform.', {
      argument: `${argument}.transform`,
      expected: `one of ${Object.keys(DEFINITIONS).join(', ')}`,
      received: describe(name ?? transform),
    });
  }
  const where = `${argument} (${name})`;
  const { transform: _, probability = 1, ...options } = transform;
  checkOptions(where, options, [...definition.options, 'probability']);
  checkNumber(`${where}.probability`, probability, { min: 0, max: 1 });
  if (definition.colour && shape.channels !== 3) {
    throw new EigenviewError('INVALID_ARGUMENT', `${name} needs colour images.`, {
      argument: where,
      expected: 'images of 3 channels',
      received: String(shape.channels),
      fix: 'Leave the transform out for grey images.',
    });
  }
  const { width, height, channels, white } = shape;
  const numbers = Float64Array.of(width, height, channels, white, ...definition.parameters(where, options, shape));
  const step: ViewStep = { kind: 'image', name: name as string, numbers };
  if (probability === 1) return step;
  const identity: ViewStep = { kind: 'identity', numbers: NONE };
  return { kind: 'choice', numbers: Float64Array.of(probability, 1), steps: [step, identity] };
}
