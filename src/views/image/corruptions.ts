import { describe, EigenviewError } from '../../errors.js';
import { checkBoolean, checkInteger, checkNumber } from '../../matrix/check.js';
import { SEVERITIES, type SeverityConstants, type SeverityTable } from './severities.js';
import type { ResolvedShape, TransformDefinition } from './transform.js';

/** How strong a common corruption is. */
export interface Severity {
  /** 1 (weak) … 5 (strong). */
  severity: 1 | 2 | 3 | 4 | 5;
  /**
   * Side of the images that the constants are for: ImageNet-C, Tiny ImageNet-C or CIFAR-10-C. Default by the longer side of
   * the image: 32 up to 48 pixels, 64 up to 128 pixels, else 224.
   */
  table?: SeverityTable;
}

/** Name of a common corruption. */
export type CorruptionName =
  | 'gaussianNoise'
  | 'shotNoise'
  | 'impulseNoise'
  | 'speckleNoise'
  | 'pixelate'
  | 'zoomBlur'
  | 'defocusBlur'
  | 'motionBlur'
  | 'fog'
  | 'brightness'
  | 'contrast'
  | 'saturate'
  | 'elastic';

/** Independent Gaussian noise of every number, its strength in the units of the pixels. */
export interface GaussianNoise {
  transform: 'gaussianNoise';
  /** Standard deviation, at least 0. */
  std: number;
  /** Whether the result is clipped to [0, white]; default false. */
  clip?: boolean;
}

/**
 * A common corruption (Hendrycks & Dietterich, ICLR 2019). Results are clipped to [0, white], but for `gaussianNoise` with
 * `std`. `saturate` needs three channels.
 *
 * | transform | with the constants of the severity, pixels in [0, 1] |
 * |---|---|
 * | `gaussianNoise` | x + N(0, σ²) |
 * | `shotNoise` | Poisson(k x)/k |
 * | `impulseNoise` | a share of all numbers becomes 0 or 1, equally often |
 * | `speckleNoise` | x + x·N(0, σ²) |
 * | `pixelate` | down to a smaller size and up again, by a box filter |
 * | `zoomBlur` | mean of the image and of its zooms by a list of factors |
 * | `defocusBlur` | convolution with an antialiased disk |
 * | `motionBlur` | one-sided Gaussian average along a random direction within 45° of the rows |
 * | `fog` | (x + a F)·m/(m + a), F a plasma fractal, m the greatest number of the image |
 * | `brightness` | HSV value raised; in one channel the pixel |
 * | `contrast` | c (x − μ) + μ, μ the mean of the channel |
 * | `saturate` | HSV saturation a s + b |
 * | `elastic` | a random affine map, then smooth random displacements |
 *
 * JPEG (which needs a codec), frost (photographs), snow, spatter and glass blur of the benchmark are not among them.
 *
 * @example
 * ```ts
 * const corruption: Corruption = { transform: 'fog', severity: 3 };
 * ```
 */
export type Corruption = ({ transform: CorruptionName } & Severity) | GaussianNoise;

type Constants<Name extends CorruptionName> = SeverityConstants[Name][number];

const BY_SEVERITY = ['severity', 'table'] as const;

/** Definitions of the common corruptions, by name. */
export const corruptionDefinitions: Readonly<Record<CorruptionName, TransformDefinition>> = {
  gaussianNoise: { options: ['std', 'clip', 'severity', 'table'], colour: false, parameters: gaussianNoise },
  shotNoise: bySeverity('shotNoise', (photons) => [photons]),
  impulseNoise: bySeverity('impulseNoise', (share) => [share]),
  speckleNoise: bySeverity('speckleNoise', (std) => [std]),
  pixelate: bySeverity('pixelate', (share, { width, height }) => [shrink(width, share), shrink(height, share)]),
  zoomBlur: bySeverity('zoomBlur', ([stop, step]) => zoomFactors(stop, step)),
  defocusBlur: bySeverity('defocusBlur', (constants) => [...constants]),
  motionBlur: bySeverity('motionBlur', (constants) => [...constants]),
  fog: bySeverity('fog', ([strength, decay], { white }) => [strength * white, decay]),
  brightness: bySeverity('brightness', (added, { white }) => [added * white]),
  contrast: bySeverity('contrast', (factor) => [factor]),
  saturate: { ...bySeverity('saturate', (constants) => [...constants]), colour: true },
  elastic: bySeverity('elastic', (shares, { width, height }) => shares.map((share) => share * Math.min(width, height))),
};

