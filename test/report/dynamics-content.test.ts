import { describe, expect, it } from 'vitest';
import { basinRows, inkOf, OTHERS, share, shownModes, together } from '../../src/report/dynamics-content.js';
import type { EquilibriumFacts, StartSeries } from '../../src/report/dynamics-run.js';
import { fakeRun } from './dynamics-runs.js';

describe('shownModes', () => {
  it('are those that theory keeps, then the most correlated ones, whatever the start had of them', () => {
    const run = fakeRun({ modes: 14 });
    const shown = shownModes(run).map(({ indices }) => indices[0]);
    expect(shown).toHaveLength(6);
    expect(shown).toEqual(expect.arrayContaining([0, 1, 2]));
    expect(shown).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leave out modes that never show', () => {
    const run = fakeRun();
    for (const values of run.series[0]?.amplitudes ?? []) values.fill(0, 3);
    expect(shownModes(run).map(({ indices }) => indices[0])).toEqual([0, 1, 2]);
  });
});

describe('shownModes of ties', () => {
  it('are one, by the norm over them, which rotations leave alone', () => {
    const run = fakeRun();
    const tied = { ...run, summary: { ...run.summary, ties: [[1, 2]] } };
    expect(shownModes(tied)[1]).toMatchObject({ indices: [1, 2], name: 'u₂, u₃, s = 0.9' });
    const [first] = run.series;
    const [values] = first?.amplitudes ?? [];
    values?.set([3, 4], 1);
    expect(together(first as StartSeries, [1, 2])[0]).toBeCloseTo(5, 14);
  });
});

describe('basinRows', () => {
  it('gives each row a colour and a name of its own, and counts what has none', () => {
    const { summary } = fakeRun({ k: 9, lambda: 0.01, modes: 12, ends: [9, 8] });
    const { rows, unvisited, colourOf } = basinRows(summary);
    expect(new Set(rows.map(({ colour }) => colour)).size).toBe(7);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(7);
    // Ten are stable, of nine modes to none.
    expect(unvisited).toBe(3);
    expect(colourOf([0, 1])).toBe(OTHERS);
  });

  it('names modes by numbers where their names are too long, all of them alike', () => {
    const { summary } = fakeRun();
    const scattered = { ...(summary.predicted.stable[0] as EquilibriumFacts), modes: [0, 2, 5, 7] };
    const predicted = { ...summary.predicted, stable: [scattered, ...summary.predicted.stable] };
    const { rows, numbered, nameOf } = basinRows({ ...summary, predicted });
    expect(numbered).toBe(true);
    expect(rows.map(({ name }) => name)).toEqual(['1,3,6,8', '1–3', '1,2', '1', 'none']);
    expect(nameOf([7, 5, 2, 0])).toBe('1,3,6,8');
  });

  it('counts modes where even their numbers are too many', () => {
    const { summary } = fakeRun();
    const odd = (first: number) => Array.from({ length: 8 }, (_, i) => first + 3 * i);
    const [facts] = summary.predicted.stable as [EquilibriumFacts];
    const stable = [odd(10), odd(11)].map((modes, i) => ({ ...facts, modes, energy: i }));
    const { rows } = basinRows({ ...summary, predicted: { ...summary.predicted, stable }, basins: [] });
    expect(rows.map(({ name }) => name)).toEqual(['8 modes a', '8 modes b']);
  });

  it('counts starts at any part of a tie as one end', () => {
    const { summary } = fakeRun({ ends: [2, 2] });
    const basins = summary.basins.map((basin) => ({ ...basin, modes: [0, 2] }));
    const { rows } = basinRows({ ...summary, basins, ties: [[1, 2, 3]] });
    expect(rows.filter(({ count }) => count > 0)).toEqual([expect.objectContaining({ count: 2 })]);
    expect(rows).toHaveLength(4);
  });

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
