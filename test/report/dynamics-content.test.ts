import { describe, expect, it } from 'vitest';
import { basinRows, inkOf, OTHERS, share, shownModes } from '../../src/report/dynamics-content.js';
import { fakeRun } from './dynamics-runs.js';

describe('shownModes', () => {
  it('are those that theory keeps, then the largest, by index', () => {
    const run = fakeRun({ modes: 14 });
    const shown = shownModes(run).map(({ index }) => index);
    expect(shown).toHaveLength(6);
    expect(shown).toEqual(expect.arrayContaining([0, 1, 2]));
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
  });

  it('leave out modes that never show', () => {
    const run = fakeRun();
    for (const values of run.series[0]?.amplitudes ?? []) values.fill(0, 3);
    expect(shownModes(run).map(({ index }) => index)).toEqual([0, 1, 2]);
  });
});

describe('basinRows', () => {
  it('has predicted and observed ends, those with most modes on top', () => {
    const { rows, left } = basinRows(fakeRun({ ends: [3, 3, 1, null] }).summary);
    expect(rows.map(({ name, count }) => [name, count])).toEqual([
      ['u₁–u₃', 2],
      ['u₁, u₂', 0],
      ['u₁', 1],
      ['none', 0],
      ['moving', 1],
    ]);
    expect(left).toBe(0);
    expect(new Set(rows.map(({ colour }) => colour)).size).toBe(5);
  });

  it('marks what theory calls unstable, and counts what has no row', () => {
    const { summary } = fakeRun({ k: 9, lambda: 0.01, modes: 12, ends: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] });
    const odd = {
      ...(summary.basins[0] as (typeof summary.basins)[0]),
      modes: [5],
      verdict: 'unstable' as const,
      count: 9,
    };
    const { rows, left } = basinRows({ ...summary, basins: [odd, ...summary.basins] });
    expect(rows).toHaveLength(7);
    expect(rows.find(({ expected }) => !expected)).toMatchObject({ name: 'u₆', count: 9 });
    expect(left).toBe(4);
  });
});

describe('letters and shares', () => {
  it('are dark enough to read on white', () => {
    const luminance = (hex: string) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
        const c = Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
        return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      }, 0);
    // WCAG 2.2, 1.4.3: 4.5 to 1.
    for (const { colour } of [...shownModes(fakeRun({ modes: 14 })), ...basinRows(fakeRun().summary).rows])
      expect(1.05 / (luminance(inkOf(colour)) + 0.05)).toBeGreaterThan(4.5);
    expect(1.05 / (luminance(inkOf(OTHERS)) + 0.05)).toBeGreaterThan(4.5);
  });

  it('are rounded', () => {
    expect([share(1, 3), share(0, 3), share(3, 3)]).toEqual(['1 (33 %)', '0', '3 (100 %)']);
  });
});
