import { describe, expect, it } from 'vitest';
import { dynamicsLayout, fitted, spread } from '../../src/report/dynamics-layout.js';
import { textWidth } from '../../src/report/text.js';
import fc from '../support/properties.js';

describe('spread', () => {
  it('keeps names apart, in order, inside, and leaves alone what is apart already', () => {
    const heights = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 10 });
    fc.assert(
      fc.property(heights, (given) => {
        const placed = spread(given, 20, 0, 200);
        const order = given.map((_, i) => i).sort((a, b) => (given[a] as number) - (given[b] as number));
        const sorted = order.map((i) => placed[i] as number);
        for (const [i, height] of sorted.entries()) {
          expect(height).toBeGreaterThanOrEqual(-1e-9);
          expect(height).toBeLessThanOrEqual(200 + 1e-9);
          if (i > 0) expect(height - (sorted[i - 1] as number)).toBeGreaterThanOrEqual(20 - 1e-9);
        }
      }),
      { numRuns: 300 },
    );
    expect(spread([150, 10, 90], 20, 0, 200)).toEqual([150, 10, 90]);
  });
});

describe('fitted', () => {
  it('makes a text smaller before it cuts it', () => {
    expect(fitted('u₁', 82, 15)).toEqual({ text: 'u₁', size: 15 });
    expect(fitted('u₁, u₂, u₉', 75, 15)).toMatchObject({ text: 'u₁, u₂, u₉' });
    const { text, size } = fitted('u₁, u₂, u₉, u₁₁', 60, 15);
    expect(text).toMatch(/…$/);
    expect(textWidth(text, size)).toBeLessThanOrEqual(60);
  });
});

describe('dynamicsLayout', () => {
  it('puts the bars where the alignment would be, and wider, when there is none', () => {
    const texts = { title: 'A', legend: ['u₁'], caption: ['B.'] };
    const five = dynamicsLayout({ ...texts, alignment: true });
    const four = dynamicsLayout({ ...texts, alignment: false });
    expect(four.alignment).toBeNull();
    expect(four.basins.left).toBe(five.alignment?.left);
    expect(four.basins.width).toBe(four.amplitudes.width);
  });
});
