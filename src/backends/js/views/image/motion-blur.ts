import { uniform } from '../draw.js';
import { clip } from './clip.js';
import { bilinear } from './filter.js';
import type { ImageTransform } from './image.js';

/**
 * `motionBlur`; parameters: radius r, σ. Along the angle θ = (2u − 1)·45°, u uniform 0, pixel (x, y) becomes
 * Σᵢ wᵢ·pixel(x + i cos θ, y + i sin θ), i = 0 … 2r, with wᵢ proportional to exp(−i²/2σ²) and Σ wᵢ = 1. Pixels are bilinear,
 * and beyond a border as at the nearest one in the image. Clipped.
 *
 * The benchmark's generator calls ImageMagick, which reads the nearest pixel and not between pixels.
 */
export const motionBlur: ImageTransform = ({ width, height, channels, white }, parameters) => {
  const [radius, sigma] = parameters as unknown as [number, number];
  const weights = tail(2 * radius, sigma);
  return (draw, x, y) => {
    const angle = ((2 * uniform(draw, 0) - 1) * Math.PI) / 4;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    for (let c = 0; c < channels; c++) {
      const plane = x.subarray(c * width * height, (c + 1) * width * height);
      for (let i = 0; i < plane.length; i++) {
        const [column, row] = [i % width, Math.floor(i / width)];
        const pixel = (k: number) => bilinear(plane, width, height, column + k * dx, row + k * dy, 'nearest');
        const blurred = weights.reduce((sum, weight, k) => sum + weight * pixel(k), 0);
        y[c * plane.length + i] = clip(blurred, white);
      }
    }
  };
};

/** Weights of the distances 0 … last. */
function tail(last: number, sigma: number): number[] {
  const weights = Array.from({ length: last + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}
