/** Filters of one plane of an image. Pixel indices beyond a border are folded back into the plane. */

/**
 * | border | a row a b c d, continued |
 * |---|---|
 * | `mirror` | d c b \| a b c d \| c b a |
 * | `symmetric` | c b a \| a b c d \| d c b |
 * | `nearest` | a a a \| a b c d \| d d d |
 */
export type Border = 'mirror' | 'symmetric' | 'nearest';

/** The index in [0, n) that index i stands for; n ≥ 1. */
export function fold(i: number, n: number, border: Border): number {
  if (border === 'nearest') return Math.min(Math.max(i, 0), n - 1);
  const period = border === 'mirror' ? Math.max(2 * n - 2, 1) : 2 * n;
  const j = ((i % period) + period) % period;
  return j < n ? j : (border === 'mirror' ? period : period - 1) - j;
}

/** 2·radius + 1 weights proportional to exp(−k²/2σ²), k = −radius … radius, which sum to 1; sigma 0: a unit impulse. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const weights = new Float64Array(2 * radius + 1);
  for (let k = -radius; k <= radius; k++) {
    const distance = k === 0 ? 0 : k / sigma;
    weights[k + radius] = Math.exp(-0.5 * distance * distance);
  }
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/**
 * out(x, y) = Σᵢⱼ kernel[i] kernel[j] plane(x + i − r, y + j − r) for a kernel of 2r + 1 weights: along the rows, then
 * along the columns. out: height×width, does not overlap plane.
 */
export function convolve(
  plane: Float64Array,
  width: number,
  height: number,
  kernel: Float64Array,
  border: Border,
  out: Float64Array,
): void {
  const radius = (kernel.length - 1) / 2;
  const alongRows = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = (k: number) => plane[y * width + fold(x + k - radius, width, border)] as number;
      alongRows[y * width + x] = weigh(kernel, pixel);
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = (k: number) => alongRows[fold(y + k - radius, height, border) * width + x] as number;
      out[y * width + x] = weigh(kernel, pixel);
    }
  }
}

function weigh(kernel: Float64Array, pixel: (k: number) => number): number {
  let sum = 0;
  for (let k = 0; k < kernel.length; k++) sum += (kernel[k] as number) * pixel(k);
  return sum;
}

/** The plane at (x, y) in pixel indices: the centre of pixel i is at i. NaN where x or y is not below 2⁵² in size. */
export function bilinear(
  plane: Float64Array,
  width: number,
  height: number,
  x: number,
  y: number,
  border: Border,
): number {
  if (!(Math.abs(x) < 2 ** 52 && Math.abs(y) < 2 ** 52)) return Number.NaN;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const pixel = (i: number, j: number) =>
    plane[fold(top + j, height, border) * width + fold(left + i, width, border)] as number;
  const along = (j: number) => pixel(0, j) + (x - left) * (pixel(1, j) - pixel(0, j));
  return along(0) + (y - top) * (along(1) - along(0));
}
