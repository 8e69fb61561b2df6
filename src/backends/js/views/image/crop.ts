import { type Draw, uniform } from '../draw.js';
import { bilinear } from './filter.js';
import type { ImageShape, ImageTransform } from './image.js';

/** Whole pixels [left, left + width) × [top, top + height). */
export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Of the area in shares of the image's, and of width/height. */
export interface CropRange {
  scale: readonly [number, number];
  ratio: readonly [number, number];
}

/** Attempts before the central crop. */
const ATTEMPTS = 10;

/**
 * `randomResizedCrop`; parameters: scale, ratio (two numbers each). A crop as {@link drawCrop} says, brought back to
 * the size of the image by bilinear interpolation without antialiasing: pixel i of n takes what is at (i + ½) w/n − ½
 * of the w pixels of the crop, beyond whose outer pixel centres the crop goes on as at them.
 */
export const randomResizedCrop: ImageTransform = (shape, parameters) => {
  const [scaleLow, scaleHigh, ratioLow, ratioHigh] = parameters as unknown as [number, number, number, number];
  const range: CropRange = { scale: [scaleLow, scaleHigh], ratio: [ratioLow, ratioHigh] };
  return (draw, x, y) => resize(shape, drawCrop(draw, shape, range), x, y);
};

/**
 * Attempt t = 0 … 9 has the area A·U(scale) by uniform 4t and the ratio exp U(ln ratio) by uniform 4t + 1; its width is
 * √(area·ratio) and its height √(area/ratio), to the nearest whole number, halves up. If both fit it stands at a
 * uniform place, its top by uniform 4t + 2 and its left by 4t + 3; otherwise the next attempt is made. After the last,
 * the largest central crop whose ratio is in range, at least one pixel wide and high.
 */
export function drawCrop(draw: Draw, shape: Pick<ImageShape, 'width' | 'height'>, range: CropRange): Crop {
  const [scaleLow, scaleHigh] = range.scale;
  const [ratioLow, ratioHigh] = range.ratio.map(Math.log) as [number, number];
  for (let t = 0; t < ATTEMPTS; t++) {
    const area = shape.width * shape.height * (scaleLow + uniform(draw, 4 * t) * (scaleHigh - scaleLow));
    const ratio = Math.exp(ratioLow + uniform(draw, 4 * t + 1) * (ratioHigh - ratioLow));
    const width = round(Math.sqrt(area * ratio));
    const height = round(Math.sqrt(area / ratio));
    if (!(width >= 1 && width <= shape.width && height >= 1 && height <= shape.height)) continue;
    const top = Math.floor(uniform(draw, 4 * t + 2) * (shape.height - height + 1));
    const left = Math.floor(uniform(draw, 4 * t + 3) * (shape.width - width + 1));
    return { left, top, width, height };
  }
  return centralCrop(shape, range.ratio);
}

function centralCrop(
  { width: w, height: h }: Pick<ImageShape, 'width' | 'height'>,
  [low, high]: readonly [number, number],
): Crop {
  const width = w / h > high ? Math.max(1, round(h * high)) : w;
  const height = w / h < low ? Math.max(1, round(w / low)) : h;
  return { left: Math.floor((w - width) / 2), top: Math.floor((h - height) / 2), width, height };
}

function resize(shape: ImageShape, crop: Crop, x: Float64Array, y: Float64Array): void {
  const { width, height, channels } = shape;
  const cropped = new Float64Array(crop.width * crop.height);
  for (let c = 0; c < channels; c++) {
    for (let j = 0; j < crop.height; j++) {
      const start = (c * height + crop.top + j) * width + crop.left;
      cropped.set(x.subarray(start, start + crop.width), j * crop.width);
    }
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const column = position(i, crop.width, width);
        const row = position(j, crop.height, height);
        y[(c * height + j) * width + i] = bilinear(cropped, crop.width, crop.height, column, row, 'nearest');
      }
    }
  }
}

/** Where pixel i of n lies among the `size` pixels of a crop. */
function position(i: number, size: number, n: number): number {
  return Math.min(Math.max((i + 0.5) * (size / n) - 0.5, 0), size - 1);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}
