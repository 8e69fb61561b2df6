import { describe, expect, it } from 'vitest';
import { modeName, modeNumbers, modesKey, modesName } from '../../src/report/dynamics-names.js';

describe('names of modes', () => {
  it('count from 1', () => {
    expect([0, 8, 9, 120].map(modeName)).toEqual(['u₁', 'u₉', 'u₁₀', 'u₁₂₁']);
  });

  it.each([
    [[], 'nothing'],
    [[0], 'u₁'],
    [[1, 0], 'u₁, u₂'],
    [[0, 1, 2], 'u₁–u₃'],
    [[8, 0, 1, 2, 4, 7], 'u₁–u₃, u₅, u₈, u₉'],
  ])('join neighbours of %j', (indices, name) => {
    expect(modesName(indices)).toBe(name);
  });

  it('say how many of a tie are held, where not all are', () => {
    const ties = [
      [1, 2],
      [3, 4, 5],
    ];
    expect(modesName([0, 1], ties)).toBe('u₁, 1 of (u₂, u₃)');
    expect(modesName([0, 1, 2], ties)).toBe('u₁–u₃');
    expect(modesName([3, 5, 0, 7], ties)).toBe('u₁, 2 of (u₄–u₆), u₈');
    expect(modeNumbers([3, 5, 0, 7], ties)).toBe('1,8+2 of 4–6');
    expect(modeNumbers([0, 1, 2, 6])).toBe('1–3,7');
    expect(modesName([], ties)).toBe('nothing');
  });

  it('have one key for any part of a tie as large', () => {
    const ties = [[1, 2, 3]];
    expect(modesKey([0, 2], ties)).toBe(modesKey([1, 0], ties));
    expect(modesKey([3, 2, 0], ties)).toBe(modesKey([0, 1, 2], ties));
    expect(modesKey([0, 2], ties)).not.toBe(modesKey([0, 1, 2], ties));
    expect(modesKey([0, 2])).not.toBe(modesKey([0, 1]));
  });

  it('have one key in any order, and another for other modes', () => {
    expect(modesKey([10, 2])).toBe(modesKey([2, 10]));
    expect(modesKey([1, 2])).not.toBe(modesKey([12]));
  });
});
