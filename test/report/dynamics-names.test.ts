import { describe, expect, it } from 'vitest';
import { modeName, modesKey, modesName } from '../../src/report/dynamics-names.js';

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

  it('have one key in any order, and another for other modes', () => {
    expect(modesKey([10, 2])).toBe(modesKey([2, 10]));
    expect(modesKey([1, 2])).not.toBe(modesKey([12]));
  });
});
