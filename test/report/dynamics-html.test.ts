import { describe, expect, it } from 'vitest';
import { dynamicsFigure } from '../../src/report/dynamics-figure.js';
import { type DynamicsProvenance, dynamicsHtml } from '../../src/report/dynamics-html.js';
import { TemporaryFolder } from '../support/temporary.js';
import { Browser, browserPath, flaws } from './browser.js';
import { fakeRun } from './dynamics-runs.js';

const provenance: DynamicsProvenance = {
  version: '0.1.0',
  commit: null,
  configHash: 'abc',
  backend: 'js',
  blas: null,
  kernel: null,
  threads: 2,
  cpu: 'a processor',
  node: 'v20',
  platform: 'linux-x64',
  started: '2026-01-02T03:04:05.000Z',
  ended: '2026-01-02T03:04:09.000Z',
  seconds: 4,
};

/** Drawn once where the figure does not matter. */
const figure = dynamicsFigure(fakeRun());

describe('dynamicsHtml', () => {
  it('says what theory predicts, what was observed and what to do', async () => {
    const page = await dynamicsHtml(fakeRun(), provenance);
    expect(page).toMatch(/^<!doctype html>/);
    for (const words of [
      'Theory predicts',
      'Observed',
      'What to do',
      'Theory.',
      'Observed.',
      'Advice.',
      'partially collapsed',
      'λ = 0.1',
    ])
      expect(page).toContain(words);
    expect(page).toContain('<h1>SimSiam on normals of correlation 0.9, degree 8</h1>');
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(await dynamicsHtml(fakeRun(), provenance)).toBe(page);
  });

  it('keeps flags on one line, as they are typed, and spaces around them', async () => {
    const run = fakeRun();
    run.summary.findings.advice = ['Take a larger --max-steps, or --k 4.'];
    const page = await dynamicsHtml(run, provenance, await figure);
    const flag = (name: string) => `<span style="white-space:nowrap">${name}</span>`;
    expect(page).toContain(`Take a larger ${flag('--max-steps')}, or ${flag('--k')} 4.`);
  });

  it('writes minus signs in names of pairs, not of files', async () => {
    const run = fakeRun();
    run.summary.pair.name = 'normals of correlation -0.9, degree 6';
    expect(await dynamicsHtml(run, provenance, await figure)).toContain('correlation −0.9, degree 6');
    run.summary.pair = { ...run.summary.pair, name: 'flips of cifar -10', data: { images: 9, samples: null } };
    expect(await dynamicsHtml(run, provenance, await figure)).toContain('cifar -10');
  });

  it('speaks of features of deep networks, which have no rotations', async () => {
    const run = fakeRun({ alignment: false });
    const deep = { ...run.summary, flow: { ...run.summary.flow, kind: 'deep-linear' as const } };
    const page = await dynamicsHtml({ ...run, summary: deep }, provenance, await figure);
    expect(page).toContain('<h2>Features</h2>');
    expect(page).not.toContain('rotation');
    expect(await dynamicsHtml(run, provenance, await figure)).toContain('rotation');
  });

  it('escapes what comes from outside', async () => {
    const run = fakeRun();
    run.summary.pair.name = '<script>alert(1)</script>';
    expect(await dynamicsHtml(run, provenance)).not.toContain('<script>');
  });

  it('warns of starts that are not at rest and of contradictions', async () => {
    const run = fakeRun({ ends: [null, 3] });
    const calm = await dynamicsHtml(fakeRun(), provenance, await figure);
    expect(calm).not.toContain('class="alarm"');
    const page = await dynamicsHtml(run, provenance, await figure);
    expect(page).toContain('1 of 2 starts did not come to rest.');
    const wrong = { ...run.summary, agreement: { agree: 0, disagree: 1, undecided: 1 } };
    expect(await dynamicsHtml({ ...run, summary: wrong }, provenance, await figure)).toContain('no stable equilibrium');
  });

  it('holds runs of which nothing is known or much', async () => {
    const bare = fakeRun({ ends: [null] });
    bare.summary.predicted.stable = [];
    const page = await dynamicsHtml({ ...bare, summary: { ...bare.summary, basins: [] } }, provenance);
    expect(page).toContain('No start came to rest.');
    expect(page).toContain('None is known in closed form.');
    const many = await dynamicsHtml(fakeRun({ ends: Array.from({ length: 250 }, (_, i) => i % 4) }), provenance);
    expect(many).toContain('The first 200; 50 more are in summary.json.');
  });
});

describe.skipIf(browserPath === undefined)('the report in a browser', () => {
  const folder = new TemporaryFolder();

  it.each([400, 1300])('is readable %i px wide, and loads nothing', async (width) => {
    const browser = new Browser();
    try {
      const run = fakeRun({ ends: [3, null, 2, 0, 1] });
      const path = folder.write('report.html', await dynamicsHtml(run, provenance));
      const { page, requests, complaints } = await browser.open(path, { width });
      expect(await flaws(page)).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
