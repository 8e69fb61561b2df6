import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { type ContactSheetOptions, contactSheet } from '../../src/report/contact-sheet.js';
import { affineViews } from '../../src/views/affine.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import type { ImageShape } from '../../src/views/image/transform.js';
import { imageViews } from '../../src/views/image.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { failure } from '../support/failure.js';
import { openPng } from '../support/png.js';
import fc from '../support/properties.js';
import { type Element, elements } from '../support/xml.js';
import { expectTidy } from './tidy.js';

const texts = (all: Element[]) => all.filter(({ name }) => name === 'text').map(({ text }) => text);
const images = (all: Element[]) => all.filter(({ name }) => name === 'image').map(({ attributes }) => attributes);

/** The pixels of all pictures of a sheet, in reading order, as planes. */
function pictures(svg: string): { width: number; height: number; planes: number[] }[] {
  return images(elements(svg)).map(({ href = '' }) => {
    expect(href).toMatch(/^data:image\/png;base64,/);
    const { width, height, channels, pixels } = openPng(Buffer.from(href.slice(href.indexOf(',') + 1), 'base64'));
    const size = width * height;
    const planes = Array.from({ length: size * channels }, (_, at) => {
      return pixels[(at % size) * channels + Math.floor(at / size)] as number;
    });
    return { width, height, planes };
  });
}

/** As a picture shows it: 0 … white as 0 … 255, what is beyond clipped. */
const shown = (values: Iterable<number>, white: number) => [
  ...new Uint8ClampedArray(Array.from(values, (v) => (255 * v) / white)),
];

const shape2x2: ImageShape = { width: 2, height: 2, channels: 1 };
const one = Matrix.from([[0, 80, 160, 255]]);
const noise = gaussianViews({ theta: 100 });
const sheet = (options: Partial<ContactSheetOptions> = {}, views: ViewProcess = noise, x = one) =>
  contactSheet(x, views, { shape: shape2x2, ...options });

