import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/report-html.js';
import { preloadReport, writeReport } from '../../src/report/write-report.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';
import { studyCells } from './study-cells.js';
import { studyRecord } from './study-record.js';

const folder = new TemporaryFolder();
const cells = studyCells({ n: [100, 1000, 10000], seeds: 2 });
const record = studyRecord(cells);
const FILES = ['angle.png', 'angle.svg', 'figure.png', 'figure.svg', 'phase.png', 'phase.svg', 'report.html'];

function output(name: string): string {
  const path = folder.at(name);
  mkdirSync(path);
  return path;
}

describe('writeReport', () => {
  it('writes the figures and the report, and returns their paths', async () => {
    preloadReport();
    const path = output('all');
    const paths = await writeReport(path, record, cells);
    expect(readdirSync(path).sort()).toEqual(FILES);
    expect(paths.toSorted()).toEqual(FILES.map((name) => join(path, name)));
    expect(paths[0]).toBe(join(path, 'report.html'));
    expect(readFileSync(join(path, 'phase.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(join(path, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('writes the same bytes again', async () => {
    const [one, two] = [output('one'), output('two')];
    await Promise.all([writeReport(one, record, cells), writeReport(two, record, cells)]);
    for (const name of FILES) {
      expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name))), name).toBe(true);
    }
  });

  it('leaves out figures without content', async () => {
    const path = output('bare');
    // One of an earlier run would be taken for this one's.
    writeFileSync(join(path, 'phase.svg'), 'old');
    writeFileSync(join(path, 'phase.png'), 'old');
    await writeReport(path, { ...studyRecord([]), thresholds: [] }, []);
    expect(readdirSync(path)).toEqual(['report.html']);
  });

  it('says what could not be written, and leaves nothing half-written', async () => {
    expect(await failure(() => writeReport(folder.at('missing'), record, cells))).toMatchObject({ code: 'FILE_IO' });
    const path = output('blocked');
    mkdirSync(join(path, 'angle.png'));
    writeFileSync(join(path, 'angle.png', 'kept'), '');
    expect(await failure(() => writeReport(path, record, cells))).toMatchObject({ code: 'FILE_IO' });
    expect(readdirSync(path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(path)).toContain('report.html');
  });

  it('refuses what is no study, and writes nothing', async () => {
    for (const args of [['x'], [undefined, {}, []], ['x', {}, []], ['x', { curves: [], verdicts: [] }]]) {
      const error = await failure(() => (writeReport as (...args: unknown[]) => Promise<unknown>)(...args));
      expect(error.code).toBe('INVALID_ARGUMENT');
    }
    const error = await failure(() => (reportHtml as (...args: unknown[]) => Promise<unknown>)({}));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'record, cells' });
  });
});
