import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Draw } from '../../../src/backends/js/views/draw.js';
import { corruptions } from '../../../src/backends/js/views/image/corruptions.js';
import { disk } from '../../../src/backends/js/views/image/defocus-blur.js';
import type { ImageShape } from '../../../src/backends/js/views/image/image.js';
import { plasma } from '../../../src/backends/js/views/image/plasma.js';
import { modeProbability, poisson } from '../../../src/backends/js/views/image/poisson.js';
import { CORRUPTIONS, type CorruptionName, corruptionDefinitions } from '../../../src/views/image/corruptions.js';
import { draws, shapes, sum } from '../../support/images.js';
import fc from '../../support/properties.js';

interface Case {
  transform: CorruptionName;
  table: number;
  severity: number;
  shape: ImageShape;
  draw: Draw;
  image: number[];
  expected: number[];
}

const fixture = new URL('../../fixtures/image/corruptions.json', import.meta.url);
const {
  cases,
  zoomFactors,
  poisson: poissonNumbers,
} = JSON.parse(readFileSync(fixture, 'utf8')) as {
  cases: Case[];
  zoomFactors: { stop: number; step: number; factors: number[] }[];
  poisson: { rate: number; u: number; number: number }[];
};

const DRAW: Draw = { seed: 1, sample: 2, view: 3, step: 4 };

function apply(
  transform: CorruptionName,
  shape: ImageShape,
  options: Record<string, unknown>,
  image: ArrayLike<number>,
  draw = DRAW,
): Float64Array {
  const parameters = corruptionDefinitions[transform].parameters('it', options, shape);
  const out = new Float64Array(image.length).fill(Number.NaN);
  corruptions[transform]?.(shape, Float64Array.from(parameters))(draw, Float64Array.from(image), out);
  return out;
}

/** One view of each of `count` samples of an image of one value, all of them in one array. */
function samplesOf(
  transform: CorruptionName,
  options: Record<string, unknown>,
  value: number,
  count = 40,
): Float64Array {
  const shape = { width: 32, height: 32, channels: 1, white: 1 };
  const image = new Float64Array(1024).fill(value);
  const views = Array.from({ length: count }, (_, sample) => [
    ...apply(transform, shape, options, image, { ...DRAW, sample }),
  ]);
  return Float64Array.from(views.flat());
}

/** A smooth image with an edge, all pixels different. */
function imageOf({ width, height, channels, white }: ImageShape): Float64Array {
  return Float64Array.from({ length: width * height * channels }, (_, i) => {
    const [column, row, channel] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    const wave = 0.3 * Math.sin(0.7 * column + channel) * Math.cos(0.5 * row) + (column > row ? 0.2 : 0);
    return white * (0.4 + wave + 1e-6 * i);
  });
}

const mean = (numbers: ArrayLike<number>) => sum(numbers) / numbers.length;
const distance = (a: Float64Array, b: Float64Array) => Math.sqrt(mean(a.map((x, i) => (x - (b[i] as number)) ** 2)));

const severities = fc.record({
  severity: fc.integer({ min: 1, max: 5 }),
  table: fc.constantFrom(224, 64, 32),
});

describe('corruptions against SciPy, NumPy and colorsys', () => {
  it.each(cases)(
    '$transform $severity of the table of $table',
    ({ transform, shape, draw, image, expected, ...options }) => {
      const { table, severity } = options;
      // Expected numbers have 11 decimals; both sides are in double precision.
      expect(apply(transform, shape, { table, severity }, image, draw)).toBeCloseToArray(expected, 1e-11 * shape.white);
    },
  );

  it('covers every corruption at every table', () => {
    const covered = cases.map(({ transform, table }) => `${transform} ${table}`);
    const all = CORRUPTIONS.flatMap((name) => [224, 64, 32].map((table) => `${name} ${table}`));
    expect(covered.sort()).toEqual(all.sort());
    expect(Object.keys(corruptions)).toEqual(CORRUPTIONS);
  });

  it('zooms by the factors of numpy.arange, to the last bit', () => {
    const shape = { width: 8, height: 8, channels: 1, white: 255 };
    const listed = [224, 64, 32].flatMap((table) =>
      [1, 2, 3, 4, 5].map((severity) => corruptionDefinitions.zoomBlur.parameters('it', { table, severity }, shape)),
    );
    for (const { factors } of zoomFactors) expect(listed).toContainEqual(factors);
  });
});

