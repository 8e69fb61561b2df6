import { describe, expect, test } from 'vitest';
import { normal, permutation, philox, STREAMS, uniform } from '../../src/runtime/random.js';

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('philox', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10 rounds).
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const)('counter %j under key %j', ([c0, c1, c2, c3], [k0, k1], expected) => {
    expect(hex(philox(c0, c1, c2, c3, k0, k1, new Uint32Array(4)))).toBe(expected);
  });

  test('agrees with big-integer arithmetic', () => {
    const mask = 0xffffffffn;
    const reference = (counter: bigint[], key: bigint[]) => {
      let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint];
      let [k0, k1] = key as [bigint, bigint];
      for (let round = 0; round < 10; round++) {
        const p0 = 0xd2511f53n * c0;
        const p1 = 0xcd9e8d57n * c2;
        [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
        k0 = (k0 + 0x9e3779b9n) & mask;
        k1 = (k1 + 0xbb67ae85n) & mask;
      }
      return Uint32Array.from([c0, c1, c2, c3], Number);
    };
    const words = new Uint32Array(6);
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 6; j++) words[j] = Math.imul(i * 6 + j + 1, 0x9e3779b1) ^ (i << (j * 5));
      const [c0, c1, c2, c3, k0, k1] = words as unknown as [number, number, number, number, number, number];
      const expected = reference([c0, c1, c2, c3].map(BigInt), [k0, k1].map(BigInt));
      expect(hex(philox(c0, c1, c2, c3, k0, k1, new Uint32Array(4)))).toBe(hex(expected));
    }
  });
});

test('philox counts its arguments modulo 2³², up to the largest seed', () => {
  for (const value of [2 ** 32, 2 ** 53 - 1, 2 ** 53 - 38, 2 ** 53 - 2 ** 31]) {
    for (let at = 0; at < 6; at++) {
      const whole = Array.from({ length: 6 }, (_, i) => (i === at ? value : 7)) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const reduced = whole.map((word) => word % 2 ** 32) as typeof whole;
      expect(hex(philox(...whole, new Uint32Array(4)))).toBe(hex(philox(...reduced, new Uint32Array(4))));
    }
  }
});

describe('the layout of a sample', () => {
  const seed = 5 * 2 ** 32 + 77;
  const sample = 3 * 2 ** 32 + 9;
  const stream = STREAMS.builtIn;

  test('coordinates 2b and 2b + 1 come from block b', () => {
    const u = uniform(seed, sample, stream, new Float64Array(6));
    const z = normal(seed, sample, stream, new Float64Array(6));
    for (let block = 0; block < 3; block++) {
      const [r0, r1, r2, r3] = philox(block, 9, 3, stream, 77, 5, new Uint32Array(4)) as unknown as number[];
      const a = ((r0 as number) >>> 5) * 2 ** 26 + ((r1 as number) >>> 6);
      const b = ((r2 as number) >>> 5) * 2 ** 26 + ((r3 as number) >>> 6);
      expect(u[2 * block]).toBe(a / 2 ** 53);
      expect(u[2 * block + 1]).toBe(b / 2 ** 53);
      const radius = Math.sqrt(-2 * Math.log((a + 1) / 2 ** 53));
      // Angles up to 2π round by 4e-16.
      expect(z[2 * block]).toBeCloseTo(radius * Math.cos((2 * Math.PI * b) / 2 ** 53), 13);
      expect(z[2 * block + 1]).toBeCloseTo(radius * Math.sin((2 * Math.PI * b) / 2 ** 53), 13);
    }
  });

  test('a shorter sample is a prefix of a longer one, odd lengths included', () => {
    const long = normal(seed, sample, stream, new Float64Array(8));
    for (let length = 0; length <= 8; length++) {
      expect(normal(seed, sample, stream, new Float64Array(length))).toEqual(long.slice(0, length));
      expect(uniform(seed, sample, stream, new Float64Array(length))).toHaveLength(length);
    }
  });

  test.each([
    ['seed', [seed + 1, sample, stream]],
    ['high word of the seed', [seed + 2 ** 32, sample, stream]],
    ['sample', [seed, sample + 1, stream]],
    ['high word of the sample', [seed, sample + 2 ** 32, stream]],
    ['stream', [seed, sample, STREAMS.subset]],
  ] as const)('another %s gives other numbers', (_, [s, i, purpose]) => {
    const here = uniform(seed, sample, stream, new Float64Array(2));
    expect(uniform(s, i, purpose, new Float64Array(2))).not.toEqual(here);
  });

  test('reserved streams lie beyond every view index, apart from each other', () => {
    const streams = Object.values(STREAMS);
    expect(new Set(streams).size).toBe(streams.length);
    for (const reserved of streams) {
      expect(reserved).toBeGreaterThanOrEqual(2 ** 31);
      expect(reserved).toBeLessThan(2 ** 32);
    }
  });
});