/** How many random numbers an image takes. */
const DRAWN: Partial<Record<CorruptionName, (shape: ResolvedShape) => number>> = {
  gaussianNoise: sizeOf,
  shotNoise: (shape) => 2 * sizeOf(shape),
  impulseNoise: sizeOf,
  speckleNoise: sizeOf,
  fog: ({ width, height }) => 4 ** Math.ceil(Math.log2(Math.max(width, height))),
  elastic: ({ width, height }) => 2 * width * height + 16,
};

/** Names of the common corruptions. */
export const CORRUPTIONS = Object.keys(corruptionDefinitions) as CorruptionName[];

function bySeverity<Name extends CorruptionName>(
  name: Name,
  parameters: (constants: Constants<Name>, shape: ResolvedShape) => number[],
): TransformDefinition {
  return {
    options: BY_SEVERITY,
    colour: false,
    parameters: (where, options, shape) => parameters(constantsOf(name, where, options, shape), shape),
  };
}

/** The constants that `severity` and `table` stand for. */
function constantsOf<Name extends CorruptionName>(
  name: Name,
  where: string,
  options: Record<string, unknown>,
  shape: ResolvedShape,
): Constants<Name> {
  const { severity, table = defaultTable(shape) } = options;
  checkInteger(`${where}.severity`, severity, { min: 1, max: 5 });
  checkTable(`${where}.table`, table);
  checkDrawn(name, where, shape);
  return SEVERITIES[table][name][severity - 1] as Constants<Name>;
}

function sizeOf({ width, height, channels }: ResolvedShape): number {
  return width * height * channels;
}

function defaultTable({ width, height }: ResolvedShape): SeverityTable {
  const side = Math.max(width, height);
  return side <= 48 ? 32 : side <= 128 ? 64 : 224;
}

function checkTable(argument: string, value: unknown): asserts value is SeverityTable {
  if (value === 224 || value === 64 || value === 32) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'There are severities for three sizes of images.', {
    argument,
    expected: '224, 64 or 32',
    received: describe(value),
    fix: 'Leave it out to take the table nearest to the size of the images.',
  });
}

/** A step of a view has 2²⁶ random numbers (native/core/views/draw.h). */
function checkDrawn(name: CorruptionName, where: string, shape: ResolvedShape): void {
  const count = DRAWN[name]?.(shape) ?? 0;
  if (count <= 2 ** 26) return;
  throw new EigenviewError('TOO_LARGE', `${where} would need ${count} random numbers for one image.`, {
    argument: where,
    expected: 'for images that need at most 2²⁶ = 67108864',
    received: `${shape.width}×${shape.height}×${shape.channels}`,
    fix: 'Give smaller images.',
  });
}

function gaussianNoise(where: string, options: Record<string, unknown>, shape: ResolvedShape): number[] {
  if (options.std === undefined && options.severity !== undefined) {
    refuseBeside('severity', where, options, ['clip']);
    return [constantsOf('gaussianNoise', where, options, shape) * shape.white, 1];
  }
  if (options.std === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', `${where} needs std or severity.`, {
      argument: `${where}.std`,
      expected: 'a number at least 0, or severity to be given instead',
      received: 'undefined',
    });
  }
  refuseBeside('std', where, options, BY_SEVERITY);
  const { std, clip = false } = options;
  checkNumber(`${where}.std`, std, { min: 0 });
  checkBoolean(`${where}.clip`, clip);
  checkDrawn('gaussianNoise', where, shape);
  return [std, clip ? 1 : 0];
}

function refuseBeside(given: string, where: string, options: Record<string, unknown>, others: readonly string[]): void {
  const other = others.find((name) => options[name] !== undefined);
  if (other === undefined) return;
  throw new EigenviewError('INVALID_ARGUMENT', `${where} is given by std (and clip) or by severity (and table).`, {
    argument: `${where}.${other}`,
    expected: `left out beside ${given}`,
    received: describe(options[other]),
  });
}

function shrink(side: number, share: number): number {
  return Math.max(1, Math.floor(side * share));
}

/** 1, 1 + step, … below `stop`, rounded as by NumPy's arange(1, stop, step): it may just reach the stop. */
function zoomFactors(stop: number, step: number): number[] {
  const rounded = 1 + step - 1;
  return Array.from({ length: Math.ceil((stop - 1) / step) }, (_, i) => 1 + i * rounded);
}
