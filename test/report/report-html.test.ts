import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/report-html.js';
import type { StudyRecord } from '../../src/study/summary.js';
import { studyCells } from './study-cells.js';
import { studyRecord, withVerdicts } from './study-record.js';

const cells = studyCells({ n: [100, 400, 1600, 6400, 25600] });
const record = studyRecord(cells);
const none = { figure: null, angle: null, phase: null };
const page = (changes: Partial<StudyRecord> = {}) => reportHtml({ ...record, ...changes }, cells, none);

describe('reportHtml', () => {
  it('says the verdict before all else', async () => {
    const html = await page();
    const words = html.indexOf('Prefer joint embedding');
    expect(words).toBeGreaterThan(0);
    expect(words).toBeLessThan(html.indexOf('<table'));
    expect(html).toContain('Noise ≤ 10⁶');
    expect(html).toMatch(/Theory and observation agree: the angles confirm all \d+ clear predictions\./);
  });

  it('says how often theory and observation disagree', async () => {
    const given = withVerdicts(record, (verdict) => (verdict.seed === 0 ? { close: false, agrees: false } : {}));
    const clear = { agree: 8, disagree: 1, undecided: 0 };
    const html = await page({ verdicts: given.verdicts, agreement: { ...record.agreement, clear } });
    expect(html).toMatch(/disagree in 1 of 9 clear predictions/);
    expect(html).toContain('>disagrees<');
  });

  it('holds the three figures, each with a name of its own', async () => {
    const html = await reportHtml(record, cells);
    expect(html.match(/<svg role="img"/g)).toHaveLength(3);
    expect(html.match(/<figcaption>/g)).toHaveLength(3);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/(?:url\(#|aria-labelledby=")([^)"]+)/g)) expect(ids).toContain(id);
  });

  it('escapes what comes from the data', async () => {
    const evil = `</title><script>alert(1)</script><img src=x onerror=alert(1)> "'&\u0000\ud800`;
    const failure = {
      problem: 'reconstruction',
      noise: 1e3,
      theta: 1e4,
      k: 50,
      alpha: 1,
      n: 100,
      seed: 0,
      error: { code: 'SINGULAR', message: evil },
    } as const;
    const given = studyRecord(cells, {
      dataset: { ...record.dataset, name: evil },
      failures: [failure],
      advice: record.advice.map((advice) => ({ ...advice, words: evil })),
      provenance: { ...record.provenance, cpu: evil, blas: evil },
    });
    const html = await reportHtml(given, cells);
    expect(html).not.toMatch(/<script|<img|\sonerror=[^&]*>/);
    expect(html).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
    expect(html).toContain('&#60;script&#62;alert(1)');
  });

  it('asks for nothing from outside', async () => {
    const html = await reportHtml(record, cells);
    expect(html).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'`,
    );
    const addresses = [...html.matchAll(/(?:href|src|url)\s*[=(]\s*"?([^")\s>]*)/g)].map(([, address]) => address);
    for (const address of addresses) expect(address).toMatch(/^(data:|#)/);
    expect(html).not.toMatch(/@import|<script|<iframe|<object/);
  });

  it('names what failed and what is missing', async () => {
    const html = await page({ cells: { total: 10, finished: 7, failed: 1 } });
    expect(html).toContain('1 of 10 cells failed. 2 of 10 cells are still to be computed.');
    expect(await page()).not.toContain('class="alarm"');
  });

  it('lists at most 200 verdicts and says how many more there are', async () => {
    const verdicts = Array.from({ length: 250 }, (_, seed) => ({ ...record.verdicts[0], seed, close: true }));
    const html = await page({ verdicts: verdicts as StudyRecord['verdicts'] });
    expect(html).toContain('50 more are in summary.json');
  });

  it('does without figures, thresholds and verdicts', async () => {
    const supervised = studyCells({ n: [100] }).filter(({ problem }) => problem === 'supervised');
    const bare = { ...studyRecord(supervised), thresholds: [], verdicts: [], advice: [] };
    const html = await reportHtml(bare, supervised);
    expect(html).toContain('Supervised learning alone has no threshold');
    expect(html.match(/<svg/g)).toHaveLength(2);
    const empty = { ...studyRecord([]), cells: { total: 3, finished: 0, failed: 3 } };
    expect(await reportHtml(empty, [])).not.toMatch(/<svg|NaN|Infinity|undefined/);
  });

  it('gives the same bytes for the same study', async () => {
    expect(await reportHtml(record, cells)).toBe(await reportHtml(record, cells));
  });

  it('has tables whose cells are all headed', async () => {
    const html = await page();
    for (const [, head = '', body = ''] of html.matchAll(/<thead><tr>(.*?)<\/tr><\/thead>\s*<tbody>(.*?)<\/tbody>/gs)) {
      const columns = head.match(/<th scope="col"/g)?.length;
      for (const row of body.trim().split('\n')) expect(row.match(/<t[hd][ >]/g)).toHaveLength(columns ?? Number.NaN);
      expect(body).toMatch(/<th scope="row"/);
    }
  });
});
