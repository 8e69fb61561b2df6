import { describe, expect, it } from 'vitest';
import { compareHtml } from '../../src/report/compare-html.js';
import { compareText } from '../../src/report/compare-text.js';
import type { Study } from '../../src/report/comparison.js';
import { compare } from '../../src/report/comparison.js';
import type { Verdict } from '../../src/study/summary.js';
import { failure } from '../support/failure.js';
import { studyCells } from './study-cells.js';
import { PROVENANCE, studyRecord } from './study-record.js';

const SIZES = [100, 400, 1600, 6400, 25600];
const cells = studyCells({ n: SIZES });
const a: Study = { record: studyRecord(cells), cells, name: 'one' };

const changed = studyCells({ n: SIZES, alpha: [0.1, 1, 30] }).map((cell) =>
  cell.seed === 1 && cell.alpha === 1 ? { ...cell, distance: cell.distance / 2 } : cell,
);
const b: Study = {
  record: studyRecord(changed, { provenance: { ...PROVENANCE, backend: 'js', blas: null } }),
  cells: changed,
  name: 'two',
};

describe('compare', () => {
  it('finds nothing between a study and itself', () => {
    const { differences, verdicts, cells: shared } = compare(a, a);
    expect(differences).toEqual([]);
    expect(verdicts).toEqual([]);
    expect(shared).toEqual({ shared: cells.length, identical: cells.length, distance: 0, angle: 0 });
  });

  it('names the settings that differ', () => {
    const { differences, same } = compare(a, b);
    expect(differences).toEqual([
      { name: 'Alignments α', a: '0.1, 1, 10', b: '0.1, 1, 30' },
      { name: 'Backend', a: 'native', b: 'js' },
      { name: 'BLAS', a: PROVENANCE.blas, b: '–' },
    ]);
    expect(same).toContain('Kernel');
  });

  it('counts cells in both and measures how far they are apart', () => {
    const { cells: shared } = compare(a, b);
    // 2 noise levels, 3 problems, 2 α in both, 3 seeds, 5 sizes; a third of those at one α changed.
    expect(shared).toEqual({ shared: 180, identical: 150, distance: 0.5, angle: 0 });
  });

  it('puts curves side by side at the largest n of both', () => {
    const shorter = cells.filter(({ n }) => n < 10000);
    const { curves } = compare(a, { record: studyRecord(shorter), cells: shorter });
    expect(curves.every(({ n }) => n === 6400)).toBe(true);
    const onlyB = compare(a, b).curves.filter((pair) => pair.a === undefined);
    expect(onlyB.map(({ alpha, n }) => [alpha, n])).toEqual(Array.from({ length: 6 }, () => [30, 25600]));
  });

  it('finds verdicts that differ', () => {
    const [first, ...rest] = a.record.verdicts;
    const other = { ...first, observed: first?.observed === 'misses' ? 'recovers' : 'misses' } as Verdict;
    const told = { ...a, record: { ...a.record, verdicts: [other, ...rest] } };
    expect(compare(a, told).verdicts).toEqual([{ a: first, b: other }]);
  });

  it('rejects what is not a study', async () => {
    expect(await failure(() => compare(a, {} as Study))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'b' });
    expect(await failure(() => compareText(null as never, a))).toMatchObject({ argument: 'a' });
    expect(await failure(() => compareHtml(a, { record: a.record } as Study))).toMatchObject({ argument: 'b' });
  });
});

describe('compareText', () => {
  it('is a short table', () => {
    const lines = compareText(a, b).split('\n');
    expect(lines.slice(0, 2)).toEqual(['A: one', 'B: two']);
    expect(lines).toContain('Backend       native                      js');
    expect(lines).toContain(
      '180 cells are in both studies, 150 of them identical; distances differ by up to 50 %, angles by up to 0 %.',
    );
    expect(lines.find((line) => line.includes('distance A'))).toMatch(/^Noise ≤ {2}Problem/);
    expect(lines.filter((line) => line.includes('Joint embedding'))).toHaveLength(8);
  });

  it('lets no name steer the terminal', () => {
    expect(compareText({ ...a, name: 'one\x1b[31m\r\nB: fake' }, b)).not.toMatch(/[^\P{Cc}\n]|\nB: fake/u);
  });
});

describe('compareHtml', () => {
  it('shows both figures and every table, each id once', async () => {
    const html = await compareHtml(a, b);
    expect(html.match(/<svg role="img"/g)).toHaveLength(2);
    for (const heading of ['What differs', 'Figures', 'Curves', 'Thresholds'])
      expect(html).toContain(`<h2>${heading}</h2>`);
    const same = await compareHtml(a, a);
    const ids = [...same.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(same).toContain('Nothing: both were asked for the same');
  });

  it('escapes names', async () => {
    const html = await compareHtml({ ...a, name: '<script>alert(1)</script>' }, b);
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;');
  });
});
