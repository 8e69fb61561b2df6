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
    const clear = { agree: 8, disagree: 1, undecided: 2 };
    const html = await page({ verdicts: given.verdicts, agreement: { ...record.agreement, clear } });
    expect(html).toMatch(/disagree in 1 of 11 clear predictions, 2 undecided\./);
    expect(html).toContain('>disagrees<');
  });

  it.each([
    [{ agree: 14, disagree: 0, undecided: 4 }, 'the angles confirm 14 of 18 clear predictions, 4 undecided.'],
    [{ agree: 0, disagree: 0, undecided: 18 }, 'The angles decide none of 18 clear predictions: 18 undecided.'],
    [{ agree: 0, disagree: 0, undecided: 0 }, 'No prediction is clear'],
  ])('counts what is undecided, as in %j', async (clear, words) => {
    expect(await page({ agreement: { ...record.agreement, clear } })).toContain(words);
  });

  it('lists undecided verdicts with the reason, and asks once for four sizes', async () => {
    const few = studyCells({ n: [100, 400, 1600] });
    const given = studyRecord(few);
    const html = await reportHtml(given, few, none);
    expect(html).toContain('Undecided: the angles do not say: too few sizes, or neither falling nor flat.');
    expect(html.match(/<td>undecided(, close)?<\/td><\/tr>/g)).toHaveLength(given.verdicts.length);
    expect(html).not.toContain('None: every verdict is clear');
    expect(html.match(/At least four sample sizes are needed/g)).toHaveLength(1);
    expect(await page()).not.toContain('At least four sample sizes');
    const decided = withVerdicts(record, ({ predicted }) => ({ observed: predicted, agrees: true, close: false }));
    expect(await page({ verdicts: decided.verdicts })).toContain('None: every verdict is clear');
  });

  it('shows no angle of the supervised problem among others, and says why', async () => {
    const html = await reportHtml(record, cells);
    const rows = html.match(/<tr>.*<th scope="row">Supervised<\/th>.*<\/tr>/g) ?? [];
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row).toMatch(/<td class="number">–<\/td><td class="number">–<\/td><\/tr>$/);
    expect(html.match(/Supervised<\/text>/g)).toHaveLength(1);
    // In the caption of the figure and in that of the table; a figure's caption also names its region.
    expect(html.match(/The angle of the supervised problem is no evidence/g)).toHaveLength(3);
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

  it('counts failures by code and message, at most 20', async () => {
    const failed = (seed: number, message: string): StudyRecord['failures'][number] => ({
      ...{ problem: 'reconstruction', noise: 1e3, theta: 1e4, k: 50, alpha: 1, n: 100, seed },
      error: { code: 'SINGULAR', message },
    });
    const same = [0, 1, 2].map((seed) => failed(seed, 'the same'));
    const html = await page({ failures: [failed(7, 'another'), ...same] });
    expect(html).toContain('seed 0</th><td class="number">3</td><td>SINGULAR</td><td>the same</td></tr>');
    expect(html).toContain('seed 7</th><td class="number">1</td>');
    expect(html.match(/SINGULAR/g)).toHaveLength(2);
    const many = await page({ failures: Array.from({ length: 25 }, (_, seed) => failed(seed, `message ${seed}`)) });
    expect(many.match(/SINGULAR/g)).toHaveLength(20);
    expect(many).toContain('5 more are in summary.json');
  });

  it.each([
    [0, 'No verdict: no cell could be computed.'],
    [3, 'No verdict: the samples have fewer directions of signal than k, or cells are missing.'],
  ])('gives no verdict with %i finished cells and no threshold', async (finished, words) => {
    const counts = { total: 9, finished, failed: 9 - finished };
    const html = await page({ cells: counts, thresholds: [], verdicts: [], advice: [], curves: [] });
    expect(html).toContain(words);
    expect(html).not.toContain('every α recovers the signal');
    expect(html).toContain('<h2>Curves</h2>\n<p>None');
    expect(html).not.toContain('id="curves"');
  });

  it('draws the thresholds that there are', async () => {
    const thresholds = record.thresholds.map((row) =>
      row.noise === 1e3 ? { ...row, jointEmbedding: null } : { ...row, reconstruction: null },
    );
    expect(await reportHtml({ ...record, thresholds }, cells)).not.toMatch(/NaN|Infinity|undefined/);
    const bare = record.thresholds.map((row) => ({ ...row, reconstruction: null, jointEmbedding: null }));
    const html = await reportHtml({ ...record, thresholds: bare, verdicts: [] }, cells);
    expect(html.match(/<svg role/g)).toHaveLength(2);
    expect(html).not.toContain('id="thresholds"');
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
