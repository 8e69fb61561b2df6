import { describe, EigenviewError } from '../../errors.js';
import { checkInt32, checkInteger, checkNumber, checkOptions } from '../../matrix/check.js';
import { checkExtent } from '../view-process.js';
import type { ImageShape, ResolvedShape } from './transform.js';

/** The shape with its defaults, which messages call `argument`. */
export function checkShape(shape: ImageShape, argument = 'shape'): ResolvedShape {
  if (typeof shape !== 'object' || shape === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The shape of an image is an object.', {
      argument,
      expected: '{ width, height, channels, white? }',
      received: describe(shape),
    });
  }
  checkOptions(argument, shape, ['width', 'height', 'channels', 'white']);
  const { width, height, channels, white = 255 } = shape;
  checkExtent(`${argument}.width`, width);
  checkExtent(`${argument}.height`, height);
  checkInteger(`${argument}.channels`, channels);
  if (channels !== 1 && channels !== 3) {
    throw new EigenviewError('OUT_OF_RANGE', 'Images are grey or have three colours.', {
      argument: `${argument}.channels`,
      expected: '1 or 3',
      received: String(channels),
    });
  }
  checkNumber(`${argument}.white`, white, { min: 0, above: true });
  checkInt32(argument, width * height * channels);
  return { width, height, channels, white };
}
