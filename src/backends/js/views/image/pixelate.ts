import { clip } from './clip.js';
import type { ImageTransform } from './image.js';

/**
 * `pixelate`; parameters: width and height of the small image, at most those of the image. The image is brought down to the
 * small size and up again by a box filter. Down: pixel o of m takes the mean of those of the n pixels whose centres lie in
 * its footprint, o n/m < i + ½ ≤ (o + 1) n/m, at least one in either direction. Up: pixel i of n takes what pixel
 * ⌊(i + ½) m/n⌋ of m holds. Clipped.
 */
export const pixelate: ImageTransform = ({ width, height, channels, white }, parameters) => {
  const [smallWidth, smallHeight] = parameters as unknown as [number, number];
  const [columns, rows] = [cells(width, smallWidth), cells(height, smallHeight)];
  return (_, x, y) => {
    for (let c = 0; c < channels; c++) {
      const plane = x.subarray(c * width * height, (c + 1) * width * height);
      const small = means(plane, columns.of, rows.of, smallWidth, smallHeight);
      for (let i = 0; i < plane.length; i++) {
        const column = columns.shown[i % width] as number;
        const row = rows.shown[Math.floor(i / width)] as number;
        y[c * plane.length + i] = clip(small[row * smallWidth + column] as number, white);
      }
    }
  };
};

/** For each of n pixels, the one of m pixels that it counts for, and the one that it shows. */
function cells(n: number, m: number): { of: number[]; shown: number[] } {
  const scaled = Array.from({ length: n }, (_, i) => ((2 * i + 1) * m) / (2 * n));
  return { of: scaled.map((cell) => Math.ceil(cell) - 1), shown: scaled.map(Math.floor) };
}

function means(plane: Float64Array, columns: number[], rows: number[], width: number, height: number): Float64Array {
  const sums = new Float64Array(width * height);
  const counts = new Float64Array(width * height);
  plane.forEach((pixel, i) => {
    const cell = (rows[Math.floor(i / columns.length)] as number) * width + (columns[i % columns.length] as number);
    sums[cell] = (sums[cell] as number) + pixel;
    counts[cell] = (counts[cell] as number) + 1;
  });
  return sums.map((sum, cell) => sum / (counts[cell] as number));
}
