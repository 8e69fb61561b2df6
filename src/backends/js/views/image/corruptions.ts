/** The common corruptions by name; what each does stands above it. */
import { defocusBlur } from './defocus-blur.js';
import { elastic } from './elastic.js';
import { fog } from './fog.js';
import type { ImageTransform } from './image.js';
import { motionBlur } from './motion-blur.js';
import { gaussianNoise, impulseNoise, speckleNoise } from './noise.js';
import { pixelate } from './pixelate.js';
import { shotNoise } from './shot-noise.js';
import { brightness, contrast, saturate } from './tone.js';
import { zoomBlur } from './zoom-blur.js';

export const corruptions: Record<string, ImageTransform> = {
  gaussianNoise,
  shotNoise,
  impulseNoise,
  speckleNoise,
  pixelate,
  zoomBlur,
  defocusBlur,
  motionBlur,
  fog,
  brightness,
  contrast,
  saturate,
  elastic,
};
