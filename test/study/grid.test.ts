import { describe, expect, it } from 'vitest';
import { cellsOf, countCells, resolveGrid } from '../../src/study/grid.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const DATA = { dims: 8, rows: 1000 };

describe('resolveGrid', () => {
  it('fills in the paper’s protocol, with as many sizes as there are rows for', () => {
    expect(resolveGrid({}, DATA)).toEqual({
      problems: ['supervised', 'joint-embedding', 'reconstruction'],
      noise: [1e3, 1e6],
      theta: [1e4],
      k: [8],
      alpha: [0.1, 1, 10],
      n: [100, 200, 400, 800],
      seeds: [0, 1, 2],
    });
    expect(resolveGrid({}, { dims: 8, rows: Number.POSITIVE_INFINITY }).n).toHaveLength(10);
  });

  it('takes one value for a list of one, and a number of seeds for so many', () => {
    const one = { problems: 'reconstruction', noise: 2, theta: 3, k: 4, alpha: 5, n: 6 } as const;
    expect(resolveGrid({ ...one, seeds: 2 }, DATA)).toEqual({
      problems: ['reconstruction'],
      noise: [2],
      theta: [3],
      k: [4],
      alpha: [5],
      n: [6],
      seeds: [0, 1],
    });
    expect(resolveGrid({ ...one, seeds: [2] }, DATA).seeds).toEqual([2]);
  });

  it('sorts by number, not by text, and leaves what it was given alone', () => {
    const given = {
      noise: [1e6, 20, 3],
      n: [1000, 200, 30],
      seeds: [10, 9],
      problems: ['reconstruction', 'supervised'],
    };
    const copy = structuredClone(given);
    const grid = resolveGrid(given as never, DATA);
    expect(grid).toMatchObject({
      noise: [3, 20, 1e6],
      n: [30, 200, 1000],
      seeds: [9, 10],
      problems: ['supervised', 'reconstruction'],
    });
    expect(given).toEqual(copy);
  });

  it.each([
    [{ alpha: [1, 1] }, 'INVALID_ARGUMENT', 'alpha'],
    [{ alpha: [0, -0] }, 'INVALID_ARGUMENT', 'alpha'],
    [{ problems: ['supervised', 'supervised'] }, 'INVALID_ARGUMENT', 'problems'],
    [{ n: [] }, 'EMPTY', 'n'],
    [{ problems: [] }, 'EMPTY', 'problems'],
    [{ seeds: [] }, 'EMPTY', 'seeds'],
    [{ noise: 0 }, 'OUT_OF_RANGE', 'noise'],
    [{ noise: [1, -1] }, 'OUT_OF_RANGE', 'noise[1]'],
    [{ theta: 0 }, 'OUT_OF_RANGE', 'theta'],
    [{ alpha: -0.1 }, 'OUT_OF_RANGE', 'alpha'],
    [{ alpha: Number.NaN }, 'INVALID_ARGUMENT', 'alpha'],
    [{ alpha: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT', 'alpha'],
    [{ alpha: '1' }, 'INVALID_ARGUMENT', 'alpha'],
    [{ alpha: null }, 'INVALID_ARGUMENT', 'alpha'],
    [{ k: 9 }, 'OUT_OF_RANGE', 'k'],
    [{ k: [1, 0] }, 'OUT_OF_RANGE', 'k[1]'],
    [{ k: 1.5 }, 'INVALID_ARGUMENT', 'k'],
    [{ n: 0 }, 'OUT_OF_RANGE', 'n'],
    [{ n: [10, 1001] }, 'OUT_OF_RANGE', 'n[1]'],
    [{ n: 99.5 }, 'INVALID_ARGUMENT', 'n'],
    [{ seeds: 0 }, 'OUT_OF_RANGE', 'seeds'],
    [{ seeds: 2 ** 40 }, 'OUT_OF_RANGE', 'seeds'],
    [{ seeds: [0.5] }, 'INVALID_ARGUMENT', 'seeds[0]'],
    [{ seeds: [-1] }, 'OUT_OF_RANGE', 'seeds[0]'],
    [{ problems: 'pretext' }, 'INVALID_ARGUMENT', 'problems'],
  ])('refuses %o', async (options, code, argument) => {
    expect(await failure(() => resolveGrid(options as never, DATA))).toMatchObject({ code, argument });
  });

  it('says what to do about data that are too few for the default sizes', async () => {
    const error = await failure(() => resolveGrid({}, { dims: 8, rows: 99 }));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'data', received: '99' });
    expect(error.message).toContain('n');
    expect(resolveGrid({ n: 99 }, { dims: 8, rows: 99 }).n).toEqual([99]);
  });
});

describe('cellsOf', () => {
  it('names every combination once, as many as countCells says', () => {
    const values = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(values, values, values, values, values, values, (noise, theta, k, alpha, n, seeds) => {
        const grid = resolveGrid({ noise, theta, k, alpha, n, seeds }, DATA);
        const cells = grid.seeds.flatMap((seed) => [...cellsOf(grid, seed)]);
        expect(cells).toHaveLength(countCells(grid));
        expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(cells.length);
        for (const cell of cells) expect(grid.noise).toContain(cell.noise);
      }),
      { numRuns: 30 },
    );
  });
});
