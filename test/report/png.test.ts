import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fittingScale, type PngOptions, renderPng } from '../../src/report/png.js';
import { textWidth } from '../../src/report/text.js';
import { failure } from '../support/failure.js';
import { openPng } from '../support/png.js';

const drawing = (body: string, width = 60, height = 30) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`;
const text = (content: string, weight = 'normal') =>
  `<text x="4" y="24" style="font-family:Helvetica, Arial, sans-serif;font-size:20px;font-weight:${weight}">${content}</text>`;

/** How many pixels black text covers. */
const ink = async (svg: string) =>
  openPng(await renderPng(svg)).pixels.reduce((sum, alpha, i) => (i % 4 === 3 ? sum + alpha / 255 : sum), 0);

/** The advance widths of a TrueType font, in ems. A character it lacks has none. */
function advances(file: string): (char: string) => number | undefined {
  const font = readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/inter/${file}`));
  const tables = new Map<string, number>();
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    tables.set(font.toString('latin1', 12 + 16 * i, 16 + 16 * i), font.readUInt32BE(20 + 16 * i));
  }
  const at = (name: string) => tables.get(name) ?? Number.NaN;
  const glyphs = new Map<number, number>();
  // https://learn.microsoft.com/typography/opentype/spec/cmap: format 12, groups of first, last, first glyph.
  for (let i = 0; i < font.readUInt16BE(at('cmap') + 2); i++) {
    const table = at('cmap') + font.readUInt32BE(at('cmap') + 8 + 8 * i);
    if (font.readUInt16BE(table) !== 12) continue;
    for (let group = 0; group < font.readUInt32BE(table + 12); group++) {
      const [first, last, glyph] = [0, 4, 8].map((j) => font.readUInt32BE(table + 16 + 12 * group + j)) as [
        number,
        number,
        number,
      ];
      for (let code = first; code <= last; code++) glyphs.set(code, glyph + code - first);
    }
  }
  const count = font.readUInt16BE(at('hhea') + 34);
  const unitsPerEm = font.readUInt16BE(at('head') + 18);
  return (char) => {
    const glyph = glyphs.get(char.codePointAt(0) as number);
    return glyph && font.readUInt16BE(at('hmtx') + 4 * Math.min(glyph, count - 1)) / unitsPerEm;
  };
}

describe.each(['400Regular/Inter_400Regular.ttf', '700Bold/Inter_700Bold.ttf'])('%s', (file) => {
  const advance = advances(file);

  it('has what figures write', () => {
    for (const char of 'αΘΓ⁰¹²³⁴⁵⁶⁷⁸⁹⁻≤√−×…·|%') expect(advance(char), char).toBeGreaterThan(0);
  });

  it.each([
    'Distance to optimality',
    'Sine of the angle',
    'Sample size n',
    'Reconstruction',
    'Joint embedding',
    'Noise ≤ 10³, Θ ≤ 10⁴',
    'α = 0.125',
    '5×10⁻¹²',
    'Mean over 3 seeds; shaded: smallest to largest.',
    'MNIST, CIFAR-10, WWWW, MMMM',
    'n = 51200',
  ])('is no wider than the layout allows for: %s', (line) => {
    const width = [...line].reduce((sum, char) => sum + (advance(char) ?? Number.NaN), 0);
    expect(16 * width).toBeLessThanOrEqual(textWidth(line, 16));
  });
});

describe('renderPng', () => {
  it('draws at twice the size, or at the scale asked for', async () => {
    expect(openPng(await renderPng(drawing('')))).toMatchObject({ width: 120, height: 60 });
    expect(openPng(await renderPng(drawing(''), { scale: 0.5 }))).toMatchObject({ width: 30, height: 15 });
  });

  it('shows text, whatever family it asks for, and bold text bolder', async () => {
    expect(await ink(drawing(''))).toBe(0);
    const normal = await ink(drawing(text('α²≤√')));
    expect(normal).toBeGreaterThan(200);
    expect(await ink(drawing(text('α²≤√', 'bold')))).toBeGreaterThan(1.2 * normal);
  });

  it('gives the same bytes for the same drawing', async () => {
    const svg = drawing(text('Θ ≤ 10⁴'));
    expect(Buffer.from(await renderPng(svg)).equals(await renderPng(svg))).toBe(true);
  });

  it.each([
    ['INVALID_ARGUMENT', 'svg', 3, {}],
    ['INVALID_ARGUMENT', 'svg', 'no drawing', {}],
    ['INVALID_ARGUMENT', 'svg', '<svg xmlns="http://www.w3.org/2000/svg"', {}],
    ['OUT_OF_RANGE', 'scale', drawing(''), { scale: 0 }],
    ['INVALID_ARGUMENT', 'scale', drawing(''), { scale: Number.NaN }],
    ['UNKNOWN_OPTION', 'size', drawing(''), { size: 3 }],
    ['TOO_LARGE', 'scale', drawing('', 1e5, 1e5), {}],
  ])('rejects with %s of %s', async (code, argument, svg, options) => {
    expect(await failure(() => renderPng(svg as string, options as PngOptions))).toMatchObject({ code, argument });
  });

  it('says what to do where resvg does not load', async () => {
    vi.resetModules();
    vi.doMock('@resvg/resvg-js', () => {
      throw new Error('no binary');
    });
    const fresh = await import('../../src/report/png.js');
    const error = await fresh.renderPng(drawing('')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(String(error)).toContain('--omit=optional');
  });

  afterEach(() => vi.doUnmock('@resvg/resvg-js'));
});

describe('fittingScale', () => {
  it('is less for what would be too large a picture', () => {
    expect(fittingScale(drawing('', 900, 640))).toBe(2);
    expect(fittingScale(drawing('', 900, 36000))).toBeLessThan(1.1);
    expect(fittingScale('no size')).toBe(2);
  });
});
