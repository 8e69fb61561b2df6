import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Draw } from '../../../src/backends/js/views/draw.js';
import { augmentations } from '../../../src/backends/js/views/image/augmentations.js';
import { luma, toHsv, toRgb } from '../../../src/backends/js/views/image/colour.js';
import { drawCrop } from '../../../src/backends/js/views/image/crop.js';
import { bilinear, convolve, fold, gaussianKernel } from '../../../src/backends/js/views/image/filter.js';
import type { ImageShape } from '../../../src/backends/js/views/image/image.js';
import { permutation } from '../../../src/backends/js/views/image/jitter.js';
import { augmentationDefinitions } from '../../../src/views/image/augmentations.js';
import { draws, shapes, sum } from '../../support/images.js';
import fc from '../../support/properties.js';

interface Case {
  name: string;
  transform: string;
  shape: ImageShape;
  options: Record<string, unknown>;
  draw: Draw;
  crop?: number[];
  image: number[];
  expected: number[];
}

const fixture = new URL('../../fixtures/image/augmentations.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };

const DRAW: Draw = { seed: 1, sample: 2, view: 3, step: 4 };
const COLOUR: ImageShape = { width: 7, height: 5, channels: 3, white: 255 };

function apply(
  transform: string,
  shape: ImageShape,
  options: Record<string, unknown>,
  image: ArrayLike<number>,
  draw = DRAW,
): Float64Array {
  const parameters = augmentationDefinitions[transform]?.parameters('it', options, shape) ?? [];
  const out = new Float64Array(image.length).fill(Number.NaN);
  augmentations[transform]?.(shape, Float64Array.from(parameters))(draw, Float64Array.from(image), out);
  return out;
}

/** Any image of the shape, by arithmetic: every pixel another value. */
function imageOf({ width, height, channels, white }: ImageShape): Float64Array {
  const size = width * height * channels;
  return Float64Array.from({ length: size }, (_, i) => (white * ((i * 37) % size)) / (size - 1 || 1));
}

describe('augmentations against SciPy and colorsys', () => {
  it.each(cases)('$transform: $name', ({ transform, shape, options, draw, image, expected }) => {
    // Both sides in double precision, a few hundred roundings of numbers up to white.
    expect(apply(transform, shape, options, image, draw)).toBeCloseToArray(expected, 1e-12 * shape.white);
  });

  it('covers every augmentation', () => {
    expect(new Set(cases.map(({ transform }) => transform))).toEqual(new Set(Object.keys(augmentations)));
  });

  it.each(cases.filter(({ crop }) => crop))('draws the same crop: $name', ({ shape, options, draw, crop }) => {
    const { left, top, width, height } = drawCrop(draw, shape, options as unknown as Parameters<typeof drawCrop>[2]);
    expect([left, top, width, height]).toEqual(crop);
  });
});

describe('randomResizedCrop', () => {
  const shape: ImageShape = { width: 40, height: 30, channels: 1, white: 255 };
  const crops = (range: Parameters<typeof drawCrop>[2], count: number, of = shape) =>
    Array.from({ length: count }, (_, sample) => drawCrop({ ...DRAW, sample }, of, range));

  it('of the whole image is the identity', () => {
    fc.assert(
      fc.property(shapes, draws, (any, draw) => {
        const ratio = any.width / any.height;
        const image = imageOf(any);
        expect(apply('randomResizedCrop', any, { scale: [1, 1], ratio: [ratio, ratio] }, image, draw)).toEqual(image);
      }),
    );
  });

  it('keeps a constant image constant, and every pixel between the least and the largest', () => {
    fc.assert(
      fc.property(shapes, draws, (any, draw) => {
        const image = imageOf(any);
        const constant = image.map(() => 0.3 * any.white);
        expect(apply('randomResizedCrop', any, {}, constant, draw)).toEqual(constant);
        const cropped = apply('randomResizedCrop', any, {}, image, draw);
        // A mean of two numbers, rounded, leaves their interval by at most a rounding.
        const slack = 1e-15 * any.white;
        expect(Math.min(...cropped)).toBeGreaterThanOrEqual(Math.min(...image) - slack);
        expect(Math.max(...cropped)).toBeLessThanOrEqual(Math.max(...image) + slack);
      }),
    );
  });

  it('stretches a ramp by the ratio of the sizes, about aligned pixel centres', () => {
    const ramp = Float64Array.from({ length: 1200 }, (_, i) => i % 40);
    for (let sample = 0; sample < 20; sample++) {
      const draw = { ...DRAW, sample };
      const { left, width } = drawCrop(draw, shape, { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] });
      const row = apply('randomResizedCrop', shape, {}, ramp, draw).subarray(0, 40);
      const centre = (i: number) => left + ((i + 0.5) * width) / 40 - 0.5;
      const expected = Array.from({ length: 40 }, (_, i) => Math.min(Math.max(centre(i), left), left + width - 1));
      expect(row).toBeCloseToArray(expected, 1e-12);
    }
  });

  it('stays within the image whatever is asked for', () => {
    const any = fc
      .tuple(fc.double({ min: 1e-9, max: 1 }), fc.double({ min: 0, max: 1 }))
      .map(([a, t]) => [a, a + t * (1 - a)]);
    const ratios = fc
      .tuple(fc.double({ min: -9, max: 9 }), fc.double({ min: 0, max: 9 }))
      .map(([a, t]) => [10 ** a, 10 ** (a + t)]);
    fc.assert(
      fc.property(shapes, draws, any, ratios, (of, draw, scale, ratio) => {
        const range = { scale, ratio } as unknown as Parameters<typeof drawCrop>[2];
        const { left, top, width, height } = drawCrop(draw, of, range);
        for (const [start, size, n] of [
          [left, width, of.width],
          [top, height, of.height],
        ] as const) {
          expect(Number.isInteger(start) && Number.isInteger(size)).toBe(true);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(size).toBeGreaterThanOrEqual(1);
          expect(start + size).toBeLessThanOrEqual(n);
        }
      }),
    );
  });

  it('has areas of uniform share and log-uniform ratios where all of them fit', () => {
    // On a large image, so that whole pixels do not matter; at these shares no attempt fails.
    const large = { ...shape, width: 4000, height: 4000 };
    const n = 4000;
    const found = crops({ scale: [0.1, 0.5], ratio: [0.5, 2] }, n, large);
    const shares = found.map(({ width, height }) => (width * height) / 4000 ** 2);
    const logs = found.map(({ width, height }) => Math.log(width / height));
    // Kolmogorov–Smirnov: √n D exceeds 1.95 once in a thousand; whole pixels move D by less than 1e-3, √n D by 0.07.
    expect(Math.sqrt(n) * deviation(shares, 0.1, 0.5)).toBeLessThan(1.95 + 0.07);
    expect(Math.sqrt(n) * deviation(logs, -Math.log(2), Math.log(2))).toBeLessThan(1.95 + 0.07);
  });

  it('takes every place with the same probability', () => {
    // 20×15 pixels, at 21×16 places.
    const n = 21 * 16 * 50;
    const found = crops({ scale: [0.25, 0.25], ratio: [4 / 3, 4 / 3] }, n);
    expect(new Set(found.map(({ width, height }) => `${width}×${height}`))).toEqual(new Set(['20×15']));
    const counts = new Float64Array(21 * 16);
    for (const { left, top } of found) counts[top * 21 + left] = (counts[top * 21 + left] as number) + 1;
    const chiSquared = sum(counts.map((count) => (count - 50) ** 2 / 50));
    // 335 degrees of freedom: mean 335, standard deviation 25.9; four of them to either side.
    expect(Math.abs(chiSquared - 335)).toBeLessThan(4 * 25.9);
  });

  /** The largest difference between the empirical distribution and that of U[low, high]. */
  function deviation(values: number[], low: number, high: number): number {
    const sorted = values.map((value) => (value - low) / (high - low)).sort((a, b) => a - b);
    return Math.max(...sorted.map((u, i) => Math.max(u - i / sorted.length, (i + 1) / sorted.length - u)));
  }
});

