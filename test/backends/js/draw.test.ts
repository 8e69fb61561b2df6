import { describe, expect, test } from 'vitest';
import { type Draw, normals, uniform, uniforms } from '../../../src/backends/js/views/draw.js';
import { philox } from '../../../src/runtime/random.js';
import fc from '../../support/properties.js';

const TWO_32 = 2 ** 32;

/** Word i by the layout of native/core/views/draw.h, in big integers. */
function word({ seed, sample, view, step }: Draw, i: number): number {
  const low = (value: number) => Number(BigInt(value) & 0xffffffffn);
  const high = (value: number) => Number(BigInt(value) >> 32n);
  const block = Number(BigInt(step) * 2n ** 24n + BigInt(Math.floor(i / 4)));
  const words = philox(block, low(sample), high(sample), view, low(seed), high(seed), new Uint32Array(4));
  return words[i % 4] as number;
}

/** The words [0, count). */
const words = (draw: Draw, count: number) => Array.from({ length: count }, (_, i) => word(draw, i));

const draws = fc.record({
  seed: fc.maxSafeNat(),
  sample: fc.maxSafeNat(),
  view: fc.nat(2 ** 31 - 1),
  step: fc.nat(255),
});

describe('numbers of a view', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10 rounds).
  test('are words of Philox, divided by 2³²', () => {
    const draw = { seed: 0, sample: 0, view: 0, step: 0 };
    const expected = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8].map((x) => x / TWO_32);
    expect([...uniforms(draw, 0, new Float64Array(4))]).toEqual(expected);
    // Samples of seed 1 with extreme words, found by searching; native/test/draw.cpp has more of them.
    for (const [sample, at, value] of [
      [171, 973438, 0],
      [12, 3772110, 0xffffffff],
    ] as const) {
      expect(uniform({ seed: 1, sample, view: 0, step: 0 }, at)).toBe(value / TWO_32);
    }
  });

  test('are a function of seed, sample, view, step and index', () => {
    fc.assert(
      fc.property(draws, fc.nat(2 ** 26 - 9), (draw, index) => {
        expect(uniform(draw, index)).toBe(word(draw, index) / TWO_32);
        const first = index - (index % 4);
        const expected = Array.from({ length: 7 }, (_, i) => word(draw, first + i) / TWO_32);
        expect([...uniforms(draw, first, new Float64Array(7))]).toEqual(expected);
      }),
    );
  });

  test('give normals by pairs, Box–Muller', () => {
    fc.assert(
      fc.property(draws, fc.nat(2 ** 24 - 3), (draw, block) => {
        const g = normals(draw, 4 * block, new Float64Array(6));
        for (let i = 0; i < 6; i += 2) {
          const [radial, angular] = [word(draw, 4 * block + i), word(draw, 4 * block + i + 1)];
          const radius = Math.sqrt(-2 * Math.log((radial + 1) / TWO_32));
          expect(g[i]).toBeCloseTo(radius * Math.cos(2 * Math.PI * (angular / TWO_32)), 13);
          expect(g[i + 1]).toBeCloseTo(radius * Math.sin(2 * Math.PI * (angular / TWO_32)), 13);
        }
      }),
    );
  });

  test('come as they are asked for: from any place, as many as there is room for', () => {
    const draw = { seed: 2 ** 40 + 5, sample: 2 ** 33 + 1, view: 3, step: 7 };
    const [u, g] = [uniforms(draw, 0, new Float64Array(40)), normals(draw, 0, new Float64Array(40))];
    expect([...u]).toEqual(words(draw, 40).map((x) => x / TWO_32));
    for (let length = 0; length <= 12; length++) {
      for (const first of [0, 4, 16, 28]) {
        expect(uniforms(draw, first, new Float64Array(length))).toEqual(u.slice(first, first + length));
        expect(normals(draw, first, new Float64Array(length))).toEqual(g.slice(first, first + length));
      }
    }
  });

  test('are finite at the least and the greatest word', () => {
    const [largest] = normals({ seed: 1, sample: 171, view: 0, step: 0 }, 973436, new Float64Array(4)).slice(2);
    expect(Math.abs(largest as number)).toBeLessThan(Math.sqrt(64 * Math.LN2) + 1e-12);
    const zeros = normals({ seed: 1, sample: 12, view: 0, step: 0 }, 3772108, new Float64Array(4)).slice(2);
    expect([...zeros].map(Math.abs)).toEqual([0, 0]);
  });
});
