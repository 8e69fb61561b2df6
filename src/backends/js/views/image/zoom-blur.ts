import { clip } from './clip.js';
import { bilinear } from './filter.js';
import type { ImageTransform } from './image.js';

/**
 * `zoomBlur`; parameters: zoom factors f₁ … f_F, each at least 1. The image becomes the clipped mean of itself and its F zooms.
 * A zoom takes the ⌈n/f⌉ central pixels of each direction (rounding its start down), enlarges them to ⌈n/f⌉·f pixels (to
 * the nearest whole number, halves to the even) by linear interpolation with aligned corners, pixel o of s being at
 * o (⌈n/f⌉ − 1)/(s − 1), and keeps the n central ones (rounding their start down).
 */
export const zoomBlur: ImageTransform = ({ width, height, channels, white }, factors) => {
  const zooms = Array.from(factors, (factor) => ({
    columns: positions(width, factor),
    rows: positions(height, factor),
  }));
  return (_, x, y) => {
    for (let c = 0; c < channels; c++) {
      const plane = x.subarray(c * width * height, (c + 1) * width * height);
      plane.forEach((pixel, i) => {
        let sum = pixel;
        for (const { columns, rows } of zooms) {
          const [column, row] = [columns[i % width] as number, rows[Math.floor(i / width)] as number];
          sum += bilinear(plane, width, height, column, row, 'nearest');
        }
        y[c * plane.length + i] = clip(sum / (zooms.length + 1), white);
      });
    }
  };
};

/** Where among n pixels those of the zoom are. */
function positions(n: number, factor: number): number[] {
  const cropped = Math.ceil(n / factor);
  const start = Math.floor((n - cropped) / 2);
  const size = roundToEven(cropped * factor);
  const trimmed = Math.floor((size - n) / 2);
  return Array.from({ length: n }, (_, i) => start + (size > 1 ? ((i + trimmed) * (cropped - 1)) / (size - 1) : 0));
}

function roundToEven(x: number): number {
  const down = Math.floor(x);
  return x - down > 0.5 || (x - down === 0.5 && down % 2 === 1) ? down + 1 : down;
}
