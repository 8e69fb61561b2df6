import { deflateSync } from 'node:zlib';
import { crc32 } from './crc32.js';

/** W3C, Portable Network Graphics, section 5.2. */
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const DEPTH = 8;
/** Colour types of section 11.2.1, by the number of channels. */
const COLOUR_TYPES = { 1: 0, 3: 2 } as const;

/**
 * A small PNG file of 8 bits a channel, unfiltered.
 *
 * @param pixels height×width×channels, the channels of a pixel side by side
 */
export function encodePng(width: number, height: number, channels: 1 | 3, pixels: Uint8ClampedArray): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([DEPTH, COLOUR_TYPES[channels]], 8);
  // Each line has the number of its filter in front: 0, none.
  const stride = width * channels;
  const lines = new Uint8Array(height * (stride + 1));
  for (let row = 0; row < height; row++) {
    lines.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Length, type, data, and the checksum of the last two. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const name = Buffer.from(type, 'latin1');
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(data.length, 0);
  sizes.writeUInt32BE(crc32(data, crc32(name)), 4);
  return Buffer.concat([sizes.subarray(0, 4), name, data, sizes.subarray(4)]);
}
