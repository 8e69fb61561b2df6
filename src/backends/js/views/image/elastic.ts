import { type Draw, uniform, uniforms } from '../draw.js';
import { clip } from './clip.js';
import { type Border, bilinear, convolve, gaussianKernel } from './filter.js';
import type { ImageShape, ImageTransform } from './image.js';

type Point = readonly [x: number, y: number];

/** Where in the image each pixel is taken from. */
type Warp = (x: number, y: number) => Point;

/** Uniforms of the displacements begin here; those before are the affine map's. */
const DISPLACEMENTS = 8;

/**
 * `elastic`; parameters: α, σ and the shift of the affine map, in pixels. Two warps follow each other, both bilinear. First
 * an affine map as {@link drawAffine} says, its borders mirrored (d c b | a b c d | c b a). Then pixel (x, y) becomes the
 * one at (x + α Dx, y + α Dy), with symmetric borders (c b a | a b c d | d c b): Dx and Dy are 2u − 1 at each pixel, by
 * uniforms 8 + i and 8 + P + i for pixel i, P the number of pixels rounded up to a multiple of 4, smoothed by a Gaussian of
 * σ cut off at radius ⌊3σ + ½⌋, likewise with symmetric borders. Clipped.
 */
export const elastic: ImageTransform = (shape, parameters) => {
  const [alpha, sigma, shift] = parameters as unknown as [number, number, number];
  return (draw, x, y) => {
    const moved = warp(shape, x, drawAffine(draw, shape, shift), 'mirror');
    const result = alpha === 0 ? moved : warp(shape, moved, drawDisplacement(draw, shape, alpha, sigma), 'symmetric');
    y.set(result.map((pixel) => clip(pixel, shape.white)));
  };
};

function warp({ width, height }: ImageShape, image: Float64Array, from: Warp, border: Border): Float64Array {
  const size = width * height;
  return image.map((_, i) => {
    const start = i - (i % size);
    const [x, y] = from(i % width, Math.floor((i - start) / width));
    return bilinear(image.subarray(start, start + size), width, height, x, y, border);
  });
}

/**
 * Three corners of the central square, (c + s, c′ + s), (c + s, c′ − s) and (c − s, c′ − s) with centre (⌊width/2⌋, ⌊height/2⌋)
 * and s = ⌊least side/3⌋, move by U(−shift, shift): corner k by uniforms 2k (in x) and 2k + 1 (in y). The image moves with
 * them. In an image narrower than 3 pixels, or onto a line, nothing moves.
 */
function drawAffine(draw: Draw, { width, height }: ImageShape, shift: number): Warp {
  const s = Math.floor(Math.min(width, height) / 3);
  const right = Math.floor(width / 2) + s;
  const top = Math.floor(height / 2) - s;
  const moved = (k: number, x: number, y: number): Point => [
    x + shift * (2 * uniform(draw, 2 * k) - 1),
    y + shift * (2 * uniform(draw, 2 * k + 1) - 1),
  ];
  const [bottomX, bottomY] = moved(0, right, top + 2 * s);
  const [cornerX, cornerY] = moved(1, right, top);
  const [leftX, leftY] = moved(2, right - 2 * s, top);
  const [downX, downY] = [bottomX - cornerX, bottomY - cornerY];
  const [backX, backY] = [leftX - cornerX, leftY - cornerY];
  const area = downX * backY - downY * backX;
  if (s === 0 || area === 0) return (x, y) => [x, y];
  return (x, y) => {
    // (x, y) = corner + u·down + v·back
    const u = ((x - cornerX) * backY - (y - cornerY) * backX) / area;
    const v = (downX * (y - cornerY) - downY * (x - cornerX)) / area;
    return [right - 2 * s * v, top + 2 * s * u];
  };
}

function drawDisplacement(draw: Draw, { width, height }: ImageShape, alpha: number, sigma: number): Warp {
  const size = width * height;
  const kernel = gaussianKernel(sigma, Math.floor(3 * sigma + 0.5));
  const [dx, dy] = [0, 1].map((axis) => {
    const u = uniforms(draw, DISPLACEMENTS + axis * 4 * Math.ceil(size / 4), new Float64Array(size));
    const field = new Float64Array(size);
    convolve(
      u.map((value) => 2 * value - 1),
      width,
      height,
      kernel,
      'symmetric',
      field,
    );
    return field;
  }) as [Float64Array, Float64Array];
  return (x, y) => {
    const i = y * width + x;
    return [x + alpha * (dx[i] as number), y + alpha * (dy[i] as number)];
  };
}
