import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { checkShape } from './image/check-shape.js';
import { CORRUPTIONS, type CorruptionName } from './image/corruptions.js';
import type { ImageShape } from './image/transform.js';
import { pipeline } from './image.js';
import type { ViewProcess } from './view-process.js';

/** A common corruption of images of a shape, its severity left open. */
export type CorruptionSource = ImageShape & { transform: CorruptionName; table?: 224 | 64 | 32 };

const KEYS = ['transform', 'width', 'height', 'channels', 'white', 'table'];

/** The corruption at a severity of 1 to 5, which messages call `argument`. */
export function corruptionViews(corruption: CorruptionSource, argument: string, severity: unknown): ViewProcess {
  const { transform, table, ...shape } = corruption;
  if (!CORRUPTIONS.includes(transform)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is no such corruption.', {
      argument: 'corruption.transform',
      expected: `one of ${CORRUPTIONS.join(', ')}`,
      received: describe(transform),
    });
  }
  checkKeys(corruption, argument);
  checkInteger(argument, severity, { min: 1, max: 5 });
  const step = { transform, severity: severity as 1 | 2 | 3 | 4 | 5, ...(table !== undefined && { table }) };
  return pipeline(checkShape(shape, 'corruption'), [step], () => 'corruption');
}

function checkKeys(corruption: CorruptionSource, strength: string): void {
  const key = Object.keys(corruption).find((name) => !KEYS.includes(name));
  if (key === undefined) return;
  throw new EigenviewError('UNKNOWN_OPTION', `corruption has no option '${key}'.`, {
    argument: key,
    expected: `one of ${KEYS.join(', ')}`,
    received: `'${key}'`,
    fix: `The severity goes beside the corruption, as ${strength}; with other options it is a view process, which imageViews makes.`,
  });
}
