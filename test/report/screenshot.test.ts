import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareHtml } from '../../src/report/compare-html.js';
import { reportHtml } from '../../src/report/report-html.js';
import { TemporaryFolder } from '../support/temporary.js';
import { Browser, browserPath, flaws } from './browser.js';
import { studyCells } from './study-cells.js';
import { studyRecord } from './study-record.js';

const folder = new TemporaryFolder();
const browser = new Browser();
afterAll(() => browser.close());

const plain = studyCells();
/** Several of everything, and a name that is long and hostile. */
const large = studyCells({
  noise: [0, 2.5e4, 1e6],
  theta: [1e4, 2e4],
  alpha: [0, 0.3, 1, 3],
  n: [100, 400, 1600, 6400],
  seeds: 2,
});
const largeRecord = studyRecord(large, { cells: { total: large.length + 2, finished: large.length, failed: 1 } });
largeRecord.dataset.name = `<script>document.title='run'</script> ${'a-name-without-any-space-'.repeat(5)}.parquet`;

const pages = {
  'the default study': () => reportHtml(studyRecord(plain), plain),
  'a study of everything': () => reportHtml(largeRecord, large),
  'a comparison': () =>
    compareHtml({ record: studyRecord(plain), cells: plain, name: 'one' }, { record: largeRecord, cells: large }),
};

describe.skipIf(browserPath === undefined).each(Object.entries(pages))(
  'the report of %s in a browser',
  (name, make) => {
    const path = folder.at(`${name.replaceAll(' ', '-')}.html`);
    beforeAll(async () => writeFileSync(path, await make()));

    it.each([
      [360, false],
      [1400, false],
      [1400, true],
    ])('is readable %i px wide (dark: %s), and loads nothing', async (width, dark) => {
      const { page, requests, complaints } = await browser.open(path, { width, dark });
      expect(await flaws(page)).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(complaints).toEqual([]);
      expect(await page.title()).not.toBe('run');
      const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(background).toBe(dark ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
      const hint = await page.evaluate<string>(
        `getComputedStyle(document.querySelector('figure'), '::before').content`,
      );
      expect(hint.includes('scroll sideways')).toBe(width < 640);
      // Every figure is painted: a picture of one colour packs to almost nothing.
      for (const drawing of await page.locator('figure .scroll').all()) {
        expect((await drawing.screenshot()).length).toBeGreaterThan(8_000);
      }
      await page.close();
    });
  },
);

describe.skipIf(browserPath === undefined)('the check of a page', () => {
  it('sees text over text, a page too wide and a figure too small', async () => {
    const path = folder.write(
      'bad.html',
      '<!doctype html><meta charset="utf-8"><body><p>under</p><p style="margin-top:-2em">over</p><div style="width:900px">wide</div><figure><svg width="9" height="9"></svg></figure>',
    );
    const { page } = await browser.open(path, { width: 360 });
    const found = (await flaws(page)).join('\n');
    expect(found).toMatch(/under covers over|over covers under/);
    expect(found).toContain('the page is');
    expect(found).toContain('a figure is 9 by 9');
    await page.close();
  });
});