describe('horizontalFlip', () => {
  it('reverses rows, and twice is the identity', () => {
    expect(
      Array.from(apply('horizontalFlip', { ...COLOUR, width: 3, height: 2, channels: 1 }, {}, [1, 2, 3, 4, 5, 6])),
    ).toEqual([3, 2, 1, 6, 5, 4]);
    const image = imageOf(COLOUR);
    expect(apply('horizontalFlip', COLOUR, {}, apply('horizontalFlip', COLOUR, {}, image))).toEqual(image);
  });
});

describe('colorJitter', () => {
  const strengths = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 };

  it('of no strength is the identity, pixels beyond white included', () => {
    const image = imageOf(COLOUR).map((pixel) => 2 * pixel - 100);
    expect(apply('colorJitter', COLOUR, {}, image)).toEqual(image);
  });

  it('stays within [0, white]', () => {
    fc.assert(
      fc.property(draws, fc.double({ min: 0, max: 9, noNaN: true }), (draw, strength) => {
        const options = { brightness: strength, contrast: strength, saturation: strength, hue: strength / 18 };
        const image = apply('colorJitter', COLOUR, options, imageOf(COLOUR), draw);
        expect(Math.min(...image)).toBeGreaterThanOrEqual(-1e-12);
        expect(Math.max(...image)).toBeLessThanOrEqual(255 + 1e-12);
      }),
    );
  });

  it('leaves grey pixels grey, whatever colours do', () => {
    const plane = imageOf({ ...COLOUR, channels: 1 });
    const grey = Float64Array.from([...plane, ...plane, ...plane]);
    // 0.299 + 0.587 + 0.114 is 1 to a rounding.
    expect(apply('colorJitter', COLOUR, { saturation: 3, hue: 0.5 }, grey)).toBeCloseToArray(grey, 1e-12 * 255);
    const jittered = apply('colorJitter', COLOUR, strengths, grey);
    const red = jittered.subarray(0, plane.length);
    for (const c of [1, 2]) {
      expect(jittered.subarray(c * plane.length, (c + 1) * plane.length)).toBeCloseToArray(red, 1e-12 * 255);
    }
  });

  it('of contrast alone keeps the mean luma where nothing is clipped', () => {
    const dim = imageOf(COLOUR).map((pixel) => 100 + pixel / 10);
    const mean = (image: Float64Array) => {
      const [r, g, b] = [0, 1, 2].map((c) => sum(image.subarray(35 * c, 35 * (c + 1))) / 35) as [
        number,
        number,
        number,
      ];
      return luma(r, g, b);
    };
    for (let sample = 0; sample < 20; sample++) {
      const image = apply('colorJitter', COLOUR, { contrast: 0.9 }, dim, { ...DRAW, sample });
      expect(image).not.toEqual(dim);
      expect(Math.abs(mean(image) - mean(dim))).toBeLessThan(1e-12 * 255);
    }
  });

  it('of hue alone keeps value and saturation', () => {
    const image = apply('colorJitter', COLOUR, { hue: 0.5 }, imageOf(COLOUR));
    for (const [f, name] of [
      [Math.max, 'largest'],
      [Math.min, 'least'],
    ] as const) {
      const of = (pixels: Float64Array) =>
        Array.from({ length: 35 }, (_, i) => f(...[0, 35, 70].map((c) => pixels[i + c] as number)));
      expect(of(image), name).toBeCloseToArray(of(imageOf(COLOUR)), 1e-12 * 255);
    }
  });

  it('has factors of the stated range and mean, and takes every order', () => {
    // A pixel of ½ is not clipped and tells the factor.
    const one: ImageShape = { width: 1, height: 1, channels: 1, white: 1 };
    const factors = Array.from(
      { length: 2000 },
      (_, sample) => apply('colorJitter', one, { brightness: 0.5 }, [0.5], { ...DRAW, sample })[0] as number,
    ).map((pixel) => 2 * pixel);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.5);
    // Mean of 2000 of U[½, 3/2]: standard deviation √(1/12/2000) = 0.0065, four of them.
    expect(Math.abs(sum(factors) / 2000 - 1)).toBeLessThan(0.026);
    const orders = Array.from({ length: 24 }, (_, i) => permutation(i, 4).join(''));
    expect(new Set(orders).size).toBe(24);
    for (const order of orders) expect([...order].sort().join('')).toBe('0123');
  });
});

