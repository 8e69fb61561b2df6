import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32 } from '../../src/data/crc32.js';
import { encodePng } from '../../src/data/png.js';
import { renderPng } from '../../src/report/png.js';
import { openPng } from '../support/png.js';
import fc from '../support/properties.js';

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }), grey: fc.boolean() })
  .chain(({ width, height, grey }) => {
    const channels: 1 | 3 = grey ? 1 : 3;
    const count = width * height * channels;
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      channels: fc.constant(channels),
      pixels: fc.uint8ClampedArray({ minLength: count, maxLength: count }),
    });
  });

it('keeps every pixel', () => {
  fc.assert(
    fc.property(picture, ({ width, height, channels, pixels }) => {
      const opened = openPng(encodePng(width, height, channels, pixels));
      expect(opened).toEqual({ width, height, channels, pixels: Uint8Array.from(pixels) });
    }),
  );
});

it('is read by another program as it was meant', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async ({ width, height, channels, pixels }) => {
      const url = `data:image/png;base64,${Buffer.from(encodePng(width, height, channels, pixels)).toString('base64')}`;
      const image = `<image width="${width}" height="${height}" href="${url}" image-rendering="optimizeSpeed"/>`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`;
      const drawn = openPng(await renderPng(svg, { scale: 1 })).pixels;
      for (let p = 0; p < width * height; p++) {
        const [red, green, blue] = channels === 1 ? [p, p, p] : [3 * p, 3 * p + 1, 3 * p + 2];
        expect([...drawn.subarray(4 * p, 4 * p + 4)]).toEqual([pixels[red], pixels[green], pixels[blue], 255]);
      }
    }),
    { numRuns: 20 },
  );
});

it('has chunks whose checksums are right', () => {
  const bytes = Buffer.from(encodePng(2, 1, 3, Uint8ClampedArray.of(1, 2, 3, 4, 5, 6)));
  const types: string[] = [];
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    types.push(bytes.toString('latin1', at + 4, at + 8));
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at + 4, end)));
    if (types.at(-1) === 'IDAT') expect([...inflateSync(bytes.subarray(at + 8, end))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    at = end + 4;
  }
  expect(types).toEqual(['IHDR', 'IDAT', 'IEND']);
});
