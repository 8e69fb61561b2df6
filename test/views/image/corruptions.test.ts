import { describe, expect, it } from 'vitest';
import type { EigenviewError } from '../../../src/errors.js';
import { CORRUPTIONS, type Corruption, corruptionDefinitions } from '../../../src/views/image/corruptions.js';
import { SEVERITIES } from '../../../src/views/image/severities.js';
import type { ResolvedShape } from '../../../src/views/image/transform.js';
import { failure } from '../../support/failure.js';

const CIFAR: ResolvedShape = { width: 32, height: 32, channels: 3, white: 255 };
const TINY: ResolvedShape = { ...CIFAR, width: 64, height: 64 };
const IMAGENET: ResolvedShape = { ...CIFAR, width: 224, height: 224 };
const WHERE = 'transforms[0]';

function parameters({ transform, ...options }: Corruption, shape: ResolvedShape): number[] {
  return corruptionDefinitions[transform].parameters(`${WHERE} (${transform})`, options, shape);
}

describe('corruptionDefinitions', () => {
  it('lists the corruptions, their options, and that saturate needs colours', () => {
    expect(CORRUPTIONS).toEqual([
      ...['gaussianNoise', 'shotNoise', 'impulseNoise', 'speckleNoise', 'pixelate', 'zoomBlur', 'defocusBlur'],
      ...['motionBlur', 'fog', 'brightness', 'contrast', 'saturate', 'elastic'],
    ]);
    for (const name of CORRUPTIONS) {
      const { options, colour } = corruptionDefinitions[name];
      expect(options).toEqual([...(name === 'gaussianNoise' ? ['std', 'clip'] : []), 'severity', 'table']);
      expect(colour).toBe(name === 'saturate');
    }
  });

  it.each<[Corruption, ResolvedShape, number[]]>([
    [{ transform: 'gaussianNoise', severity: 5 }, { ...CIFAR, white: 1 }, [0.1, 1]],
    [{ transform: 'gaussianNoise', severity: 1 }, { ...IMAGENET, white: 100 }, [8, 1]],
    [{ transform: 'gaussianNoise', std: 2.5 }, CIFAR, [2.5, 0]],
    [{ transform: 'gaussianNoise', std: 0, clip: true }, CIFAR, [0, 1]],
    [{ transform: 'shotNoise', severity: 1 }, CIFAR, [500]],
    [{ transform: 'shotNoise', severity: 5 }, IMAGENET, [3]],
    [{ transform: 'impulseNoise', severity: 4 }, TINY, [0.08]],
    [{ transform: 'speckleNoise', severity: 2 }, CIFAR, [0.1]],
    [{ transform: 'zoomBlur', severity: 1 }, { ...CIFAR, white: 1 }, [1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06]],
    [{ transform: 'defocusBlur', severity: 4 }, TINY, [2.5, 0.01]],
    [{ transform: 'motionBlur', severity: 5 }, IMAGENET, [20, 15]],
    [{ transform: 'fog', severity: 3 }, CIFAR, [0.75 * 255, 2.5]],
    [{ transform: 'brightness', severity: 1 }, CIFAR, [0.05 * 255]],
    [{ transform: 'brightness', severity: 1 }, TINY, [0.1 * 255]],
    [{ transform: 'contrast', severity: 5 }, CIFAR, [0.15]],
    [{ transform: 'saturate', severity: 5 }, TINY, [30, 0.2]],
    [{ transform: 'elastic', severity: 1 }, CIFAR, [0, 0, 0.08 * 32]],
    [{ transform: 'elastic', severity: 2 }, { ...IMAGENET, height: 100 }, [200, 8, 20]],
  ])('%j of images of %j has parameters %j', (corruption, shape, expected) => {
    expect(parameters(corruption, shape)).toBeCloseToArray(expected, 1e-12);
  });

  // ⌊side · c⌋, by hand.
  it.each([
    [IMAGENET, [134, 112, 89, 67, 56]],
    [TINY, [57, 51, 44, 38, 32]],
    [CIFAR, [30, 28, 27, 24, 20]],
  ])('pixelates images of %j to sides %j', (shape, sides) => {
    const found = ([1, 2, 3, 4, 5] as const).map((severity) => parameters({ transform: 'pixelate', severity }, shape));
    expect(found).toEqual(sides.map((side) => [side, side]));
  });

  it('pixelates each side by itself, down to one pixel at least', () => {
    const shape = { ...CIFAR, width: 3, height: 200 };
    expect(parameters({ transform: 'pixelate', severity: 5, table: 224 }, shape)).toEqual([1, 50]);
  });

  // Counts and last factors that numpy.arange gives; rounding makes it reach some stops and not others.
  it.each<[ResolvedShape, number[][]]>([
    [
      IMAGENET,
      [
        [12, 1.11],
        [16, 1.15],
        [11, 1.2],
        [13, 1.24],
        [11, 1.3],
      ],
    ],
    [
      TINY,
      [
        [7, 1.06],
        [12, 1.11],
        [16, 1.15],
        [21, 1.2],
        [26, 1.25],
      ],
    ],
    [
      CIFAR,
      [
        [7, 1.06],
        [12, 1.11],
        [16, 1.15],
        [21, 1.2],
        [26, 1.25],
      ],
    ],
  ])('zooms images of %j by lists of %j', (shape, expected) => {
    ([1, 2, 3, 4, 5] as const).forEach((severity, i) => {
      const factors = parameters({ transform: 'zoomBlur', severity }, shape);
      expect([factors.length, factors.at(-1)]).toBeCloseToArray(expected[i] as number[], 1e-12);
      expect(factors[0]).toBe(1);
    });
  });

  it('takes the table by the longer side, unless told', () => {
    const photons = (side: number, table?: 224 | 64 | 32) =>
      parameters(
        { transform: 'shotNoise', severity: 1, ...(table !== undefined && { table }) },
        { ...CIFAR, width: 1, height: side },
      )[0];
    expect([1, 48, 49, 128, 129, 4096].map((side) => photons(side))).toEqual([500, 500, 250, 250, 60, 60]);
    expect([224, 64, 32].map((table) => photons(28, table as 224 | 64 | 32))).toEqual([60, 250, 500]);
  });

  it('has five severities of everything', () => {
    for (const table of Object.values(SEVERITIES)) {
      expect(Object.keys(table)).toEqual(CORRUPTIONS);
      for (const constants of Object.values(table)) expect(constants).toHaveLength(5);
    }
  });

  it.each<[string, string, object, string, string, string]>([
    ['no severity', 'fog', {}, 'INVALID_ARGUMENT', 'severity', 'undefined'],
    ['severity 0', 'fog', { severity: 0 }, 'OUT_OF_RANGE', 'severity', '0'],
    ['severity 6', 'elastic', { severity: 6 }, 'OUT_OF_RANGE', 'severity', '6'],
    ['severity 1.5', 'pixelate', { severity: 1.5 }, 'INVALID_ARGUMENT', 'severity', '1.5'],
    ['severity in words', 'contrast', { severity: 'high' }, 'INVALID_ARGUMENT', 'severity', 'high'],
    ['severity NaN', 'shotNoise', { severity: Number.NaN }, 'INVALID_ARGUMENT', 'severity', 'NaN'],
    ['another table', 'fog', { severity: 1, table: 48 }, 'INVALID_ARGUMENT', 'table', '48'],
    ['a table in words', 'fog', { severity: 1, table: '32' }, 'INVALID_ARGUMENT', 'table', '"32"'],
    ['neither std nor severity', 'gaussianNoise', {}, 'INVALID_ARGUMENT', 'std', 'undefined'],
    ['a negative std', 'gaussianNoise', { std: -1 }, 'OUT_OF_RANGE', 'std', '-1'],
    ['an infinite std', 'gaussianNoise', { std: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT', 'std', 'Infinity'],
    ['a clip that is no truth value', 'gaussianNoise', { std: 1, clip: 1 }, 'INVALID_ARGUMENT', 'clip', '1'],
    ['std and severity', 'gaussianNoise', { std: 1, severity: 2 }, 'INVALID_ARGUMENT', 'severity', '2'],
    ['std and table', 'gaussianNoise', { std: 1, table: 32 }, 'INVALID_ARGUMENT', 'table', '32'],
    ['clip and severity', 'gaussianNoise', { clip: true, severity: 2 }, 'INVALID_ARGUMENT', 'clip', 'true'],
    ['a severity of noise out of range', 'gaussianNoise', { severity: 9 }, 'OUT_OF_RANGE', 'severity', '9'],
  ])('refuses %s', async (_, transform, options, code, option, received) => {
    const error: EigenviewError = await failure(() => parameters({ transform, ...options } as Corruption, CIFAR));
    expect(error).toMatchObject({ code, argument: `${WHERE} (${transform}).${option}` });
    expect(error.received).toContain(received);
  });

  it.each<[Corruption, Partial<ResolvedShape>, Partial<ResolvedShape>]>([
    [{ transform: 'gaussianNoise', std: 1 }, { height: 2 ** 15, channels: 1 }, { height: 2 ** 15 }],
    [{ transform: 'speckleNoise', severity: 1 }, { height: 2 ** 15, channels: 1 }, { height: 2 ** 15 }],
    [
      { transform: 'shotNoise', severity: 1 },
      { height: 2 ** 14, channels: 1 },
      { height: 2 ** 14 + 1, channels: 1 },
    ],
    [{ transform: 'fog', severity: 1 }, { height: 8192 }, { height: 8193 }],
    [{ transform: 'elastic', severity: 1 }, { height: 16383 }, { height: 16384 }],
  ])('refuses %j of images that need more random numbers than there are', async (corruption, largest, larger) => {
    const shape = { ...CIFAR, width: 2048 };
    expect(parameters(corruption, { ...shape, ...largest })).not.toHaveLength(0);
    expect(await failure(() => parameters(corruption, { ...shape, ...larger }))).toMatchObject({
      code: 'TOO_LARGE',
      argument: `${WHERE} (${corruption.transform})`,
    });
  });
});