describe('grayscale', () => {
  it('of a grey image is itself, and twice is once', () => {
    const plane = imageOf({ ...COLOUR, channels: 1 });
    const grey = Float64Array.from([...plane, ...plane, ...plane]);
    expect(apply('grayscale', COLOUR, {}, grey)).toBeCloseToArray(grey, 1e-13 * 255);
    const once = apply('grayscale', COLOUR, {}, imageOf(COLOUR));
    expect(apply('grayscale', COLOUR, {}, once)).toBeCloseToArray(once, 1e-13 * 255);
  });
});

describe('gaussianBlur', () => {
  it('keeps a constant image constant, and σ = 0 every image', () => {
    fc.assert(
      fc.property(shapes, draws, fc.double({ min: 0, max: 20, noNaN: true }), (shape, draw, sigma) => {
        const constant = imageOf(shape).map(() => 0.7 * shape.white);
        expect(apply('gaussianBlur', shape, { sigma }, constant, draw)).toBeCloseToArray(constant, 1e-13 * shape.white);
        expect(apply('gaussianBlur', shape, { sigma: 0, size: 7 }, imageOf(shape), draw)).toEqual(imageOf(shape));
      }),
    );
  });

  it('keeps the sum of an image that is dark near its borders', () => {
    const shape: ImageShape = { width: 15, height: 13, channels: 1, white: 1 };
    const image = new Float64Array(15 * 13);
    // Kernels reach five pixels, and these are six or more from every border.
    image[6 * 15 + 7] = 1;
    image[6 * 15 + 8] = 0.5;
    expect(sum(apply('gaussianBlur', shape, { sigma: [0.5, 1.5] }, image))).toBeCloseTo(1.5, 12);
  });

  it('commutes with the flip', () => {
    const image = imageOf(COLOUR);
    const blurred = apply('gaussianBlur', COLOUR, {}, apply('horizontalFlip', COLOUR, {}, image));
    const flipped = apply('horizontalFlip', COLOUR, {}, apply('gaussianBlur', COLOUR, {}, image));
    expect(blurred).toBeCloseToArray(flipped, 1e-12 * 255);
  });
});

