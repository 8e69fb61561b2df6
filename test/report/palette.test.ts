import { describe, expect, it } from 'vitest';
import { pen } from '../../src/report/palette.js';

describe('pen', () => {
  it.each([1, 2, 3, 7, 35])('tells %i lines apart', (count) => {
    const pens = Array.from({ length: count }, (_, i) => pen(i, count, 0));
    expect(new Set(pens.map(({ colour, symbol }) => `${colour} ${symbol}`)).size).toBe(count);
  });

  it('spreads the lines evenly about their place', () => {
    expect([0, 1, 2].map((i) => pen(i, 3, 0.2).shift)).toEqual([-0.1, 0, 0.1]);
    expect(pen(0, 1, 0.2).shift).toBe(0);
  });
});
