import { describe, expect, it } from 'vitest';
import type { EigenviewError } from '../../../src/errors.js';
import { type Augmentation, augmentationDefinitions } from '../../../src/views/image/augmentations.js';
import { type PresetName, type PresetStep, presets } from '../../../src/views/image/presets.js';
import type { ImageShape, ResolvedShape } from '../../../src/views/image/transform.js';
import { imageViews } from '../../../src/views/image.js';
import { failure } from '../../support/failure.js';

const COLOUR: ResolvedShape = { width: 32, height: 32, channels: 3, white: 255 };
const GREY: ResolvedShape = { ...COLOUR, width: 28, height: 28, channels: 1 };
const WHERE = 'transforms[2]';

function parameters({ transform, ...options }: Augmentation, shape = COLOUR): number[] {
  return augmentationDefinitions[transform]?.parameters(WHERE, options, shape) ?? [];
}

const refusal = (transform: string, options: object, shape = COLOUR): Promise<EigenviewError> =>
  failure(() => parameters({ transform, ...options } as Augmentation, shape));

describe('augmentationDefinitions', () => {
  it.each<[Augmentation, number[]]>([
    [{ transform: 'randomResizedCrop' }, [0.08, 1, 3 / 4, 4 / 3]],
    [{ transform: 'randomResizedCrop', scale: [0.2, 0.2] }, [0.2, 0.2, 3 / 4, 4 / 3]],
    [{ transform: 'randomResizedCrop', ratio: [1, 20] }, [0.08, 1, 1, 20]],
    [{ transform: 'horizontalFlip' }, []],
    [{ transform: 'colorJitter' }, [0, 0, 0, 0]],
    [{ transform: 'colorJitter', brightness: 3, contrast: 0.4, saturation: 0.2, hue: 0.5 }, [3, 0.4, 0.2, 0.5]],
    [{ transform: 'grayscale' }, []],
    [{ transform: 'gaussianBlur' }, [0.1, 2, 13]],
    [{ transform: 'gaussianBlur', sigma: 1.1 }, [1.1, 1.1, 9]],
    [{ transform: 'gaussianBlur', sigma: 0 }, [0, 0, 1]],
    [{ transform: 'gaussianBlur', sigma: 1000 }, [1000, 1000, 6001]],
    [{ transform: 'gaussianBlur', sigma: [0, 1], size: 23 }, [0, 1, 23]],
    [{ transform: 'solarize' }, [127.5]],
    [{ transform: 'solarize', threshold: 0 }, [0]],
    [{ transform: 'solarize', threshold: 255 }, [255]],
  ])('%j has parameters %j', (augmentation, expected) => {
    expect(parameters(augmentation)).toEqual(expected);
  });

  it('solarizes at half of white and never above it, whatever white is', async () => {
    expect(parameters({ transform: 'solarize' }, { ...COLOUR, white: 1 })).toEqual([0.5]);
    const error = await refusal('solarize', { threshold: 2 }, { ...COLOUR, white: 1 });
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: `${WHERE}.threshold` });
  });

  it('knows its options by name, and none but grayscale needs colours', () => {
    const known = Object.entries(augmentationDefinitions).map(([name, { options, colour }]) => [name, options, colour]);
    expect(known).toEqual([
      ['randomResizedCrop', ['scale', 'ratio'], false],
      ['horizontalFlip', [], false],
      ['colorJitter', ['brightness', 'contrast', 'saturation', 'hue'], false],
      ['grayscale', [], true],
      ['gaussianBlur', ['sigma', 'size'], false],
      ['solarize', ['threshold'], false],
    ]);
  });

  it.each<[string, string, object, string, string]>([
    ['an empty crop', 'randomResizedCrop', { scale: [0, 1] }, 'OUT_OF_RANGE', 'scale[0]'],
    ['a crop larger than the image', 'randomResizedCrop', { scale: [0.5, 1.1] }, 'OUT_OF_RANGE', 'scale[1]'],
    ['an interval the wrong way round', 'randomResizedCrop', { scale: [1, 0.5] }, 'OUT_OF_RANGE', 'scale'],
    ['a number for an interval', 'randomResizedCrop', { scale: 0.5 }, 'INVALID_ARGUMENT', 'scale'],
    ['three numbers for an interval', 'randomResizedCrop', { scale: [0.1, 0.2, 0.3] }, 'INVALID_ARGUMENT', 'scale'],
    ['words for numbers', 'randomResizedCrop', { ratio: ['3/4', '4/3'] }, 'INVALID_ARGUMENT', 'ratio[0]'],
    ['a ratio of 0', 'randomResizedCrop', { ratio: [0, 1] }, 'OUT_OF_RANGE', 'ratio[0]'],
    [
      'an infinite ratio',
      'randomResizedCrop',
      { ratio: [1, Number.POSITIVE_INFINITY] },
      'INVALID_ARGUMENT',
      'ratio[1]',
    ],
    ['null', 'randomResizedCrop', { ratio: null }, 'INVALID_ARGUMENT', 'ratio'],
    ['a negative strength', 'colorJitter', { brightness: -0.1 }, 'OUT_OF_RANGE', 'brightness'],
    ['a strength that is NaN', 'colorJitter', { contrast: Number.NaN }, 'INVALID_ARGUMENT', 'contrast'],
    ['an interval of strengths', 'colorJitter', { saturation: [0.5, 1.5] }, 'INVALID_ARGUMENT', 'saturation'],
    ['more than half a turn', 'colorJitter', { hue: 0.51 }, 'OUT_OF_RANGE', 'hue'],
    ['a negative blur', 'gaussianBlur', { sigma: -1 }, 'OUT_OF_RANGE', 'sigma'],
    ['a blur beyond bounds', 'gaussianBlur', { sigma: [1, 1001] }, 'OUT_OF_RANGE', 'sigma[1]'],
    ['a blur that is no number', 'gaussianBlur', { sigma: '2' }, 'INVALID_ARGUMENT', 'sigma'],
    ['a blur that is NaN', 'gaussianBlur', { sigma: Number.NaN }, 'INVALID_ARGUMENT', 'sigma'],
    ['an even kernel', 'gaussianBlur', { size: 4 }, 'INVALID_ARGUMENT', 'size'],
    ['a kernel of half pixels', 'gaussianBlur', { size: 3.5 }, 'INVALID_ARGUMENT', 'size'],
    ['no kernel', 'gaussianBlur', { size: -1 }, 'OUT_OF_RANGE', 'size'],
    ['a kernel beyond bounds', 'gaussianBlur', { size: 6003 }, 'OUT_OF_RANGE', 'size'],
    ['a threshold below black', 'solarize', { threshold: -1 }, 'OUT_OF_RANGE', 'threshold'],
    ['a threshold above white', 'solarize', { threshold: 256 }, 'OUT_OF_RANGE', 'threshold'],
  ])('refuses %s (%s)', async (_, transform, options, code, option) => {
    expect(await refusal(transform, options)).toMatchObject({ code, argument: `${WHERE}.${option}` });
  });

  it.each([{ saturation: 0.1 }, { hue: 0.1 }])('refuses %j for grey images, but takes 0', async (options) => {
    const [option] = Object.keys(options) as [string];
    const error = await refusal('colorJitter', options, GREY);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: `${WHERE}.${option}` });
    expect(error.message).toContain('1 channel');
    expect(parameters({ transform: 'colorJitter', contrast: 1, [option]: 0 }, GREY)).toEqual([0, 1, 0, 0]);
  });
});

