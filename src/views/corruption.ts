import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { CORRUPTIONS, type CorruptionName } from './image/corruptions.js';
import type { ImageShape } from './image/transform.js';
import { imageViews } from './image.js';
import type { ViewProcess } from './view-process.js';

/** A common corruption of images of a shape, its severity left open. */
export type CorruptionSource = ImageShape & { transform: CorruptionName; table?: 224 | 64 | 32 };

/** The corruption at a severity of 1 to 5. */
export function corruptionViews(corruption: CorruptionSource, argument: string, severity: unknown): ViewProcess {
  const { transform, table, ...shape } = corruption;
  if (!CORRUPTIONS.includes(transform)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is no such corruption.', {
      argument: 'corruption.transform',
      expected: `one of ${CORRUPTIONS.join(', ')}`,
      received: describe(transform),
    });
  }
  checkInteger(argument, severity, { min: 1, max: 5 });
  return imageViews(shape, [
    { transform, severity: severity as 1 | 2 | 3 | 4 | 5, ...(table !== undefined && { table }) },
  ]);
}
