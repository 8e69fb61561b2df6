/** Options of the augmentations of self-supervised learning. What they do to pixels: src/backends/js/views/image. */
import { describe, EigenviewError } from '../../errors.js';
import { checkInteger, checkNumber, type Range } from '../../matrix/check.js';
import type { ResolvedShape, TransformDefinition } from './transform.js';

/** Least and largest value of a uniform distribution. */
export type Interval = readonly [number, number];

/**
 * A part of the image of random area, shape and place, brought back to the size of the whole: up to ten tries of an
 * area ~ U(scale) of the image's and of a log-uniform ratio of width to height, in whole pixels, then the largest
 * central part whose ratio is in range (torchvision's rule). Bilinear, without antialiasing, pixel centres aligned.
 */
export interface RandomResizedCrop {
  transform: 'randomResizedCrop';
  /** Shares of the image's area, in (0, 1]; default [0.08, 1]. */
  scale?: Interval;
  /** Width over height, positive; default [3/4, 4/3]. */
  ratio?: Interval;
}

/** Left becomes right. It always flips: say `probability: 0.5` for half of the time. */
export interface HorizontalFlip {
  transform: 'horizontalFlip';
}

/**
 * Brightness, contrast, saturation and hue, each by a random amount and all in a random order (torchvision's
 * ColorJitter). A strength b ≥ 0 stands for factors ~ U[max(0, 1 − b), 1 + b]; results are clipped to [0, white].
 * Contrast is about the mean luma of the image, saturation about the luma of the pixel. Strength 0 leaves out an
 * adjustment.
 */
export interface ColorJitter {
  transform: 'colorJitter';
  /** Default 0. */
  brightness?: number;
  /** Default 0. */
  contrast?: number;
  /** Needs three channels; default 0. */
  saturation?: number;
  /** Largest shift of the hue, in turns, at most ½; needs three channels; default 0. */
  hue?: number;
}

/** All three channels become the luma 0.299 r + 0.587 g + 0.114 b. */
export interface Grayscale {
  transform: 'grayscale';
}

/** Convolution with a Gaussian, the image mirrored at its borders. */
export interface GaussianBlur {
  transform: 'gaussianBlur';
  /** Standard deviation in pixels, at most 1000, or the interval it is drawn from; default [0.1, 2]. */
  sigma?: number | Interval;
  /** Width of the kernel in pixels, odd, at most 6001; default 2·⌈3·(largest sigma)⌉ + 1. */
  size?: number;
}

/** Pixels at or above the threshold are inverted: p becomes white − p. */
export interface Solarize {
  transform: 'solarize';
  /** In [0, white]; default white/2. */
  threshold?: number;
}

/** An augmentation of {@link imageViews}. */
export type Augmentation = RandomResizedCrop | HorizontalFlip | ColorJitter | Grayscale | GaussianBlur | Solarize;

type Options<T extends Augmentation> = Readonly<Record<keyof Omit<T, 'transform'>, unknown>>;

/** Beyond, a blur is the mean of any image one would look at, and its kernel a waste. */
const MAX_SIGMA = 1000;
const MAX_BLUR_SIZE = blurSize(MAX_SIGMA);
const MAX_HUE = 0.5;

const randomResizedCrop: TransformDefinition = {
  options: ['scale', 'ratio'],
  colour: false,
  parameters(where, options) {
    const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options as Options<RandomResizedCrop>;
    checkInterval(`${where}.scale`, scale, { min: 0, above: true, max: 1 });
    checkInterval(`${where}.ratio`, ratio, { min: 0, above: true });
    return [...scale, ...ratio];
  },
};

const horizontalFlip: TransformDefinition = { options: [], colour: false, parameters: () => [] };

const colorJitter: TransformDefinition = {
  options: ['brightness', 'contrast', 'saturation', 'hue'],
  colour: false,
  parameters(where, options, shape) {
    const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options as Options<ColorJitter>;
    checkNumber(`${where}.brightness`, brightness, { min: 0 });
    checkNumber(`${where}.contrast`, contrast, { min: 0 });
    checkNumber(`${where}.saturation`, saturation, { min: 0 });
    checkNumber(`${where}.hue`, hue, { min: 0, max: MAX_HUE });
    checkColour(`${where}.saturation`, saturation, shape);
    checkColour(`${where}.hue`, hue, shape);
    return [brightness, contrast, saturation, hue];
  },
};

const grayscale: TransformDefinition = { options: [], colour: true, parameters: () => [] };

const gaussianBlur: TransformDefinition = {
  options: ['sigma', 'size'],
  colour: false,
  parameters(where, options) {
    const { sigma = [0.1, 2], size } = options as Options<GaussianBlur>;
    const interval = checkSigma(`${where}.sigma`, sigma);
    if (size !== undefined) checkBlurSize(`${where}.size`, size);
    return [...interval, size ?? blurSize(interval[1])];
  },
};

const solarize: TransformDefinition = {
  options: ['threshold'],
  colour: false,
  parameters(where, options, { white }) {
    const { threshold = white / 2 } = options as Options<Solarize>;
    checkNumber(`${where}.threshold`, threshold, { min: 0, max: white });
    return [threshold];
  },
};

/** By their names. */
export const augmentationDefinitions: Readonly<Record<string, TransformDefinition>> = {
  randomResizedCrop,
  horizontalFlip,
  colorJitter,
  grayscale,
  gaussianBlur,
  solarize,
};

/** Three standard deviations to either side. */
function blurSize(sigma: number): number {
  return 2 * Math.ceil(3 * sigma) + 1;
}

/** The interval that a number or an interval stands for. */
function checkSigma(argument: string, sigma: unknown): Interval {
  const range = { min: 0, max: MAX_SIGMA };
  if (typeof sigma === 'number') {
    checkNumber(argument, sigma, range);
    return [sigma, sigma];
  }
  checkInterval(argument, sigma, range);
  return sigma;
}

function checkBlurSize(argument: string, size: unknown): asserts size is number {
  checkInteger(argument, size, { min: 1, max: MAX_BLUR_SIZE });
  if (size % 2 === 1) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'A kernel has a middle.', {
    argument,
    expected: 'an odd number',
    received: String(size),
  });
}

function checkInterval(argument: string, value: unknown, range: Range): asserts value is Interval {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new EigenviewError('INVALID_ARGUMENT', 'An interval is needed.', {
      argument,
      expected: 'an array of two numbers, least and largest',
      received: describe(value),
    });
  }
  const [low, high] = value;
  checkNumber(`${argument}[0]`, low, range);
  checkNumber(`${argument}[1]`, high, range);
  if (low <= high) return;
  throw new EigenviewError('OUT_OF_RANGE', `${argument} is the wrong way round.`, {
    argument,
    expected: 'an interval whose first number is at most the second',
    received: `[${low}, ${high}]`,
  });
}

function checkColour(argument: string, strength: number, { channels }: ResolvedShape): void {
  if (strength === 0 || channels === 3) return;
  throw new EigenviewError('INVALID_ARGUMENT', `${argument} needs colour images.`, {
    argument,
    expected: `0 for images of ${channels} channel${channels === 1 ? '' : 's'}`,
    received: String(strength),
    fix: 'Leave it out for grey images.',
  });
}
