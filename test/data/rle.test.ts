import { describe, expect, it } from 'vitest';
import { decodeHybrid } from '../../src/data/rle.js';
import fc from '../support/properties.js';

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const repeated = (count: number, value: number, width: number) => {
  const bytes = Array.from({ length: Math.ceil(width / 8) }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
  return [...varint(2 * count), ...bytes];
};

/** A multiple of eight values, from the lowest bit up. */
function packed(values: readonly number[], width: number): number[] {
  const bits = values.map((value) => value.toString(2).padStart(width, '0')).reverse();
  const all = width === 0 ? '' : bits.join('');
  const bytes = Array.from({ length: (values.length / 8) * width }, (_, i) =>
    Number.parseInt(all.slice(all.length - 8 * (i + 1), all.length - 8 * i), 2),
  );
  return [...varint((values.length / 8) * 2 + 1), ...bytes];
}

/** Runs of both kinds: their bytes and their values. */
const runs = fc.integer({ min: 0, max: 32 }).chain((width) => {
  const value = fc.integer({ min: 0, max: 2 ** width - 1 });
  const many = fc.tuple(fc.integer({ min: 1, max: 300 }), value).map(([count, value]) => ({
    bytes: repeated(count, value, width),
    values: Array.from({ length: count }, () => value),
  }));
  const single = fc
    .integer({ min: 1, max: 9 })
    .chain((groups) => fc.array(value, { minLength: 8 * groups, maxLength: 8 * groups }))
    .map((values) => ({ bytes: packed(values, width), values }));
  return fc.array(fc.oneof(many, single), { minLength: 1, maxLength: 5 }).map((found) => ({
    width,
    bytes: Uint8Array.from(found.flatMap(({ bytes }) => bytes)),
    values: found.flatMap(({ values }) => values),
  }));
});

describe('decodeHybrid', () => {
  it('reads the example of the format: 0 to 7 in three bits', () => {
    expect([...decodeHybrid(Uint8Array.of(0x03, 0x88, 0xc6, 0xfa), 3, 8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives back runs of any width, and no more values than asked for', () => {
    fc.assert(
      fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), ({ width, bytes, values }, share) => {
        const count = Math.floor(share * values.length);
        expect([...decodeHybrid(bytes, width, values.length)]).toEqual(values);
        expect([...decodeHybrid(bytes, width, count)]).toEqual(values.slice(0, count));
      }),
    );
  });

  it('ends in a RangeError where bytes are missing, and never takes more memory than asked for', () => {
    fc.assert(
      fc.property(runs, fc.nat(), ({ width, bytes, values }, cut) => {
        const prefix = bytes.subarray(0, cut % bytes.length);
        expect(() => decodeHybrid(prefix, width, values.length + 8)).toThrow(RangeError);
      }),
    );
    const endless = Uint8Array.from(repeated(2 ** 31, 1, 1));
    expect(decodeHybrid(endless, 1, 5)).toEqual(Uint32Array.of(1, 1, 1, 1, 1));
    expect(() => decodeHybrid(Uint8Array.of(0, 0), 1, 5)).toThrow(RangeError);
    expect(() => decodeHybrid(Uint8Array.of(2, 0), 33, 1)).toThrow(RangeError);
  });
});