describe('all corruptions', () => {
  const any = fc.constantFrom(...CORRUPTIONS.filter((name) => name !== 'saturate'));

  it('stay within black and white, also where the pixels do not', () => {
    fc.assert(
      fc.property(
        any,
        shapes,
        severities,
        draws,
        fc.double({ min: 1, max: 3, noNaN: true }),
        (name, shape, options, draw, factor) => {
          const image = imageOf(shape).map((x) => factor * (x - shape.white / 3));
          for (const pixel of apply(name, shape, options, image, draw)) {
            expect(pixel).toBeGreaterThanOrEqual(0);
            expect(pixel).toBeLessThanOrEqual(shape.white);
          }
        },
      ),
    );
  });

  it('scale with white', () => {
    fc.assert(
      fc.property(any, shapes, severities, draws, (name, shape, options, draw) => {
        const unit = { ...shape, white: 1 };
        const scaled = apply(name, unit, options, imageOf(unit), draw).map((x) => x * 64);
        // Multiplication by a power of two commutes with every rounding.
        expect(
          apply(
            name,
            { ...shape, white: 64 },
            options,
            imageOf(unit).map((x) => x * 64),
            draw,
          ),
        ).toEqual(scaled);
      }),
    );
  });

  it.each(CORRUPTIONS)('%s moves away from the image as the severity grows', (name) => {
    const shape = { width: 32, height: 32, channels: 3, white: 1 };
    const image = imageOf(shape);
    const distances = [1, 2, 3, 4, 5].map((severity) =>
      mean(
        Array.from({ length: 8 }, (_, sample) =>
          distance(apply(name, shape, { severity }, image, { ...DRAW, sample }), image),
        ),
      ),
    );
    // The tables of elastic and of saturate are not meant to grow: the one trades shift for displacement, the other turns
    // from weaker to stronger saturation after severity 2.
    if (name === 'elastic') return expect(Math.min(...distances)).toBeGreaterThan(0.01);
    if (name === 'saturate') return expect(distances[0]).toBeLessThan(distances[1] as number);
    distances.slice(1).forEach((next, i) => {
      // Severities 3 and 4 of motion blur are cut off at 6 and at 8 of the same standard deviation.
      expect(next).toBeGreaterThan((distances[i] as number) - 1e-9);
    });
    expect(distances[0]).toBeGreaterThan(0);
  });

  it.each(['pixelate', 'zoomBlur', 'defocusBlur', 'motionBlur', 'contrast', 'elastic'] as const)(
    '%s keeps a constant image constant',
    (name) => {
      fc.assert(
        fc.property(shapes, severities, draws, (shape, options, draw) => {
          const image = imageOf(shape).fill(0.3 * shape.white);
          // Sums of up to 600 weights that are 1 up to rounding.
          expect(apply(name, shape, options, image, draw)).toBeCloseToArray(image, 1e-13 * shape.white);
        }),
      );
    },
  );

  it('differ between draws where they are random, and only there', () => {
    const shape = { width: 16, height: 16, channels: 3, white: 255 };
    const image = imageOf(shape);
    const random = CORRUPTIONS.filter((name) => {
      const [a, b] = [0, 1].map((sample) => apply(name, shape, { severity: 5 }, image, { ...DRAW, sample }));
      return distance(a as Float64Array, b as Float64Array) > 0;
    });
    expect(random).toEqual([
      ...['gaussianNoise', 'shotNoise', 'impulseNoise', 'speckleNoise', 'motionBlur', 'fog', 'elastic'],
    ]);
  });
});