describe('presets', () => {
  const names = Object.keys(presets) as PresetName[];
  const transformsOf = (steps: PresetStep[]) => steps.map(({ transform }) => transform);

  it('have the names of their papers', () => {
    expect(names).toEqual([
      'simclr',
      'simclrCifar',
      'mocoV2',
      'simsiam',
      'byolFirst',
      'byolSecond',
      'barlowTwinsFirst',
      'barlowTwinsSecond',
      'vicreg',
      'dinoGlobalFirst',
      'dinoGlobalSecond',
    ]);
  });

  it.each(names)('%s: valid options and probabilities, for colours and for grey', (name) => {
    for (const shape of [COLOUR, GREY, { ...COLOUR, width: 224, height: 224 }, { ...GREY, width: 1, height: 1 }]) {
      for (const { probability = 1, ...augmentation } of presets[name](shape)) {
        const { transform, ...options } = augmentation;
        expect(augmentationDefinitions[transform]?.options).toEqual(expect.arrayContaining(Object.keys(options)));
        expect(parameters(augmentation, shape).every(Number.isFinite)).toBe(true);
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
    }
  });

  it.each(names)('%s: without colours, the same but for grayscale, saturation and hue', (name) => {
    const coloured = presets[name](COLOUR);
    const grey = presets[name]({ ...COLOUR, channels: 1 });
    const expected = coloured
      .filter(({ transform }) => transform !== 'grayscale')
      .map((step) => {
        if (step.transform !== 'colorJitter') return step;
        const { saturation, hue, ...rest } = step;
        return rest;
      });
    expect(grey).toEqual(expected);
  });

  it('simclr is that of appendix A at strength 1', () => {
    expect(presets.simclr({ ...COLOUR, width: 224, height: 224 })).toEqual([
      { transform: 'randomResizedCrop', scale: [0.08, 1] },
      { transform: 'horizontalFlip', probability: 0.5 },
      { transform: 'colorJitter', brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 0.8 },
      { transform: 'grayscale', probability: 0.2 },
      { transform: 'gaussianBlur', sigma: [0.1, 2], size: 23, probability: 0.5 },
    ]);
  });

  it('simclrCifar is weaker and does not blur', () => {
    expect(presets.simclrCifar(COLOUR)).toEqual([
      { transform: 'randomResizedCrop', scale: [0.08, 1] },
      { transform: 'horizontalFlip', probability: 0.5 },
      { transform: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
      { transform: 'grayscale', probability: 0.2 },
    ]);
  });

  it('mocoV2 and simsiam are those of the code of MoCo', () => {
    const moco = [
      { transform: 'randomResizedCrop', scale: [0.2, 1] },
      { transform: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
      { transform: 'grayscale', probability: 0.2 },
      { transform: 'gaussianBlur', sigma: [0.1, 2], probability: 0.5 },
      { transform: 'horizontalFlip', probability: 0.5 },
    ];
    expect(presets.mocoV2(COLOUR)).toEqual(moco);
    expect(presets.simsiam(COLOUR)).toEqual(moco);
  });

  it.each<[PresetName, number, number, number]>([
    ['byolFirst', 0.08, 1, 0],
    ['byolSecond', 0.08, 0.1, 0.2],
    ['barlowTwinsFirst', 0.08, 1, 0],
    ['barlowTwinsSecond', 0.08, 0.1, 0.2],
    ['vicreg', 0.08, 0.5, 0.1],
    ['dinoGlobalFirst', 0.4, 1, 0],
    ['dinoGlobalSecond', 0.4, 0.1, 0.2],
  ])('%s has the jitter of BYOL, crops from %d, blurs with %d and solarizes with %d', (name, scale, blur, solarize) => {
    const steps = presets[name]({ ...COLOUR, width: 224, height: 224 });
    expect(steps.slice(0, 5)).toEqual([
      { transform: 'randomResizedCrop', scale: [scale, 1] },
      { transform: 'horizontalFlip', probability: 0.5 },
      { transform: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 },
      { transform: 'grayscale', probability: 0.2 },
      // DINO's code blurs by Pillow, which limits no kernel.
      { transform: 'gaussianBlur', sigma: [0.1, 2], ...(!name.startsWith('dino') && { size: 23 }), probability: blur },
    ]);
    expect(steps.slice(5)).toEqual(solarize === 0 ? [] : [{ transform: 'solarize', probability: solarize }]);
  });

  it.each([
    [1, 3],
    [32, 3],
    [64, 7],
    [96, 9],
    [224, 23],
  ])('images of %d pixels are blurred by a kernel of %d', (side, size) => {
    for (const shape of [
      { ...COLOUR, width: side, height: 300 },
      { ...COLOUR, width: 300, height: side },
    ]) {
      expect(presets.simclr(shape).find(({ transform }) => transform === 'gaussianBlur')).toMatchObject({ size });
    }
  });

  it.each(names)('%s: refuses what is no shape as imageViews does', async (name) => {
    for (const wrong of [
      undefined,
      null,
      { width: 32, height: 32 },
      { ...COLOUR, width: 0 },
      { ...COLOUR, channels: 2 },
    ]) {
      const error = await failure(() => presets[name](wrong as ImageShape));
      const { code, message } = await failure(() => imageViews(wrong as ImageShape, [{ transform: 'horizontalFlip' }]));
      expect([error.code, error.message]).toEqual([code, message]);
    }
  });

  it('are made anew each time, so that changing one changes no other', () => {
    const steps = presets.simclr(COLOUR);
    steps.pop();
    expect(transformsOf(presets.simclr(COLOUR))).toHaveLength(5);
  });
});
