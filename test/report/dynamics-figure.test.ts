import { describe, expect, it } from 'vitest';
import { dynamicsFigure } from '../../src/report/dynamics-figure.js';
import type { DynamicsRun } from '../../src/report/dynamics-run.js';
import { failure } from '../support/failure.js';
import { type Element, elements } from '../support/xml.js';
import { type FakeRun, fakeRun } from './dynamics-runs.js';
import { expectTidy } from './tidy.js';

const draw = async (run: DynamicsRun, title = 'SimSiam on something') => elements(await dynamicsFigure(run, { title }));
const texts = (all: Element[]) => all.filter(({ name }) => name === 'text').map(({ text }) => text);
const frames = (all: Element[]) => all.filter(({ attributes }) => attributes.stroke === '#bdbdbd');
/** Without those of the legend, which has none. */
const dashes = (all: Element[]) => all.filter(({ attributes }) => attributes['stroke-dasharray'] !== undefined);

describe('dynamicsFigure', () => {
  it('has five panels, their names and the levels that theory predicts', async () => {
    const all = await draw(fakeRun());
    expect(frames(all)).toHaveLength(5);
    const said = texts(all);
    for (const heading of [
      'SimSiam on something',
      'Canonical modes of the first start',
      'Energy',
      'Predictor trace Tr P',
      'Predictor misalignment',
      'Where starts ended',
    ])
      expect(said).toContain(heading);
    // The upper roots ½ (s + √(s² − 4λ)) at s = 1, 0.9, 0.81 and λ = 0.1.
    expect(said).toEqual(expect.arrayContaining(['u₁: 0.887', 'u₂: 0.77', 'u₃: 0.658', 'u₁, s = 1', 'u₂, s = 0.9']));
    // Three levels of amplitude; four stable equilibria (3, 2, 1 and no modes) in energy and trace.
    expect(dashes(all)).toHaveLength(3 + 2 * 4);
    expect(said).toEqual(expect.arrayContaining(['3 (50 %)', '1 (17 %)', 'none', 'other modes']));
    expectTidy(all);
  });

  it.each<[string, FakeRun]>([
    ['one start', { ends: [3] }],
    ['starts that are not at rest', { ends: [null, 2, 0] }],
    ['many levels close to each other', { ends: [9, 7, 3, 0], k: 9, lambda: 0.02, modes: 14 }],
    ['nothing that survives', { ends: [0, 0], lambda: 1 }],
    ['every mode of few', { ends: [2, 1], k: 2, modes: 2 }],
  ])('is tidy with %s', async (_, given) => {
    const all = await draw(fakeRun(given));
    expect(frames(all)).toHaveLength(5);
    expectTidy(all);
  });

  it('names starts that are still moving, and draws them only as far as they got', async () => {
    const said = texts(await draw(fakeRun({ ends: [null, 3] })));
    expect(said).toContain('moving');
    expect(said).toContain('1 (50 %)');
  });

  it('leaves out the alignment where there is none', async () => {
    const all = await draw(fakeRun({ alignment: false }));
    expect(frames(all)).toHaveLength(4);
    expect(texts(all)).not.toContain('Predictor misalignment');
    expectTidy(all);
  });

  it('shows the levels beside a start from far away', async () => {
    const run = fakeRun();
    for (const one of run.series) {
      one.energy[0] = 1e30;
      one.amplitudes[0]?.fill(1e5);
    }
    const all = await draw(run);
    expect(texts(all)).toEqual(expect.arrayContaining(['u₁: 0.887', '10³', '−0.1']));
    expect(texts(all).join(' ')).toContain('Energy: some starts come from beyond the frame.');
    expectTidy(all);
  });

  it('draws the levels of many equilibria only where they matter', async () => {
    const many = fakeRun({ k: 9, lambda: 0.01, modes: 12, ends: [9, 8, 8, 3] });
    const all = await draw(many);
    // Nine amplitudes of the fullest; the levels of three of ten equilibria, twice.
    expect(dashes(all)).toHaveLength(9 + 2 * 3);
    expect(texts(all).join(' ')).toContain('the fullest and those where starts ended of 10');
    expectTidy(all);
  });

  it('draws tied modes together, at the norm of their levels', async () => {
    const run = fakeRun();
    const [first] = run.summary.predicted.stable;
    if (first !== undefined) first.amplitudes[2] = first.amplitudes[1] as number;
    const all = await draw({ ...run, summary: { ...run.summary, ties: [[1, 2]] } });
    // 0.7702 √2.
    expect(texts(all)).toContain('u₂, u₃: 1.09');
    expect(texts(all).join(' ')).toContain('by the norm over them');
    expectTidy(all);
  });

  it('speaks of features and weights of deep networks', async () => {
    const run = fakeRun({ alignment: false });
    const flow = { ...run.summary.flow, kind: 'deep-linear' as const };
    const said = texts(await draw({ ...run, summary: { ...run.summary, flow } }));
    expect(said).toEqual(expect.arrayContaining(['Features of the first start', 'Weight', 'u₁, ρ = 1']));
    expect(said.join(' ')).not.toMatch(/Canonical|Amplitude|Misalignment/);
  });

  it('calls the energy a loss where it may rise, and says when bars are not predicted', async () => {
    const run = fakeRun();
    const { summary } = run;
    const basins = summary.basins.map((basin, i) => ({ ...basin, ...(i === 0 && { verdict: 'unstable' as const }) }));
    const said = texts(
      await draw({ ...run, summary: { ...summary, basins, flow: { ...summary.flow, lyapunov: false } } }),
    );
    expect(said).toContain('Loss');
    expect(said).not.toContain('Energy');
    expect(said.join(' ')).toContain('no Lyapunov');
    expect(said.join(' ')).toContain('Open bars');
  });

  it('draws no more curves than can be told apart, and counts all', async () => {
    const count = (all: Element[]) => all.filter(({ attributes }) => attributes['stroke-width'] === '1.3').length;
    const all = await draw(fakeRun({ ends: Array.from({ length: 130 }, () => 3) }));
    // Thin curves in three panels; the first start's are thick.
    expect(count(all)).toBe(3 * 99);
    expect(texts(all)).toContain('130 (100 %)');
    expect(texts(all).join(' ')).toContain('Curves: the first 100 starts.');
  });

  it('gives the same bytes again, and wraps a long title', async () => {
    const title = 'a title far too long for one line '.repeat(4);
    expect(await dynamicsFigure(fakeRun(), { title })).toBe(await dynamicsFigure(fakeRun(), { title }));
    expectTidy(await draw(fakeRun(), title));
  });

  it('refuses what it does not know', async () => {
    const options = { titel: '' } as object;
    expect(await failure(() => dynamicsFigure(fakeRun(), options))).toMatchObject({ code: 'UNKNOWN_OPTION' });
    const title = 3 as unknown as string;
    expect(await failure(() => dynamicsFigure(fakeRun(), { title }))).toMatchObject({ argument: 'title' });
  });
});