describe('noises', () => {
  /** Mean and variance within five standard errors; `fourth` is the fourth central moment. */
  function expectMoments(x: Float64Array, expected: number, variance: number, fourth = 3 * variance ** 2): void {
    expect(Math.abs(mean(x) - expected)).toBeLessThan(5 * Math.sqrt(variance / x.length));
    const spread = mean(x.map((value) => (value - expected) ** 2));
    expect(Math.abs(spread - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / x.length));
  }

  it('gaussianNoise has the standard deviation asked for', () => {
    expectMoments(samplesOf('gaussianNoise', { std: 3 }, 0.5), 0.5, 9);
    // At 8 standard deviations from either end, clipping changes nothing.
    expectMoments(samplesOf('gaussianNoise', { severity: 2, table: 32 }, 0.5), 0.5, 0.06 ** 2);
  });

  it('gaussianNoise clips if told so', () => {
    const free = samplesOf('gaussianNoise', { std: 3 }, 0.5, 1);
    const clipped = samplesOf('gaussianNoise', { std: 3, clip: true }, 0.5, 1);
    expect(clipped).toEqual(free.map((x) => Math.min(Math.max(x, 0), 1)));
    expect(samplesOf('gaussianNoise', { std: 0 }, 0.5, 1)).toEqual(new Float64Array(1024).fill(0.5));
  });

  it('speckleNoise is proportional to the pixel', () => {
    expectMoments(samplesOf('speckleNoise', { severity: 1, table: 32 }, 0.5), 0.5, (0.5 * 0.06) ** 2);
    expect(samplesOf('speckleNoise', { severity: 5, table: 224 }, 0, 1)).toEqual(new Float64Array(1024));
  });

  it('impulseNoise hits the share asked for, black and white equally often', () => {
    const x = samplesOf('impulseNoise', { severity: 5, table: 224 }, 0.5);
    for (const [value, share] of [
      [0, 0.135],
      [1, 0.135],
      [0.5, 0.73],
    ] as const) {
      const found = x.filter((pixel) => pixel === value).length / x.length;
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / x.length));
    }
  });

  it.each([
    [60, 224, 1],
    [500, 32, 1],
    [15, 64, 5],
  ])('shotNoise of %i photons is Poisson', (photons, table, severity) => {
    // White is 8 or more standard deviations away, but for 15 photons: 2e-8 of those are clipped.
    const x = samplesOf('shotNoise', { severity, table }, 0.2);
    const rate = 0.2 * photons;
    const counts = x.map((value) => value * photons);
    expectMoments(counts, rate, rate, 3 * rate ** 2 + rate);
    for (const count of counts) expect(Math.abs(count - Math.round(count))).toBeLessThan(1e-9);
  });
});

describe('poisson', () => {
  const modes = Array.from({ length: 501 }, (_, m) => modeProbability(m));

  it.each(poissonNumbers)('of rate $rate at $u is $number', ({ rate, u, number }) => {
    expect(poisson(rate, u, modes)).toBe(number);
  });

  it('has as mode probability that of the mode', () => {
    // Stirling's series; its first term left out is 1/(1680 m⁷).
    for (const m of [20, 100, 499, 500]) {
      const series = Math.exp(-1 / (12 * m) + 1 / (360 * m ** 3) - 1 / (1260 * m ** 5)) / Math.sqrt(2 * Math.PI * m);
      expect(Math.abs((modes[m] as number) / series - 1)).toBeLessThan(1e-12);
    }
    expect(modes[0]).toBe(1);
  });

  it('ends for every uniform', () => {
    const last = 1 - 2 ** -53;
    for (const rate of [0, 1e-300, 0.5, 1, 3, 500]) {
      expect(poisson(rate, last, modes)).toBeGreaterThanOrEqual(0);
      expect(poisson(rate, last, modes)).toBeLessThan(rate + 9 * Math.sqrt(rate) + 20);
    }
  });
});

describe('plasma', () => {
  const maps = Array.from({ length: 20 }, (_, sample) => plasma({ ...DRAW, sample }, 32, 2));

  it('reaches from 0 to 1', () => {
    for (const map of maps) {
      expect(Math.min(...map)).toBe(0);
      expect(Math.max(...map)).toBe(1);
    }
  });

  it('wraps around: across an edge it is as smooth as within', () => {
    const difference = (from: number, to: number) =>
      mean(
        maps.flatMap((map) =>
          Array.from({ length: 32 }, (_, row) =>
            Math.abs((map[row * 32 + to] as number) - (map[row * 32 + from] as number)),
          ),
        ),
      );
    const [across, within] = [difference(31, 0), difference(15, 16)];
    expect(across).toBeLessThan(1.5 * within);
    // Two columns that are far apart differ by more.
    expect(difference(0, 16)).toBeGreaterThan(2 * across);
  });

  it('is the smoother the faster the wibble decays', () => {
    const roughness = [1.4, 1.75, 2, 2.5, 3].map((decay) =>
      mean(
        Array.from({ length: 20 }, (_, sample) => {
          const map = plasma({ ...DRAW, sample }, 32, decay);
          return mean(map.map((height, i) => (height - (map[(i + 1) % 1024] as number)) ** 2));
        }),
      ),
    );
    expect(roughness).toEqual(roughness.toSorted((a, b) => b - a));
  });

  it('of one point is flat', () => {
    expect(plasma(DRAW, 1, 2)).toEqual(Float64Array.of(0));
  });
});

