/** Parquet's hybrid of run lengths and bit-packed runs, for levels and dictionary indices. */

/**
 * Decodes integers of so many bits.
 *
 * hyparquet's own decoder writes a run as long as the file says, whatever the array's length: one damaged byte can take
 * all memory. This one stops at `count`.
 *
 * @param width bits per value, 0 to 32
 * @throws RangeError where the bytes end before the values do
 */
export function decodeHybrid(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32) throw new RangeError(`values of ${width} bits`);
  const out = new Uint32Array(count);
  const size = Math.ceil(width / 8);
  let at = 0;
  let done = 0;
  while (done < count) {
    const header = readVarint(bytes, at);
    at = header.end;
    const run = Math.floor(header.value / 2);
    if (run === 0) throw new RangeError('an empty run');
    if (header.value % 2 === 0) {
      const end = Math.min(count, done + run);
      out.fill(littleEndian(bytes, at, size), done, end);
      at += size;
      done = end;
    } else {
      const length = Math.min(count - done, 8 * run);
      if (at + Math.ceil((length * width) / 8) > bytes.length) throw new RangeError('a run cut short');
      (width > NARROW ? unpackWide : unpack)(bytes, at, width, out.subarray(done, done + length));
      at += width * run;
      done += length;
    }
  }
  return out;
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: start + i + 1 };
  }
  throw new RangeError('a run without its length');
}

function littleEndian(bytes: Uint8Array, start: number, size: number): number {
  if (start + size > bytes.length) throw new RangeError('a run without its value');
  let value = 0;
  for (let i = 0; i < size; i++) value += (bytes[start + i] as number) * 2 ** (8 * i);
  return value;
}

/** So wide that with the rest of a byte, a value still fits the 32 bits of bitwise operators. */
const NARROW = 24;

/** Values lie from the lowest bit of the first byte upwards. */
function unpack(bytes: Uint8Array, start: number, width: number, out: Uint32Array): void {
  const mask = (1 << width) - 1;
  let held = 0;
  let bits = 0;
  let at = start;
  for (let i = 0; i < out.length; i++) {
    for (; bits < width; bits += 8) held |= (bytes[at++] as number) << bits;
    out[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

function unpackWide(bytes: Uint8Array, start: number, width: number, out: Uint32Array): void {
  const modulus = 2 ** width;
  let held = 0;
  let bits = 0;
  let at = start;
  for (let i = 0; i < out.length; i++) {
    for (; bits < width; bits += 8) held += (bytes[at++] as number) * 2 ** bits;
    const rest = Math.floor(held / modulus);
    out[i] = held - rest * modulus;
    held = rest;
    bits -= width;
  }
}
