import { clip } from './clip.js';
import { convolve, fold, gaussianKernel } from './filter.js';
import type { ImageTransform } from './image.js';

/** Square weights around (0, 0), (2·radius + 1)². */
interface Kernel {
  radius: number;
  weights: Float64Array;
}

/**
 * `defocusBlur`; parameters: radius r of the disk and σ of its antialiasing. The kernel is 1/N at the N whole points with
 * x² + y² ≤ r², smoothed by a Gaussian of 3×3 weights for r ≤ 8, else 5×5. Borders are mirrored. Clipped.
 *
 * The benchmark's generator smooths the disk on a grid that ends at 8 or r, where its border mirrors: at r = 8 and 10 its
 * weights sum to slightly more than 1. Here the grid has room, and they sum to 1.
 */
export const defocusBlur: ImageTransform = ({ width, height, channels, white }, parameters) => {
  const [radius, alias] = parameters as unknown as [number, number];
  const kernel = disk(radius, alias);
  return (_, x, y) => {
    for (let c = 0; c < channels; c++) {
      const plane = x.subarray(c * width * height, (c + 1) * width * height);
      for (let i = 0; i < plane.length; i++) {
        y[c * plane.length + i] = clip(weigh(plane, width, height, i % width, Math.floor(i / width), kernel), white);
      }
    }
  };
};

export function disk(radius: number, alias: number): Kernel {
  const margin = radius <= 8 ? 1 : 2;
  const reach = Math.floor(radius) + margin;
  const side = 2 * reach + 1;
  const sharp = Float64Array.from({ length: side * side }, (_, i) => {
    return Math.hypot((i % side) - reach, Math.floor(i / side) - reach) <= radius ? 1 : 0;
  });
  const weights = new Float64Array(side * side);
  convolve(sharp, side, side, gaussianKernel(alias, margin), 'nearest', weights);
  const total = sharp.reduce((a, b) => a + b);
  return { radius: reach, weights: weights.map((weight) => weight / total) };
}

function weigh(plane: Float64Array, width: number, height: number, x: number, y: number, kernel: Kernel): number {
  const { radius, weights } = kernel;
  let sum = 0;
  let at = 0;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const pixel = plane[fold(y + dy, height, 'mirror') * width + fold(x + dx, width, 'mirror')] as number;
      sum += (weights[at++] as number) * pixel;
    }
  }
  return sum;
}
