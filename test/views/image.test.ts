import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import type { ImageShape } from '../../src/views/image/transform.js';
import { type ImageTransform, imageViews } from '../../src/views/image.js';
import { rowsBetween } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const shape: ImageShape = { width: 3, height: 2, channels: 1 };
const colour: ImageShape = { ...shape, channels: 3 };
const flip = { transform: 'horizontalFlip' } as const;
const blur = { transform: 'gaussianBlur', sigma: 1, size: 3 } as const;

describe('imageViews', () => {
  it('takes and makes images of its shape', () => {
    expect(imageViews(shape, [flip]).dimensions).toEqual({ input: 6, output: 6 });
    expect(imageViews(colour, [flip]).dimensions).toEqual({ input: 18, output: 18 });
    expect(imageViews(colour, [flip]).exact).toBeUndefined();
  });

  it('hands the shape and the parameters to the backend', async () => {
    const step = (transforms: ImageTransform[], of = shape) => imageViews(of, transforms).step(6, js.linalg);
    const flipping = { kind: 'image', name: 'horizontalFlip', numbers: Float64Array.of(3, 2, 1, 255) };
    expect(await step([flip])).toEqual(flipping);
    expect(await step([{ ...flip, probability: 1 }])).toEqual(flipping);
    expect(await step([flip], { ...colour, white: 1 })).toEqual({
      ...flipping,
      numbers: Float64Array.of(3, 2, 3, 1),
    });
    const blurring = { kind: 'image', name: 'gaussianBlur', numbers: Float64Array.of(3, 2, 1, 255, 1, 1, 3) };
    const none = new Float64Array(0);
    expect(await step([blur, flip])).toEqual({ kind: 'sequence', numbers: none, steps: [blurring, flipping] });
    expect(await step([{ ...flip, probability: 0.25 }])).toEqual({
      kind: 'choice',
      numbers: Float64Array.of(0.25, 1),
      steps: [flipping, { kind: 'identity', numbers: none }],
    });
  });

  it('names its transforms in order', () => {
    const { name } = imageViews(shape, [blur, { ...flip, probability: 0.5 }, { transform: 'fog', severity: 3 }]);
    expect(name).toBe('gaussianBlur, horizontalFlip (0.5), fog 3');
  });

  it('does not follow later changes of its arguments', async () => {
    const [given, transforms]: [ImageShape, ImageTransform[]] = [{ ...shape }, [{ ...flip, probability: 0.5 }]];
    const views = imageViews(given, transforms);
    const before = await views.step(6, js.linalg);
    given.white = 1;
    (transforms[0] as { probability: number }).probability = 0.75;
    transforms.push(blur);
    expect(await views.step(6, js.linalg)).toEqual(before);
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'INVALID_ARGUMENT', 'shape'],
    ['null', null, 'INVALID_ARGUMENT', 'shape'],
    ['a number', 32, 'INVALID_ARGUMENT', 'shape'],
    ['no width', { height: 2, channels: 1 }, 'INVALID_ARGUMENT', 'shape.width'],
    ['a width of 0', { ...shape, width: 0 }, 'OUT_OF_RANGE', 'shape.width'],
    ['a vast height', { ...shape, height: 40000 }, 'OUT_OF_RANGE', 'shape.height'],
    ['half a pixel', { ...shape, height: 2.5 }, 'INVALID_ARGUMENT', 'shape.height'],
    ['no channels', { width: 3, height: 2 }, 'INVALID_ARGUMENT', 'shape.channels'],
    ['two channels', { ...shape, channels: 2 }, 'OUT_OF_RANGE', 'shape.channels'],
    ['four channels', { ...shape, channels: 4 }, 'OUT_OF_RANGE', 'shape.channels'],
    ['channels that are a word', { ...shape, channels: 'rgb' }, 'INVALID_ARGUMENT', 'shape.channels'],
    ['a white that is black', { ...shape, white: 0 }, 'OUT_OF_RANGE', 'shape.white'],
    ['a white that is NaN', { ...shape, white: Number.NaN }, 'INVALID_ARGUMENT', 'shape.white'],
    ['a misspelt extent', { ...shape, widht: 3 }, 'UNKNOWN_OPTION', 'widht'],
  ])('refuses %s for a shape', async (_, given, code, argument) => {
    const error = await failure(() => imageViews(given as ImageShape, [flip]));
    expect(error).toMatchObject({ code, argument });
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'EMPTY', 'transforms'],
    ['an empty pipeline', [], 'EMPTY', 'transforms'],
    ['a transform alone', flip, 'EMPTY', 'transforms'],
    ['null in the list', [flip, null], 'INVALID_ARGUMENT', 'transforms[1].transform'],
    ['a name in the list', ['horizontalFlip'], 'INVALID_ARGUMENT', 'transforms[0].transform'],
    ['an unknown transform', [flip, { transform: 'verticalFlip' }], 'INVALID_ARGUMENT', 'transforms[1].transform'],
    ['a name all objects have', [{ transform: 'constructor' }], 'INVALID_ARGUMENT', 'transforms[0].transform'],
    ['a transform without name', [{ probability: 0.5 }], 'INVALID_ARGUMENT', 'transforms[0].transform'],
  ])('refuses %s for transforms', async (_, transforms, code, argument) => {
    const error = await failure(() => imageViews(shape, transforms as ImageTransform[]));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses a hole in the list of transforms', async () => {
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    const error = await failure(() => imageViews(shape, [flip, , flip] as ImageTransform[]));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'transforms[1].transform' });
  });

  it('lists the transforms there are', async () => {
    const error = await failure(() => imageViews(shape, [{ transform: 'posterize' } as never]));
    for (const name of ['randomResizedCrop', 'gaussianNoise', 'fog']) expect(error.expected).toContain(name);
    expect(error.received).toBe('"posterize"');
  });

  it.each<[string, object, string, string]>([
    ['a negative probability', { ...flip, probability: -0.1 }, 'OUT_OF_RANGE', '.probability'],
    ['a probability above 1', { ...flip, probability: 1.5 }, 'OUT_OF_RANGE', '.probability'],
    ['a probability that is NaN', { ...flip, probability: Number.NaN }, 'INVALID_ARGUMENT', '.probability'],
    ['a probability that is null', { ...flip, probability: null }, 'INVALID_ARGUMENT', '.probability'],
    ['a scale out of range', { transform: 'randomResizedCrop', scale: [0, 1] }, 'OUT_OF_RANGE', '.scale[0]'],
    ['a kernel that is even', { ...blur, size: 4 }, 'INVALID_ARGUMENT', '.size'],
    ['a threshold beyond white', { transform: 'solarize', threshold: 300 }, 'OUT_OF_RANGE', '.threshold'],
    ['noise without strength', { transform: 'gaussianNoise' }, 'INVALID_ARGUMENT', '.std'],
    ['negative noise', { transform: 'gaussianNoise', std: -1 }, 'OUT_OF_RANGE', '.std'],
    ['a severity of 0', { transform: 'fog', severity: 0 }, 'OUT_OF_RANGE', '.severity'],
    ['no severity', { transform: 'fog' }, 'INVALID_ARGUMENT', '.severity'],
    ['hue for grey images', { transform: 'colorJitter', hue: 0.1 }, 'INVALID_ARGUMENT', '.hue'],
    ['grayscale for grey images', { transform: 'grayscale' }, 'INVALID_ARGUMENT', ''],
    ['saturate for grey images', { transform: 'saturate', severity: 1 }, 'INVALID_ARGUMENT', ''],
  ])('refuses %s, naming the transform', async (_, transform, code, option) => {
    const { transform: name } = transform as { transform: string };
    const error = await failure(() => imageViews(shape, [flip, transform as ImageTransform]));
    expect(error).toMatchObject({ code, argument: `transforms[1] (${name})${option}` });
    expect(error.message).toContain(name);
  });

  it('names the transform that has no such option', async () => {
    const transform = { ...flip, probabilty: 0.5 } as ImageTransform;
    const error = await failure(() => imageViews(shape, [transform]));
    expect(error).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'probabilty' });
    expect(error.message).toContain('transforms[0] (horizontalFlip)');
    const other = await failure(() => imageViews(shape, [{ ...blur, threshold: 3 } as ImageTransform]));
    expect(other).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'threshold' });
    expect([error.expected, other.expected]).toEqual(['one of probability', 'one of sigma, size, probability']);
  });

  it('says what noise needs that has no strength', async () => {
    const error = await failure(() => imageViews(shape, [{ transform: 'gaussianNoise' } as ImageTransform]));
    expect(error.message).toContain('transforms[0] (gaussianNoise) needs std or severity');
  });

  it('refuses more random numbers for an image than a step has', async () => {
    const vast = { width: 2 ** 14, height: 2 ** 14, channels: 1 };
    const error = await failure(() => imageViews(vast, [{ transform: 'gaussianNoise', std: 1 }]));
    expect(error).toMatchObject({ code: 'TOO_LARGE', argument: 'transforms[0] (gaussianNoise)' });
  });
});