describe('distribution', () => {
  const n = 200_000;
  const across = (draw: typeof normal) => {
    const values = new Float64Array(n);
    for (let sample = 0; sample < n / 4; sample++) draw(1, sample, 0, values.subarray(4 * sample, 4 * sample + 4));
    return values;
  };
  const mean = (values: Float64Array, f: (x: number, i: number) => number) =>
    values.reduce((sum, x, i) => sum + f(x, i), 0) / values.length;

  // Five standard errors of each statistic at n samples; the draws are fixed, so this cannot flicker.
  test('normals have the moments of N(0, 1) and neighbours are uncorrelated', () => {
    const z = across(normal);
    const error = 5 / Math.sqrt(n);
    expect(Math.abs(mean(z, (x) => x))).toBeLessThan(error);
    expect(Math.abs(mean(z, (x) => x * x) - 1)).toBeLessThan(error * Math.sqrt(2));
    expect(Math.abs(mean(z, (x) => x ** 3))).toBeLessThan(error * Math.sqrt(15));
    expect(Math.abs(mean(z, (x) => x ** 4) - 3)).toBeLessThan(error * Math.sqrt(96));
    expect(Math.abs(mean(z, (x, i) => x * (z[(i + 1) % n] as number)))).toBeLessThan(error);
    expect(Math.abs(mean(z, (x, i) => x * (z[(i + 4) % n] as number)))).toBeLessThan(error);
    const tail = mean(z, (x) => (Math.abs(x) > 3 ? 1 : 0));
    expect(Math.abs(tail - 0.0027)).toBeLessThan(error * Math.sqrt(0.0027));
  });

  test('uniforms lie in [0, 1) and fill it evenly', () => {
    const u = across(uniform);
    expect(u.every((x) => x >= 0 && x < 1)).toBe(true);
    const error = 5 / Math.sqrt(n);
    expect(Math.abs(mean(u, (x) => x) - 0.5)).toBeLessThan(error * Math.sqrt(1 / 12));
    expect(Math.abs(mean(u, (x) => (x - 0.5) ** 2) - 1 / 12)).toBeLessThan(error * Math.sqrt(1 / 180));
    expect(Math.abs(mean(u, (x, i) => (x - 0.5) * ((u[(i + 1) % n] as number) - 0.5)))).toBeLessThan(error / 12);
  });
});

describe('permutation', () => {
  test.each([0, 1, 2, 3, 1000])('holds each of %i indices once', (n) => {
    const order = permutation(3, n, STREAMS.subset);
    expect([...order].sort((i, j) => i - j)).toEqual(Array.from({ length: n }, (_, i) => i));
  });

  test('is fixed by the seed and differs between seeds', () => {
    expect(permutation(3, 50, STREAMS.subset)).toEqual(permutation(3, 50, STREAMS.subset));
    expect(permutation(3, 50, STREAMS.subset)).not.toEqual(permutation(4, 50, STREAMS.subset));
  });

  test('all six orders of three are equally frequent', () => {
    const counts = new Map<string, number>();
    const trials = 6000;
    for (let seed = 0; seed < trials; seed++) {
      const order = permutation(seed, 3, STREAMS.subset).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a binomial count with p = 1/6.
    for (const count of counts.values())
      expect(Math.abs(count - trials / 6)).toBeLessThan(5 * Math.sqrt((trials * 5) / 36));
  });
});