describe('contactSheet', () => {
  it('shows each image, the views that are drawn for the seed, and the mean of the first of them', async () => {
    const sheets = fc.record({
      width: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 1, max: 6 }),
      channels: fc.constantFrom(1, 3),
      white: fc.constantFrom(1, 255),
      rows: fc.integer({ min: 1, max: 3 }),
      views: fc.integer({ min: 1, max: 5 }),
      meanViews: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(),
      firstSample: fc.nat({ max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(sheets, async ({ rows, views, meanViews, seed, firstSample, ...shape }) => {
        const { width, height, channels, white } = shape;
        const cols = width * height * channels;
        const x = new Matrix(
          rows,
          cols,
          Float64Array.from({ length: rows * cols }, (_, i) => (white * (i % 7)) / 6),
        );
        // Noise as large as white leaves [0, white] half of the time.
        const process = gaussianViews({ theta: white * white });
        const options = { shape, views, meanViews, seed, firstSample };
        const drawn = pictures(await contactSheet(x, process, options));
        const samples = Math.max(views, meanViews);
        const all = await sampleViews(x, process, { samples, seed, firstSample });
        expect(drawn).toHaveLength(rows * (views + 2));
        for (let i = 0; i < rows; i++) {
          const row = drawn.slice(i * (views + 2), (i + 1) * (views + 2));
          expect(row.every((picture) => picture.width === width && picture.height === height)).toBe(true);
          expect(row[0]?.planes).toEqual(shown(x.row(i), white));
          for (let j = 0; j < views; j++) {
            expect(row[j + 1]?.planes).toEqual(shown(all.row(i * samples + j), white));
          }
          const mean = Array.from({ length: cols }, (_, c) => {
            let sum = 0;
            for (let j = 0; j < meanViews; j++) sum += all.get(i * samples + j, c);
            return sum / meanViews;
          });
          // Rounding of the sum may tip a number halfway between two levels.
          expect(row.at(-1)?.planes).toBeCloseToArray(shown(mean, white), 1);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes the mean before it clips', async () => {
    const maps = [-1, 1].map((sign) => ({
      matrix: Matrix.identity(4),
      offset: new Float64Array(4).fill(1e4 * sign),
    }));
    const coin = affineViews(maps);
    const drawn = pictures(await sheet({ views: 30, meanViews: 30 }, coin));
    const ups = drawn.slice(1, -1).filter(({ planes }) => planes[0] === 255).length;
    expect(ups).toBeGreaterThan(0);
    expect(ups).toBeLessThan(30);
    const mean = (1e4 * (2 * ups - 30)) / 30;
    expect(drawn.at(-1)?.planes).toEqual(
      shown(
        [0, 80, 160, 255].map((value) => value + mean),
        255,
      ),
    );
  });

  it('takes the mean of more views than are held at once', async () => {
    // 2²² numbers are held: 32 views of two images of 2¹⁶.
    const shape = { width: 256, height: 256, channels: 1 };
    const x = new Matrix(2, 2 ** 16);
    x.row(1).fill(100);
    const views = imageViews(shape, [{ transform: 'brightness', severity: 5, probability: 0.5 }]);
    const counts = { views: 34, meanViews: 65 };
    const drawn = pictures(await contactSheet(x, views, { shape, ...counts, seed: 3 }));
    const all = await sampleViews(x, views, { samples: counts.meanViews, seed: 3 });
    for (const i of [0, 1]) {
      const row = drawn.slice(36 * i, 36 * (i + 1));
      const values = Array.from({ length: 65 }, (_, j) => all.get(65 * i + j, 0));
      expect(new Set(values).size).toBe(2);
      expect(row.slice(1, -1).map(({ planes }) => planes[0])).toEqual(shown(values.slice(0, 34), 255));
      const mean = values.reduce((sum, value) => sum + value, 0) / 65;
      expect(row.at(-1)?.planes.slice(0, 9)).toBeCloseToArray(shown(Array(9).fill(mean), 255), 1);
    }
  });

  it('is the same on every backend, and for the same call', async () => {
    const native = await sheet({ backend: 'native', seed: 5 });
    expect(await sheet({ backend: 'native', seed: 5 })).toBe(native);
    expect(await sheet({ backend: 'js', seed: 5 })).toBe(native);
    expect(await sheet({ backend: 'native', seed: 6 })).not.toBe(native);
  });

  it('says process, seed, columns and rows', async () => {
    const x = Matrix.from([
      [0, 80, 160, 255],
      [1, 2, 3, 4],
    ]);
    const all = elements(await sheet({ seed: 42, firstSample: 9, meanViews: 100, notes: ['white guessed'] }, noise, x));
    const said = texts(all);
    expect(said[0]).toContain(noise.name.slice(0, 8));
    expect(said).toContain('seed 42 · 2×2×1 · white 255 · white guessed');
    for (const name of ['original', 'views 0 to 7', 'mean of 100', '9', '10']) expect(said).toContain(name);
    expect(texts(elements(await sheet({ views: 1 })))).toContain('view 0');
    expect(all[0]).toMatchObject({ name: 'svg', attributes: { role: 'img' } });
  });

  it('has the title asked for, and the process below where the title does not name it', async () => {
    const flip = imageViews(shape2x2, [{ transform: 'horizontalFlip' }]);
    expect(texts(elements(await sheet({ title: 'Mine' }, flip))).slice(0, 2)).toEqual(['Mine', 'horizontalFlip']);
    const named = texts(elements(await sheet({ title: 'horizontalFlip on mnist' }, flip)));
    expect(named.filter((text) => text.includes('horizontalFlip'))).toEqual(['horizontalFlip on mnist']);
  });

  it('enlarges small images by whole factors to squares, and makes large ones smaller', async () => {
    const side = async (width: number, height: number) => {
      const shape = { width, height, channels: 1 };
      const flip = imageViews(shape, [{ transform: 'horizontalFlip' }]);
      const svg = await contactSheet(new Matrix(1, width * height), flip, { shape, views: 1, meanViews: 1 });
      return images(elements(svg)).map((image) => [
        Number(image.width),
        Number(image.height),
        image['image-rendering'],
      ]);
    };
    for (const size of await side(28, 28)) expect(size).toEqual([84, 84, 'optimizeSpeed']);
    for (const size of await side(32, 16)) expect(size).toEqual([96, 48, 'optimizeSpeed']);
    for (const size of await side(320, 80)) expect(size).toEqual([160, 40, 'optimizeQuality']);
  });

  it.each([
    ['few', { views: 1, meanViews: 1 }, shape2x2],
    ['many', { views: 20, meanViews: 2 ** 12, firstSample: 123_456_789 }, { width: 1, height: 1, channels: 1 }],
    ['narrow', { views: 1, meanViews: 1000 }, { width: 2, height: 150, channels: 1 }],
    ['with much to say', { title: 'word '.repeat(200), notes: ['note '.repeat(200)] }, shape2x2],
    ['of one long word', { title: 'x'.repeat(500) }, shape2x2],
  ])('keeps its texts and pictures apart: %s', async (_, options, shape) => {
    const size = shape.width * shape.height;
    const x = new Matrix(2, size);
    const all = elements(await contactSheet(x, noise, { shape, meanViews: 1, ...options }));
    expectTidy(all);
    const { width, height } = (all[0] as Element).attributes;
    const boxes = images(all).map((image) => {
      const [left, top, w, h] = [image.x, image.y, image.width, image.height].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      return { left, top, right: left + w, bottom: top + h };
    });
    for (const [i, a] of boxes.entries()) {
      expect(a.left >= 0 && a.top >= 0 && a.right <= Number(width) && a.bottom <= Number(height)).toBe(true);
      for (const b of boxes.slice(i + 1)) {
        expect(a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top).toBe(true);
      }
    }
  });

  it('is well-formed whatever the texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'<>&"\'\0 a', '\ud800', '\uffff') }), async (text) => {
        const all = elements(await sheet({ title: text, notes: [text], views: 1, meanViews: 1 }));
        expect(images(all)).toHaveLength(3);
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, string, Partial<ContactSheetOptions>]>([
    ['INVALID_ARGUMENT', 'shape', { shape: undefined as unknown as ImageShape }],
    ['SHAPE_MISMATCH', 'x', { shape: { width: 3, height: 1, channels: 1 } }],
    ['OUT_OF_RANGE', 'shape.channels', { shape: { width: 2, height: 1, channels: 2 } }],
    ['OUT_OF_RANGE', 'views', { views: 0 }],
    ['INVALID_ARGUMENT', 'views', { views: 1.5 }],
    ['OUT_OF_RANGE', 'meanViews', { meanViews: 0 }],
    ['OUT_OF_RANGE', 'seed', { seed: -1 }],
    ['OUT_OF_RANGE', 'firstSample', { firstSample: -1 }],
    ['INVALID_ARGUMENT', 'title', { title: 3 as unknown as string }],
    ['INVALID_ARGUMENT', 'notes', { notes: 'text' as unknown as string[] }],
    ['INVALID_ARGUMENT', 'notes', { notes: [3 as unknown as string] }],
    ['UNKNOWN_OPTION', 'samples', { samples: 3 } as object],
  ])('refuses with %s of %s: %j', async (code, argument, options) => {
    expect(await failure(() => sheet(options))).toMatchObject({ code, argument });
  });

  it('refuses views of another shape, what is no process and what is no number', async () => {
    const half = affineViews([{ matrix: new Matrix(2, 4) }]);
    expect(await failure(() => sheet({}, half))).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views' });
    expect(await failure(() => sheet({}, {} as ViewProcess))).toMatchObject({ argument: 'views' });
    const nan = Matrix.from([[0, Number.NaN, 0, 0]]);
    expect(await failure(() => sheet({}, noise, nan))).toMatchObject({ code: 'NOT_FINITE', argument: 'x' });
    expect(await failure(() => contactSheet(one, noise, undefined as unknown as ContactSheetOptions))).toMatchObject({
      argument: 'shape',
    });
  });

  it('ends with the reason of its signal, and with what a function of the caller throws', async () => {
    const reason = new Error('enough');
    await expect(sheet({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const broken = customViews(() => {
      throw new Error('broken');
    });
    expect(await failure(() => sheet({}, broken))).toMatchObject({ code: 'CUSTOM_FAILED' });
  });
});
