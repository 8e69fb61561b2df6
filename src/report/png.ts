import { createRequire } from 'node:module';
import { describe, EigenviewError } from '../errors.js';
import { checkNumber, checkOptions } from '../matrix/check.js';

export interface PngOptions {
  /** Pixels per pixel of the drawing; 2 when absent, for screens of high density. */
  scale?: number;
}

/** 2²⁷ pixels of four bytes are half a gigabyte. */
const MAX_PIXELS = 2 ** 27;

type Resvg = typeof import('@resvg/resvg-js');

/**
 * SVG text as a PNG image, its text set in Inter, which comes with the package: the same on a machine without any font.
 * Drawn in another thread, packed in this one.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` for what is not an SVG drawing; `TOO_LARGE` over 2²⁷ pixels;
 * `BACKEND_UNAVAILABLE` where resvg has no binary for the platform; `OUT_OF_RANGE`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const png = await renderPng('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">α</text></svg>');
 * ```
 */
export async function renderPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  checkOptions('renderPng', options, ['scale']);
  const { scale = 2 } = options;
  checkNumber('scale', scale, { min: 0, above: true });
  if (typeof svg !== 'string') throw invalid('A drawing is SVG text.', describe(svg));
  const size = sizeOf(svg);
  if (size !== undefined && size.width * size.height * scale ** 2 > MAX_PIXELS) throw tooLarge(size, scale);
  const { renderAsync } = await loadResvg();
  try {
    const image = await renderAsync(svg, { font: fonts(), fitTo: { mode: 'zoom', value: scale }, logLevel: 'off' });
    return image.asPng();
  } catch (cause) {
    throw invalid('The drawing cannot be read.', cause instanceof Error ? cause.message : describe(cause), cause);
  }
}

/** The largest scale up to `scale` at which a drawing of any size is a picture that viewers open, of up to 2²⁵ pixels. */
export function fittingScale(svg: string, scale = 2): number {
  const size = sizeOf(svg);
  return size === undefined ? scale : Math.min(scale, Math.sqrt(2 ** 25 / (size.width * size.height)));
}

let resvg: Promise<Resvg> | undefined;

/** resvg, a native module, loaded on the first call and kept. */
export function loadResvg(): Promise<Resvg> {
  resvg ??= importResvg();
  return resvg;
}

async function importResvg(): Promise<Resvg> {
  try {
    const module = (await import('@resvg/resvg-js')) as Resvg & { default?: Resvg };
    // A CommonJS module, whose names Node does not always find.
    return module.default ?? module;
  } catch (cause) {
    throw new EigenviewError('BACKEND_UNAVAILABLE', 'PNG files cannot be drawn: resvg does not load.', {
      received: `${process.platform} ${process.arch}`,
      fix: 'Install again without --omit=optional, which leaves out the binary for this platform (an @resvg/resvg-js-… package); the SVG files do not need it.',
      cause,
    });
  }
}

/** Only Inter, whatever family is asked for. */
function fonts() {
  const { resolve } = createRequire(import.meta.url);
  return {
    loadSystemFonts: false,
    fontFiles: ['400Regular/Inter_400Regular.ttf', '700Bold/Inter_700Bold.ttf'].map((file) =>
      resolve(`@expo-google-fonts/inter/${file}`),
    ),
    defaultFontFamily: 'Inter',
    sansSerifFamily: 'Inter',
  };
}

function sizeOf(svg: string): { width: number; height: number } | undefined {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? '';
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`\\s${name}="([\\d.]+)(?:px)?"`).exec(root)?.[1]),
  ) as [number, number];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function invalid(summary: string, received: string, cause?: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', summary, {
    argument: 'svg',
    expected: 'an SVG document',
    received,
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge({ width, height }: { width: number; height: number }, scale: number): EigenviewError {
  return new EigenviewError('TOO_LARGE', 'The picture has too many pixels.', {
    argument: 'scale',
    expected: `at most ${(Math.sqrt(MAX_PIXELS / (width * height)) || 0).toPrecision(3)} for ${width}×${height}`,
    received: String(scale),
  });
}