describe.each(BACKENDS)('imageViews on %s', (backend) => {
  const x = new Matrix(
    4,
    6,
    Float64Array.from({ length: 24 }, (_, i) => 10 * i),
  );
  const mirrored = new Matrix(
    4,
    6,
    Float64Array.from(x.data, (_, i) => x.data[3 * Math.floor(i / 3) + 2 - (i % 3)] ?? 0),
  );

  it('applies the first transform first', async () => {
    const solarize = { transform: 'solarize', threshold: 100 } as const;
    const options = { samples: 1, backend };
    const brighter = { transform: 'brightness', severity: 5, table: 224 } as const;
    const image = new Matrix(1, 6, new Float64Array(6).fill(90));
    // Brightness adds 0.5 · 255 to 90, which solarize inverts; the other way round nothing is at the threshold.
    const [first] = (await sampleViews(image, imageViews(shape, [brighter, solarize]), options)).data;
    const [second] = (await sampleViews(image, imageViews(shape, [solarize, brighter]), options)).data;
    expect(first).toBeCloseTo(255 - 217.5, 10);
    expect(second).toBeCloseTo(217.5, 10);
  });

  it('applies a transform always, never, or with its probability', async () => {
    const drawn = (probability: number) =>
      sampleViews(x, imageViews(shape, [{ ...flip, probability }]), { samples: 200, seed: 3, backend });
    const always = await drawn(1);
    const never = await drawn(0);
    const sometimes = await drawn(0.3);
    let flipped = 0;
    for (let i = 0; i < 800; i++) {
      const sample = Math.floor(i / 200);
      expect(always.row(i)).toEqual(mirrored.row(sample));
      expect(never.row(i)).toEqual(x.row(sample));
      const changed = sometimes.get(i, 0) === mirrored.get(sample, 0);
      expect(sometimes.row(i)).toEqual((changed ? mirrored : x).row(sample));
      if (changed) flipped++;
    }
    // 240 expected of 800, standard deviation 13: five of them.
    expect(Math.abs(flipped - 240)).toBeLessThan(65);
  });

  it('needs samples, and images of its shape', async () => {
    const views = imageViews(shape, [flip]);
    const error = await failure(() => viewMoments(x, views, { backend }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'samples' });
    expect(error.fix).toContain('samples');
    for (const call of [
      () => viewMoments(normals(1, 4, 18), views, { samples: 2, backend }),
      () => sampleViews(normals(1, 4, 18), views, { backend }),
    ]) {
      expect(await failure(call)).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '18' });
    }
    const moments = await viewMoments(x, views, { samples: 2, backend });
    expect(moments).toMatchObject({ dim: 6, expectation: 'sampled', samples: 2 });
  });

  it('draws a view for each (sample, view), whatever is drawn beside it', async () => {
    const views = imageViews(shape, [
      { transform: 'gaussianNoise', std: 5 },
      { ...flip, probability: 0.5 },
    ]);
    const all = await sampleViews(x, views, { samples: 6, seed: 9, backend });
    const part = await sampleViews(rowsBetween(x, 2, 3), views, {
      samples: 2,
      firstSample: 2,
      firstView: 3,
      seed: 9,
      backend,
    });
    expect(part).toEqual(rowsBetween(all, 15, 17));
    expect(await sampleViews(x, views, { samples: 6, seed: 10, backend })).not.toEqual(all);
  });
});