describe('single corruptions', () => {
  const shape = { width: 12, height: 9, channels: 3, white: 255 };
  const image = imageOf(shape);

  it('pixelate shows no more pixels than the small image has', () => {
    const small = new Set(apply('pixelate', shape, { severity: 5, table: 224 }, image));
    expect(small.size).toBe(3 * 3 * 2);
  });

  it('pixelate keeps the mean of each cell where the sizes divide', () => {
    const grey = { width: 8, height: 8, channels: 1, white: 1 };
    const pixels = imageOf(grey);
    const out = apply('pixelate', grey, { severity: 2, table: 224 }, pixels);
    expect(out[0]).toBeCloseTo(
      ((pixels[0] as number) + (pixels[1] as number) + (pixels[8] as number) + (pixels[9] as number)) / 4,
      14,
    );
    expect(mean(out)).toBeCloseTo(mean(pixels), 14);
  });

  it('zoomBlur keeps the middle of an odd image', () => {
    const odd = { width: 31, height: 31, channels: 1, white: 1 };
    const ramp = Float64Array.from({ length: 31 * 31 }, (_, i) => (i % 31) / 31);
    expect(apply('zoomBlur', odd, { severity: 5, table: 224 }, ramp)[15 * 31 + 15]).toBeCloseTo(15 / 31, 1);
  });

  it('the disk sums to 1 and is symmetric', () => {
    for (const [radius, alias] of [
      [0.3, 0.4],
      [1.5, 0.1],
      [8, 0.5],
      [10, 0.5],
    ] as const) {
      const { weights } = disk(radius, alias);
      expect(sum(weights)).toBeCloseTo(1, 14);
      expect(weights.toReversed()).toBeCloseToArray(weights, 1e-17);
    }
  });

  it('motionBlur of one pixel is a streak to its left, within 45° of the row', () => {
    const wide = { width: 41, height: 41, channels: 1, white: 1 };
    const point = new Float64Array(41 * 41);
    point[20 * 41 + 30] = 1;
    for (let sample = 0; sample < 10; sample++) {
      const blurred = apply('motionBlur', wide, { severity: 5, table: 32 }, point, { ...DRAW, sample });
      expect(sum(blurred)).toBeCloseTo(1, 12);
      blurred.forEach((weight, i) => {
        const [dx, dy] = [30 - (i % 41), Math.abs(20 - Math.floor(i / 41))];
        if (weight > 0) expect(dx >= -1 && dx <= 19 && dy <= dx + 2).toBe(true);
      });
    }
  });

  it('fog of a black image is black, and fog never takes white beyond white', () => {
    expect(apply('fog', shape, { severity: 5 }, new Float64Array(324))).toEqual(new Float64Array(324));
    const white = new Float64Array(324).fill(255);
    expect(Math.max(...apply('fog', shape, { severity: 5 }, white))).toBe(255);
  });

  it('brightness keeps ratios of the channels until white is reached, and lights black', () => {
    const out = apply('brightness', { ...shape, width: 1, height: 3 }, { severity: 2, table: 32 }, [
      ...[100, 0, 250],
      ...[50, 0, 50],
      ...[20, 0, 0],
    ]);
    expect(out).toBeCloseToArray([125.5, 25.5, 255, 62.75, 25.5, 51, 25.1, 25.5, 0], 1e-12);
  });

  it('saturate reddens grey only when it adds, and keeps the value', () => {
    const grey = { ...shape, width: 1, height: 1 };
    expect(apply('saturate', grey, { severity: 3, table: 224 }, [80, 80, 80])).toBeCloseToArray([80, 80, 80], 1e-12);
    expect(apply('saturate', grey, { severity: 5, table: 224 }, [80, 80, 80])).toBeCloseToArray([80, 64, 64], 1e-12);
  });

  it('elastic without displacement is the affine map alone, which turns and shifts a ramp into a ramp', () => {
    const flat = { width: 24, height: 24, channels: 1, white: 1 };
    const ramp = Float64Array.from({ length: 576 }, (_, i) => 0.2 + ((i % 24) + 2 * Math.floor(i / 24)) / 200);
    const out = apply('elastic', flat, { severity: 1, table: 32 }, ramp);
    expect(distance(out, ramp)).toBeGreaterThan(1e-3);
    // Away from the borders, second differences of a ramp are 0.
    for (let row = 8; row < 16; row++) {
      for (let column = 8; column < 16; column++) {
        const at = (dx: number, dy: number) => out[(row + dy) * 24 + column + dx] as number;
        expect(Math.abs(at(-1, 0) - 2 * at(0, 0) + at(1, 0))).toBeLessThan(1e-13);
        expect(Math.abs(at(0, -1) - 2 * at(0, 0) + at(0, 1))).toBeLessThan(1e-13);
      }
    }
  });

  it('elastic leaves images narrower than 3 pixels to the displacements', () => {
    const narrow = { width: 2, height: 9, channels: 1, white: 1 };
    const pixels = imageOf(narrow);
    expect(apply('elastic', narrow, { severity: 1, table: 32 }, pixels)).toEqual(pixels);
  });
});
