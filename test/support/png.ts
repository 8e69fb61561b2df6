import { inflateSync } from 'node:zlib';

/** Bytes a pixel takes, by colour type: grey, RGB, RGBA. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 6: 4 };

/** Width, height and pixels of a PNG file of 8 bits a channel, the channels of a pixel side by side. */
export function openPng(png: Uint8Array) {
  const bytes = Buffer.from(png);
  if (bytes.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('This is no PNG file.');
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = CHANNELS[bytes.readUInt8(25)];
  if (bytes.readUInt8(24) !== 8 || channels === undefined) throw new Error('This is no PNG file of 8 bits a channel.');
  return { width, height, channels, pixels: unfilter(inflateSync(Buffer.concat(data)), width, height, channels) };
}

/** https://www.w3.org/TR/png/#9Filters. */
function unfilter(lines: Buffer, width: number, height: number, channels: number): Uint8Array {
  const stride = channels * width;
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = lines[row * (stride + 1)];
    for (let col = 0; col < stride; col++) {
      const at = row * stride + col;
      const left = col < channels ? 0 : (pixels[at - channels] as number);
      const up = row === 0 ? 0 : (pixels[at - stride] as number);
      const corner = row === 0 || col < channels ? 0 : (pixels[at - stride - channels] as number);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter as number] as number;
      pixels[at] = guess + (lines[row * (stride + 1) + 1 + col] as number);
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value)) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
