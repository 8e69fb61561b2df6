import { type Draw, uniform } from '../draw.js';
import { luma, toHsv, toRgb, wrap } from './colour.js';
import type { ImageShape, ImageTransform } from './image.js';

/** The adjustments of `colorJitter`, in the order of its parameters and of the random factors. */
const ADJUSTMENTS = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue] as const;

/**
 * `colorJitter`; parameters: brightness b, contrast, saturation, hue. Uniforms 0, 1, 2 give the factors f ~ U[max(0, 1
 * − b), 1 + b] of brightness, contrast and saturation, uniform 3 the shift ~ U[−hue, hue] in turns, uniform 4 the order
 * (see {@link permutation}), one of 24. An adjustment of strength 0 is left out. With clip to [0, white]:
 *
 * | adjustment | pixel p becomes |
 * |---|---|
 * | brightness | clip(f p) |
 * | contrast | clip(f p + (1 − f) μ), μ the mean luma of the image as it then is, or its mean for one channel |
 * | saturation | clip(f p + (1 − f) luma(p)) |
 * | hue | its hue shifted, at the same value and saturation (HSV) |
 */
export const colorJitter: ImageTransform = (shape, parameters) => (draw, x, y) => {
  y.set(x);
  for (const i of permutation(Math.floor(24 * uniform(draw, 4)), ADJUSTMENTS.length)) {
    const strength = parameters[i] as number;
    const adjust = ADJUSTMENTS[i] as (typeof ADJUSTMENTS)[number];
    if (strength > 0) adjust(shape, y, drawAmount(draw, i, strength));
  }
};

function drawAmount(draw: Draw, i: number, strength: number): number {
  const low = ADJUSTMENTS[i] === adjustHue ? -strength : Math.max(0, 1 - strength);
  const high = ADJUSTMENTS[i] === adjustHue ? strength : 1 + strength;
  return low + uniform(draw, i) * (high - low);
}

/**
 * Permutation `index` of 0 … n − 1, of n!: first comes number (index mod n) of them, then, with ⌊index/n⌋ for index,
 * number (index mod n − 1) of those left in ascending order, and so on.
 */
export function permutation(index: number, n: number): number[] {
  const left = Array.from({ length: n }, (_, i) => i);
  const order: number[] = [];
  let rest = index;
  for (let k = n; k > 0; k--) {
    order.push(...left.splice(rest % k, 1));
    rest = Math.floor(rest / k);
  }
  return order;
}

function adjustBrightness({ white }: ImageShape, pixels: Float64Array, factor: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = blend(pixels[i] as number, 0, factor, white);
}

function adjustContrast(shape: ImageShape, pixels: Float64Array, factor: number): void {
  const grey = greyOf(shape, pixels);
  const mean = grey.reduce((a, b) => a + b) / grey.length;
  for (let i = 0; i < pixels.length; i++) pixels[i] = blend(pixels[i] as number, mean, factor, shape.white);
}

function adjustSaturation(shape: ImageShape, pixels: Float64Array, factor: number): void {
  const grey = greyOf(shape, pixels);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = blend(pixels[i] as number, grey[i % grey.length] as number, factor, shape.white);
  }
}

function adjustHue(_: ImageShape, pixels: Float64Array, shift: number): void {
  const plane = pixels.length / 3;
  for (let i = 0; i < plane; i++) {
    const pixel = [0, 1, 2].map((c) => pixels[c * plane + i] as number) as [number, number, number];
    const { h, s, v } = toHsv(...pixel);
    toRgb({ h: wrap(h + shift), s, v }).forEach((value, c) => {
      pixels[c * plane + i] = value;
    });
  }
}

/** One plane: the luma of three channels, or the one channel. */
export function greyOf({ channels }: ImageShape, pixels: Float64Array): Float64Array {
  const plane = pixels.length / channels;
  if (channels === 1) return pixels.slice();
  return pixels.slice(0, plane).map((r, i) => luma(r, pixels[plane + i] as number, pixels[2 * plane + i] as number));
}

function blend(a: number, b: number, factor: number, white: number): number {
  return Math.min(Math.max(factor * a + (1 - factor) * b, 0), white);
}
