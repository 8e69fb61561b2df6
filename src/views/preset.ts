import { describe, EigenviewError } from '../errors.js';
import { chooseViews } from './choose.js';
import { type PresetName, presets } from './image/presets.js';
import type { ImageShape } from './image/transform.js';
import { imageViews } from './image.js';
import type { ViewProcess } from './view-process.js';

/** A preset, or a method whose two views are drawn differently: then a view is drawn in either way, with equal probability. */
export type MethodName = PresetName | 'byol' | 'barlowTwins' | 'dino';

const PAIRS: Readonly<Record<string, readonly [PresetName, PresetName]>> = {
  byol: ['byolFirst', 'byolSecond'],
  barlowTwins: ['barlowTwinsFirst', 'barlowTwinsSecond'],
  dino: ['dinoGlobalFirst', 'dinoGlobalSecond'],
};

/** Names of all presets and methods. */
export const METHODS = [...Object.keys(presets), ...Object.keys(PAIRS)] as readonly MethodName[];

/**
 * The augmentations of a paper, by name ({@link presets} has them as lists to change).
 *
 * @throws EigenviewError `INVALID_ARGUMENT`; as {@link imageViews}
 * @example
 * ```ts
 * const views = presetViews('simclr', { width: 32, height: 32, channels: 3 });
 * ```
 */
export function presetViews(name: MethodName, shape: ImageShape): ViewProcess {
  const pair = Object.hasOwn(PAIRS, name) ? PAIRS[name] : undefined;
  if (pair !== undefined) return chooseViews(pair.map((each) => presetViews(each, shape)));
  if (typeof name === 'string' && Object.hasOwn(presets, name)) {
    return imageViews(shape, presets[name as PresetName](shape));
  }
  throw new EigenviewError('INVALID_ARGUMENT', 'There is no such preset.', {
    argument: 'name',
    expected: `one of ${METHODS.join(', ')}`,
    received: describe(name),
  });
}