describe('solarize', () => {
  it('inverts what is at or above the threshold', () => {
    const shape = { ...COLOUR, width: 4, height: 1, channels: 1 };
    expect(Array.from(apply('solarize', shape, { threshold: 100 }, [99, 100, 255, 0]))).toEqual([99, 155, 0, 0]);
    expect(Array.from(apply('solarize', shape, {}, [127, 127.5, 128, 255]))).toEqual([127, 127.5, 127, 0]);
  });
});

describe('colours', () => {
  const pixels = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));

  it('come back from hue, saturation and value', () => {
    fc.assert(
      fc.property(pixels, ([r, g, b]) => {
        const hsv = toHsv(r, g, b);
        expect(hsv.h).toBeGreaterThanOrEqual(0);
        expect(hsv.h).toBeLessThan(1);
        expect(hsv.s).toBeLessThanOrEqual(1);
        expect(toRgb(hsv)).toBeCloseToArray([r, g, b], 1e-13 * 255);
      }),
    );
  });

  it('are themselves after two half turns, and move by thirds', () => {
    fc.assert(
      fc.property(pixels, ([r, g, b]) => {
        const turn = ([x, y, z]: readonly [number, number, number], by: number) => {
          const { h, s, v } = toHsv(x, y, z);
          return toRgb({ h: (h + by) % 1, s, v });
        };
        expect(turn(turn([r, g, b], 0.5), 0.5)).toBeCloseToArray([r, g, b], 1e-12 * 255);
        expect(turn([r, g, b], 1 / 3)).toBeCloseToArray([b, r, g], 1e-12 * 255);
      }),
    );
  });

  it('have the hues everybody knows', () => {
    expect(toHsv(255, 0, 0)).toEqual({ h: 0, s: 1, v: 255 });
    expect(toHsv(0, 255, 0)).toEqual({ h: 1 / 3, s: 1, v: 255 });
    expect(toHsv(0, 0, 100)).toEqual({ h: 2 / 3, s: 1, v: 100 });
    expect(toHsv(7, 7, 7)).toEqual({ h: 0, s: 0, v: 7 });
    expect(toHsv(0, 0, 0)).toEqual({ h: 0, s: 0, v: 0 });
    expect(luma(1, 1, 1)).toBeCloseTo(1, 15);
  });
});

