import { describe, expect, it } from 'vitest';
import { phasePanels } from '../../src/report/phase.js';
import { noiseAxis, squareAxis } from '../../src/report/phase-axes.js';
import { phaseDiagram } from '../../src/report/phase-diagram.js';
import type { StudySummary, Verdict } from '../../src/study/summary.js';
import { failure } from '../support/failure.js';
import { type Element, elements } from '../support/xml.js';
import { studyCells } from './study-cells.js';
import { studyRecord, withVerdicts } from './study-record.js';
import { expectTidy } from './tidy.js';

const SMALL = [100, 400, 1600, 6400, 25600];
const summary = studyRecord(studyCells({ n: SMALL }));
const texts = (all: Element[]) => all.filter(({ name }) => name === 'text').map(({ text }) => text);
const frames = (all: Element[]) => all.filter(({ attributes }) => attributes.stroke === '#bdbdbd');
const dashes = (all: Element[]) => all.filter(({ attributes }) => attributes['stroke-dasharray'] !== undefined);
const draw = async (given: StudySummary) => elements(await phaseDiagram(given, { title: 'A study' }));
const change = (to: (verdict: Verdict) => Partial<Verdict>) => withVerdicts(summary, to);

describe('phasePanels', () => {
  it('reduces thresholds to mean and range, and verdicts to counts', () => {
    const panels = phasePanels(summary);
    expect(panels.map(({ problem }) => problem)).toEqual(['reconstruction', 'joint-embedding']);
    expect(panels[0]?.levels.map(({ noise }) => noise)).toEqual([1e3, 1e6]);
    const [weak, strong] = panels[0]?.levels ?? [];
    const squares = summary.thresholds
      .filter(({ noise }) => noise === 1e6)
      .flatMap((seed) => seed.reconstruction?.alphaSquared ?? []);
    expect(weak?.high).toBeLessThan(0);
    expect(strong).toMatchObject({ low: Math.min(...squares), high: Math.max(...squares) });
    expect(strong?.mean).toBeCloseTo(
      squares.reduce((sum, square) => sum + square / 3, 0),
      10,
    );
    expect(panels[0]?.marks).toHaveLength(6);
    for (const { recovers, misses, undecided } of panels[0]?.marks ?? []) expect(recovers + misses + undecided).toBe(3);
  });

  it('calls a contradiction wrong where it is clear, and close where it is not', () => {
    const marks = (given: StudySummary) => phasePanels(given).flatMap((panel) => panel.marks);
    expect(marks(change(() => ({ agrees: false, close: true }))).some(({ wrong }) => wrong)).toBe(false);
    expect(marks(change(() => ({ agrees: false, close: false }))).every(({ wrong }) => wrong)).toBe(true);
  });
});

describe('axes of a phase diagram', () => {
  const panels = phasePanels(studyRecord(studyCells({ n: SMALL, noise: [0, 1e3, 1e6], alpha: [0, 0.1, 10] })));

  it('give 0 a place at the edge', () => {
    const [x, y] = [noiseAxis(panels), squareAxis(panels)];
    expect(x.position(0)).toBeGreaterThan(x.min);
    expect(x.position(0)).toBeLessThan(x.position(1e3));
    expect(y.position(0)).toBe(y.min);
    expect(y.position(-3)).toBe(y.min);
    expect(x.major[0]).toEqual({ at: x.position(0), label: '0' });
    expect(y.major[0]).toEqual({ at: y.min, label: '≤ 0' });
  });

  it('hold every α², and thresholds near them', () => {
    const y = squareAxis(panels);
    for (const alpha of [0.1, 10]) {
      expect(Math.log10(alpha ** 2)).toBeGreaterThan(y.min);
      expect(Math.log10(alpha ** 2)).toBeLessThan(y.max);
    }
    expect(y.position(1e300)).toBe(y.max);
    expect(y.max).toBeLessThan(5);
  });
});

describe('phaseDiagram', () => {
  it('has a panel for reconstruction and one for joint embedding', async () => {
    const all = await draw(summary);
    expect(frames(all)).toHaveLength(2);
    expect(texts(all)).toEqual(expect.arrayContaining(['Reconstruction', 'Joint embedding', 'Noise level', '≤ 0']));
    expect(texts(all)).toEqual(expect.arrayContaining(['mean threshold', 'recovers', 'misses']));
    expectTidy(all);
  });

  it('dashes a threshold that rises from 0 or below, and says so', async () => {
    // One segment in the panel of reconstruction, one in the legend.
    const all = await draw(summary);
    expect(dashes(all)).toHaveLength(2);
    expect(texts(all)).toContain('rises from ≤ 0');
    const positive = await draw(studyRecord(studyCells({ n: SMALL, noise: [1e5, 1e6] })));
    expect(dashes(positive)).toHaveLength(0);
    expect(texts(positive)).not.toContain('rises from ≤ 0');
  });

  it('has a row for each Θ level and k', async () => {
    const all = await draw(studyRecord(studyCells({ n: SMALL, theta: [1e4, 2e4], k: [20, 50], seeds: 1 })));
    expect(frames(all)).toHaveLength(8);
    expect(texts(all)).toEqual(expect.arrayContaining(['Θ ≤ 10⁴, k = 20', 'Θ ≤ 2×10⁴, k = 50']));
    expectTidy(all);
  });

  it.each([
    ['undecided', change(() => ({ observed: 'undecided', agrees: null }))],
    ['seeds differ', change(({ seed }) => ({ observed: seed === 0 ? 'misses' : 'recovers' }))],
    ['too close to call', change(() => ({ close: true }))],
    ['not as predicted', change(() => ({ close: false, agrees: false }))],
  ])('explains %s where there is such a thing, and only there', async (name, given) => {
    expect(texts(await draw(given))).toContain(name);
    const none = change(({ predicted }) => ({ observed: predicted, agrees: true, close: false }));
    expect(texts(await draw(none))).not.toContain(name);
  });

  it.each([
    ['one noise level and seed', { noise: [1e5], seeds: 1 }],
    ['one α', { alpha: [1] }],
    ['no noise and α = 0', { noise: [0, 1e3], alpha: [0, 1] }],
    ['no noise at all', { noise: [0], alpha: [0] }],
    ['huge ranges', { noise: [1e-9, 1, 1e12], alpha: [1e-6, 1, 1e6] }],
  ])('keeps its texts apart with %s', async (_, grid) => {
    const all = await draw(studyRecord(studyCells({ n: SMALL, ...grid })));
    expect(all.map(({ attributes }) => attributes.d ?? '').join(' ')).not.toMatch(/NaN|Infinity/);
    expectTidy(all);
  });

  it('gives the same bytes for the same summary, however it is ordered', async () => {
    const reversed = {
      ...summary,
      thresholds: summary.thresholds.toReversed(),
      verdicts: summary.verdicts.toReversed(),
    };
    expect(await phaseDiagram(reversed)).toBe(await phaseDiagram(summary));
  });

  it.each([
    ['INVALID_ARGUMENT', 'summary', null, {}],
    ['INVALID_ARGUMENT', 'summary', {}, {}],
    ['EMPTY', 'summary.thresholds', { ...summary, thresholds: [] }, {}],
    ['INVALID_ARGUMENT', 'title', summary, { title: 3 }],
    ['UNKNOWN_OPTION', 'measure', summary, { measure: 'angle' }],
  ])('rejects with %s of %s', async (code, argument, given, options) => {
    const action = () => phaseDiagram(given as StudySummary, options as { title?: string });
    expect(await failure(action)).toMatchObject({ code, argument });
  });
});
