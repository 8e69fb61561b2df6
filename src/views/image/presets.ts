/** Pipelines of augmentations, named after the papers that use them. */
import type { Augmentation, ColorJitter, Interval } from './augmentations.js';
import { checkShape } from './check-shape.js';
import type { ImageShape } from './transform.js';

/** An augmentation and how often it is applied (default: always). */
export type PresetStep = Augmentation & { probability?: number };

/** The steps of a pipeline for images of a size. */
export type Preset = (shape: ImageShape) => PresetStep[];

/** How often a view is blurred and solarized. */
interface Probabilities {
  blur: number;
  solarize: number;
}

type JitterStrengths = Required<Omit<ColorJitter, 'transform'>>;

/** Standard deviations of the blur, in pixels of any image size: the same in all of the papers below. */
const BLUR_SIGMA: Interval = [0.1, 2];

/** Chen 2020 (SimCLR), appendix A: kernel of 10 % of the image side. BYOL's 23 pixels at 224 are the same. */
const BLUR_SHARE = 0.1;

const FLIP_PROBABILITY = 0.5;
const JITTER_PROBABILITY = 0.8;
const GRAYSCALE_PROBABILITY = 0.2;

/** Chen 2020 (SimCLR), appendix A, and the papers after it: torchvision's defaults. */
const SIMCLR_CROP: Interval = [0.08, 1];
const SIMCLR_BLUR_PROBABILITY = 0.5;
/** Appendix B.9: half the colour distortion, and no blur. */
const SIMCLR_CIFAR_STRENGTH = 0.5;

/** Chen 2020b (MoCo v2), its code's `--aug-plus`; Chen and He 2021 (SimSiam), appendix A. */
const MOCO_CROP: Interval = [0.2, 1];
const MOCO_JITTER: JitterStrengths = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
const MOCO_BLUR_PROBABILITY = 0.5;

/** Grill 2020 (BYOL), table 6 of the appendix on image augmentations; the methods below have the same jitter. */
const BYOL_JITTER: JitterStrengths = { brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 };
const BYOL_FIRST = { blur: 1, solarize: 0 };
const BYOL_SECOND = { blur: 0.1, solarize: 0.2 };

/** Bardes 2022 (VICReg), appendix C.1: both views alike. */
const VICREG = { blur: 0.5, solarize: 0.1 };

/** Caron 2021 (DINO), default of the code's `global_crops_scale`. */
const DINO_GLOBAL_CROP: Interval = [0.4, 1];

const mocoV2 = preset(moco);
const byolFirst = preset((shape) => byol(shape, BYOL_FIRST));
const byolSecond = preset((shape) => byol(shape, BYOL_SECOND));

/**
 * Pipelines for {@link imageViews}, each a function of the image's shape. Methods whose two views are drawn differently
 * have a `…First` and a `…Second`. For one channel, what acts on colours alone (saturation, hue, grayscale) is left
 * out. Crops are bilinear, where some of the papers interpolate by cubics; normalisation is left to the moments.
 *
 * | name | source |
 * |---|---|
 * | `simclr` | Chen 2020, appendix A, strength 1 |
 * | `simclrCifar` | the same, appendix B.9: strength 0.5, no blur |
 * | `mocoV2` | Chen 2020b, its code |
 * | `simsiam` | Chen and He 2021, appendix A |
 * | `byolFirst`, `byolSecond` | Grill 2020, table 6 |
 * | `barlowTwinsFirst`, `barlowTwinsSecond` | Zbontar 2021, section 2.2: as BYOL |
 * | `vicreg` | Bardes 2022, appendix C.1 |
 * | `dinoGlobalFirst`, `dinoGlobalSecond` | Caron 2021, its code: the two global crops |
 *
 * @throws EigenviewError for the shape, as {@link imageViews}
 * @example
 * ```ts
 * const shape = { width: 32, height: 32, channels: 3 };
 * const views = imageViews(shape, presets.simclrCifar(shape));
 * ```
 */
export const presets = {
  simclr: preset((shape) => [...simclr(shape, 1), blur(shape, SIMCLR_BLUR_PROBABILITY)]),
  simclrCifar: preset((shape) => simclr(shape, SIMCLR_CIFAR_STRENGTH)),
  mocoV2,
  simsiam: mocoV2,
  byolFirst,
  byolSecond,
  barlowTwinsFirst: byolFirst,
  barlowTwinsSecond: byolSecond,
  vicreg: preset((shape) => byol(shape, VICREG)),
  dinoGlobalFirst: preset((shape) => dino(shape, BYOL_FIRST)),
  dinoGlobalSecond: preset((shape) => dino(shape, BYOL_SECOND)),
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

function preset(steps: Preset): Preset {
  return (shape) => steps(checkShape(shape));
}

function simclr(shape: ImageShape, strength: number): PresetStep[] {
  const [brightness, contrast, saturation, hue] = [0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength];
  return [
    { transform: 'randomResizedCrop', scale: SIMCLR_CROP },
    { transform: 'horizontalFlip', probability: FLIP_PROBABILITY },
    ...distortColour(shape, { brightness, contrast, saturation, hue }),
  ];
}

function moco(shape: ImageShape): PresetStep[] {
  return [
    { transform: 'randomResizedCrop', scale: MOCO_CROP },
    ...distortColour(shape, MOCO_JITTER),
    wholeBlur(MOCO_BLUR_PROBABILITY),
    { transform: 'horizontalFlip', probability: FLIP_PROBABILITY },
  ];
}

function byol(shape: ImageShape, probabilities: Probabilities): PresetStep[] {
  return asymmetric(shape, SIMCLR_CROP, blur(shape, probabilities.blur), probabilities.solarize);
}

function dino(shape: ImageShape, probabilities: Probabilities): PresetStep[] {
  return asymmetric(shape, DINO_GLOBAL_CROP, wholeBlur(probabilities.blur), probabilities.solarize);
}

function asymmetric(shape: ImageShape, scale: Interval, blurring: PresetStep, solarize: number): PresetStep[] {
  const steps: PresetStep[] = [
    { transform: 'randomResizedCrop', scale },
    { transform: 'horizontalFlip', probability: FLIP_PROBABILITY },
    ...distortColour(shape, BYOL_JITTER),
    blurring,
  ];
  if (solarize > 0) steps.push({ transform: 'solarize', probability: solarize });
  return steps;
}

function distortColour({ channels }: ImageShape, strengths: JitterStrengths): PresetStep[] {
  const { brightness, contrast } = strengths;
  if (channels === 1) return [{ transform: 'colorJitter', brightness, contrast, probability: JITTER_PROBABILITY }];
  return [
    { transform: 'colorJitter', ...strengths, probability: JITTER_PROBABILITY },
    { transform: 'grayscale', probability: GRAYSCALE_PROBABILITY },
  ];
}

/** As SimCLR's code: a tenth of the side, cut to whole pixels, half of it to either side; at least one neighbour. */
function blur({ width, height }: ImageShape, probability: number): PresetStep {
  const radius = Math.floor(Math.floor(BLUR_SHARE * Math.min(width, height)) / 2);
  return { transform: 'gaussianBlur', sigma: BLUR_SIGMA, size: 2 * Math.max(1, radius) + 1, probability };
}

/** Not cut off, as in the code of MoCo and of DINO (Pillow's); the default size leaves out at most 0.3 %. */
function wholeBlur(probability: number): PresetStep {
  return { transform: 'gaussianBlur', sigma: BLUR_SIGMA, probability };
}
