/** The augmentations of self-supervised learning. They follow torchvision where it has them, on real numbers. */
import { uniform } from '../draw.js';
import { randomResizedCrop } from './crop.js';
import { convolve, gaussianKernel } from './filter.js';
import type { ImageTransform } from './image.js';
import { colorJitter, greyOf } from './jitter.js';

/** `horizontalFlip`: column i of n becomes column n − 1 − i, always; its probability is another step's. Draws nothing. */
const horizontalFlip: ImageTransform =
  ({ width }) =>
  (_, x, y) => {
    for (let start = 0; start < x.length; start += width) y.set(x.slice(start, start + width).reverse(), start);
  };

/** `grayscale`: all three channels become the luma. Draws nothing. */
const grayscale: ImageTransform = (shape) => (_, x, y) => {
  const grey = greyOf(shape, x);
  for (let c = 0; c < shape.channels; c++) y.set(grey, c * grey.length);
};

/**
 * `gaussianBlur`; parameters: least σ, largest σ, kernel size (odd). σ in pixels ~ U[least, largest] by uniform 0; the
 * kernel is cut at its size and sums to 1, mirrored at the borders without repeating the outermost pixel; all channels
 * alike.
 */
const gaussianBlur: ImageTransform = (shape, parameters) => {
  const [low, high, size] = parameters as unknown as [number, number, number];
  const plane = shape.width * shape.height;
  return (draw, x, y) => {
    const kernel = gaussianKernel(low + uniform(draw, 0) * (high - low), (size - 1) / 2);
    for (let start = 0; start < x.length; start += plane) {
      const out = y.subarray(start, start + plane);
      convolve(x.subarray(start, start + plane), shape.width, shape.height, kernel, 'mirror', out);
    }
  };
};

/** `solarize`; parameter: threshold. Pixels at or above it are inverted, p becomes white − p. Draws nothing. */
const solarize: ImageTransform = ({ white }, parameters) => {
  const threshold = parameters[0] as number;
  return (_, x, y) => y.set(x.map((pixel) => (pixel >= threshold ? white - pixel : pixel)));
};

/** By their names. */
export const augmentations: Readonly<Record<string, ImageTransform>> = {
  randomResizedCrop,
  horizontalFlip,
  colorJitter,
  grayscale,
  gaussianBlur,
  solarize,
};
