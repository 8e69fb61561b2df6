import { describe, expect, it } from 'vitest';
import type { CellCoordinates } from '../../src/study/cell.js';
import { cellKey, digest } from '../../src/study/key.js';

const CELL: CellCoordinates = {
  problem: 'reconstruction',
  noise: 1e3,
  theta: 1e4,
  k: 50,
  alpha: 0.1,
  n: 100,
  seed: 0,
};

describe('cellKey', () => {
  it('is the one that results written so far have', () => {
    // Where this fails, older results.jsonl are not taken up any more: mean it, and raise FORMAT where numbers change.
    expect(cellKey({ id: 'built-in 1, 50 components' }, 50, CELL)).toBe('4bbd5e0e9edafdfb3ff37e79df724535');
  });

  it('does not depend on the order of properties or on what else the cell holds', () => {
    const turned = Object.fromEntries(Object.entries({ ...CELL, distance: 0.5, angle: 1 }).reverse());
    expect(cellKey({ id: 'x' }, 50, turned as unknown as CellCoordinates)).toBe(cellKey({ id: 'x' }, 50, CELL));
  });

  it('differs with every input', () => {
    const others: CellCoordinates[] = [
      CELL,
      { ...CELL, problem: 'supervised' },
      { ...CELL, noise: 1e3 + 1e-12 * 1e3 },
      { ...CELL, theta: 1e3 },
      { ...CELL, k: 5 },
      { ...CELL, alpha: 1 },
      { ...CELL, n: 1000 },
      { ...CELL, seed: 1 },
      // Neighbours that would be the same if numbers were only written one after the other.
      { ...CELL, k: 5, alpha: 0 },
      { ...CELL, n: 10, seed: 0 },
    ];
    const keys = others.map((cell) => cellKey({ id: 'x' }, 50, cell));
    keys.push(cellKey({ id: 'y' }, 50, CELL), cellKey({ id: 'x' }, 51, CELL));
    expect(new Set(keys).size).toBe(12);
  });
});

describe('digest', () => {
  it('is 128 bits in hexadecimal, of the content', () => {
    expect(digest({ a: [1, 'x'] })).toMatch(/^[0-9a-f]{32}$/);
    expect(digest({ a: [1, 'x'] })).toBe(digest(JSON.parse('{"a":[1,"x"]}')));
    expect(digest({ a: [1, 'x'] })).not.toBe(digest({ a: [1, 'y'] }));
  });
});