describe('filters', () => {
  it.each([
    ['mirror', 'abcdcbabcdcbabcdcba'],
    ['symmetric', 'ddcbaabcddcbaabcddc'],
    ['nearest', 'aaaaaaaabcddddddddd'],
  ] as const)('fold at a %s border', (border, row) => {
    // The index at which each row starts.
    const start = { mirror: -6, symmetric: -5, nearest: -7 }[border];
    expect(Array.from(row, (_, i) => 'abcd'[fold(i + start, 4, border)]).join('')).toBe(row);
    for (const i of [-1000, -1, 0, 1, 999]) expect(fold(i, 1, border)).toBe(0);
  });

  it('have kernels of sum 1, a unit impulse at σ = 0', () => {
    expect(Array.from(gaussianKernel(0, 2))).toEqual([0, 0, 1, 0, 0]);
    expect(Array.from(gaussianKernel(1e-200, 1))).toEqual([0, 1, 0]);
    for (const sigma of [0.1, 1, 7, 1e9]) expect(sum(gaussianKernel(sigma, 5))).toBeCloseTo(1, 14);
    const [outer, middle] = gaussianKernel(2, 1) as unknown as [number, number];
    expect(outer / middle).toBeCloseTo(Math.exp(-1 / 8), 14);
  });

  it('correlate, rows and columns alike', () => {
    const impulse = Float64Array.from({ length: 25 }, (_, i) => (i === 12 ? 1 : 0));
    const out = new Float64Array(25);
    convolve(impulse, 5, 5, Float64Array.of(1, 10, 100), 'mirror', out);
    const expected = Array.from({ length: 25 }, (_, i) => {
      const weight = (k: number) => [0, 100, 10, 1, 0][k] as number;
      return weight(i % 5) * weight(Math.floor(i / 5));
    });
    expect(Array.from(out)).toEqual(expected);
  });

  it('interpolate between pixel centres, and refuse places that are none', () => {
    const plane = Float64Array.of(0, 1, 2, 10, 11, 12);
    expect(bilinear(plane, 3, 2, 1, 1, 'nearest')).toBe(11);
    expect(bilinear(plane, 3, 2, 0.25, 0.5, 'nearest')).toBe(5.25);
    expect(bilinear(plane, 3, 2, -5, 9, 'nearest')).toBe(10);
    expect(bilinear(plane, 3, 2, 2.5, 0, 'mirror')).toBe(1.5);
    expect(bilinear(plane, 3, 2, 2.5, 0, 'symmetric')).toBe(2);
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, -1e300]) {
      expect(bilinear(plane, 3, 2, x, 0, 'nearest')).toBeNaN();
    }
  });
});
