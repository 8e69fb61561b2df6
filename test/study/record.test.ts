import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acquireLock } from '../../src/store/lock.js';
import type { FailedCell, StudyCell } from '../../src/study/cell.js';
import { parseStudyConfig, type StudyConfig } from '../../src/study/config.js';
import { cellsCsv } from '../../src/study/csv-table.js';
import { type RecordOptions, readStudy, recordStudy } from '../../src/study/record.js';
import { failure } from '../support/failure.js';
import { handles } from '../support/handles.js';
import fc from '../support/properties.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
let folders = 0;
const fresh = () => folder.at(`study-${folders++}`);

/** 144 cells of microseconds. */
const SMALL: StudyConfig = { signalDims: 4, noiseDims: 3, n: [20, 40, 80, 160], k: 2, alpha: [0.5, 1, 3], seeds: 2 };
/** Some of its cells, those of 5 rows and no Θ to speak of, are singular. */
const FAILING: StudyConfig = { ...SMALL, theta: [1e-200, 1e4], n: [5, 50], alpha: [0, 1], noise: 1e3 };

const run = async (out: string, config: StudyConfig = SMALL, options: RecordOptions = {}) =>
  recordStudy(out, await parseStudyConfig(config), options);

const text = (out: string, name: string) => readFileSync(join(out, name), 'utf8');
const lines = (out: string) => text(out, 'results.jsonl').trimEnd().split('\n');

/** All that a study says, to the byte; provenance aside. */
function tables(out: string) {
  const { provenance, ...summary } = JSON.parse(text(out, 'summary.json'));
  return {
    config: text(out, 'config.json'),
    results: text(out, 'results.jsonl'),
    csv: text(out, 'cells.csv'),
    summary: JSON.stringify(summary),
  };
}

const FILES = ['cells.csv', 'config.json', 'results.jsonl', 'summary.json'];

const reference = fresh();
const referenceTables = run(reference).then(() => tables(reference));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('recordStudy', () => {
  it('leaves the four files and nothing else', async () => {
    const out = join(fresh(), 'in', 'a', 'folder');
    const config = await parseStudyConfig(SMALL);
    const onCell = vi.fn<(cell: StudyCell) => void>();
    const onStart = vi.fn();
    const { record, cells } = await recordStudy(out, config, { onCell, onStart });
    expect(readdirSync(out).sort()).toEqual(FILES);
    expect(JSON.parse(text(out, 'config.json'))).toEqual(config);
    expect(JSON.parse(text(out, 'summary.json'))).toEqual(record);
    expect(text(out, 'cells.csv')).toBe(cellsCsv(cells, []));
    expect(lines(out)).toHaveLength(144);
    expect(lines(out).map((line) => JSON.parse(line))).toEqual(
      cells.map((cell) => ({ key: expect.stringMatching(/^[0-9a-f]{32}$/), ...cell })),
    );
    expect(onStart.mock.calls).toEqual([[{ name: 'built-in', total: 144, finished: 0 }]]);
    expect(onCell.mock.calls.map(([cell]) => cell)).toEqual(cells);
    expect(record.cells).toEqual({ total: 144, finished: 144, failed: 0 });
    expect(record.provenance).toMatchObject({ version: expect.any(String), node: process.version, reused: 0 });
    expect(record.provenance.seconds).toBeGreaterThanOrEqual(0);
    expect(Date.parse(record.provenance.ended)).toBeGreaterThanOrEqual(Date.parse(record.provenance.started));
  });

  it('names the configuration by a hash of its meaning', async () => {
    const hash = async (config: StudyConfig) => (await run(fresh(), config)).record.provenance.configHash;
    const tiny: StudyConfig = { ...SMALL, n: [20, 40], seeds: 1 };
    const one = await hash(tiny);
    expect(await hash({ ...tiny, n: [40, 20], seeds: [0] })).toBe(one);
    expect(await hash({ ...tiny, seeds: 2 })).not.toBe(one);
  });

  it('refuses a folder with results, whole or torn, and touches nothing', async () => {
    const out = fresh();
    mkdirSync(out);
    writeFileSync(join(out, 'results.jsonl'), '{"key":"00');
    const error = await failure(() => run(out));
    expect(error).toMatchObject({ code: 'FILE_EXISTS', file: join(out, 'results.jsonl') });
    expect(error.message).toContain('--resume');
    expect(readdirSync(out)).toEqual(['results.jsonl']);
    expect(text(out, 'results.jsonl')).toBe('{"key":"00');
  });

  it('refuses a folder in use, and leaves it to its user', async () => {
    const out = fresh();
    mkdirSync(out);
    const lock = await acquireLock(out);
    expect(await failure(() => run(out))).toMatchObject({ code: 'IN_USE', file: out });
    expect(await failure(() => run(out, SMALL, { resume: true }))).toMatchObject({ code: 'IN_USE' });
    expect(readdirSync(out)).toEqual(['lock']);
    await lock.release();
    await run(out);
    expect(tables(out)).toEqual(await referenceTables);
  });

  it('lets one of two that begin at once have the folder', async () => {
    const out = fresh();
    const outcomes = await Promise.allSettled([run(out), run(out)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(rejected.reason).toMatchObject({ code: 'IN_USE' });
    expect(tables(out)).toEqual(await referenceTables);
  });

  it.each([
    [{ ...SMALL, data: 'nowhere.csv' }, 'FILE_NOT_FOUND'],
    [{ ...SMALL, signalDims: 51, k: 51 }, 'OUT_OF_RANGE'],
    [{ ...SMALL, backend: 'cuda' }, 'BACKEND_UNAVAILABLE'],
  ] as const)('leaves no folder behind for a study that is refused: %o', async (config, code) => {
    const out = fresh();
    expect(await failure(() => run(out, config))).toMatchObject({ code });
    expect(existsSync(out)).toBe(false);
  });

  it('leaves a folder that was there, as it was', async () => {
    const out = fresh();
    mkdirSync(out);
    expect(await failure(() => run(out, { ...SMALL, data: 'nowhere.csv' }))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(readdirSync(out)).toEqual([]);
  });

  it('says so when the folder cannot be made', async () => {
    const out = join(folder.write('a-file', ''), 'out');
    expect(await failure(() => run(out))).toMatchObject({ code: 'FILE_IO', file: out });
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder is read-only (not as root)', async () => {
    const out = fresh();
    mkdirSync(out);
    chmodSync(out, 0o555);
    expect(await failure(() => run(out))).toMatchObject({ code: 'FILE_IO', file: out });
    expect(readdirSync(out)).toEqual([]);
  });

  it('says so when the file system is read-only', async () => {
    const out = fresh();
    mkdirSync(out);
    const fault = Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' });
    vi.spyOn(await handles(), 'write').mockRejectedValueOnce(fault);
    const error = await failure(() => run(out));
    expect(error).toMatchObject({ code: 'FILE_IO', file: join(out, 'config.json') });
    expect(error.message).toContain('read-only');
    expect(readdirSync(out)).toEqual([]);
  });
});

/** Lets `count` writes of results through; then the disk is full. Other files are written with an offset and a length. */
async function fullAfter(count: number) {
  const prototype = await handles();
  const write = prototype.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
  let written = 0;
  vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    if (args.length > 1 || written++ < count) return write.apply(this, args) as never;
    // A disk takes what still fits before it refuses.
    const [bytes] = args as [Uint8Array];
    return write.call(this, bytes, 0, Math.floor(bytes.length / 2)) as never;
  });
}

describe('a disk that becomes full', () => {
  it.each([0, 1, 5])(
    'ends the study after %d writes, with whole lines and no tables, and it can be resumed',
    async (count) => {
      const out = fresh();
      await fullAfter(count);
      const error = await failure(() => run(out));
      expect(error).toMatchObject({ code: 'FILE_IO', file: join(out, 'results.jsonl') });
      vi.restoreAllMocks();
      expect(readdirSync(out).sort()).toEqual(['config.json', 'results.jsonl']);
      const left = text(out, 'results.jsonl');
      expect(left === '' || left.endsWith('\n')).toBe(true);
      expect((await referenceTables).results.startsWith(left)).toBe(true);
      await run(out, SMALL, { resume: true });
      expect(tables(out)).toEqual(await referenceTables);
    },
  );

  it('leaves no half-written summary', async () => {
    const out = fresh();
    const prototype = await handles();
    const write = prototype.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      const isSummary = args.length > 1 && Buffer.from(args[0] as Uint8Array).includes('"provenance"');
      return (isSummary ? Promise.reject(full) : write.apply(this, args)) as never;
    });
    const error = await failure(() => run(out));
    expect(error).toMatchObject({
      code: 'FILE_IO',
      fix: 'Free some space on the disk.',
      file: join(out, 'summary.json'),
    });
    vi.restoreAllMocks();
    expect(readdirSync(out).sort()).toEqual(['cells.csv', 'config.json', 'results.jsonl']);
    expect(await failure(() => readStudy(out))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    await run(out, SMALL, { resume: true });
    expect(tables(out)).toEqual(await referenceTables);
  });
});

describe('resume', () => {
  it('begins a study where there is none', async () => {
    const out = fresh();
    await run(out, SMALL, { resume: true });
    expect(tables(out)).toEqual(await referenceTables);
  });

  it('computes nothing where all is there', async () => {
    const out = fresh();
    await run(out);
    const before = statSync(join(out, 'results.jsonl'), { bigint: true });
    const onCell = vi.fn();
    const onStart = vi.fn();
    const { record, cells } = await run(out, SMALL, { resume: true, onCell, onStart });
    expect(onCell).not.toHaveBeenCalled();
    expect(onStart).toHaveBeenCalledWith({ name: 'built-in', total: 144, finished: 144 });
    expect(record.provenance.reused).toBe(144);
    expect(cells).toHaveLength(144);
    expect(statSync(join(out, 'results.jsonl'), { bigint: true }).mtimeNs).toBe(before.mtimeNs);
    expect(tables(out)).toEqual(await referenceTables);
  });

  it('goes on from a file cut anywhere, to the same bytes', async () => {
    const { results } = await referenceTables;
    const out = fresh();
    await run(out);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: results.length }), async (length) => {
        truncateSync(join(out, 'results.jsonl'), length);
        await run(out, SMALL, { resume: true });
        expect(tables(out)).toEqual(await referenceTables);
      }),
      { numRuns: 15 },
    );
  });

  it('goes on after aborts at any cells, to the same bytes', async () => {
    const cells = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cells, async (stops) => {
        const out = fresh();
        for (const stop of stops) {
          const controller = new AbortController();
          const reason = new Error('interrupted');
          let seen = 0;
          const onCell = () => {
            if (++seen === stop) controller.abort(reason);
          };
          const running = run(out, SMALL, { resume: true, signal: controller.signal, onCell });
          const outcome = await running.then(
            () => 'ended',
            (error) => error,
          );
          // A study whose last cells were left over may end before the signal is looked at.
          expect(['ended', reason]).toContain(outcome);
          expect(readdirSync(out)).not.toContain('lock');
          if (outcome === reason) expect(lines(out).length).toBeGreaterThanOrEqual(1);
        }
        await run(out, SMALL, { resume: true });
        expect(tables(out)).toEqual(await referenceTables);
      }),
      { numRuns: 10 },
    );
  });

  it('computes failed cells again, and takes their place in the tables', async () => {
    const out = fresh();
    await run(out);
    const failed = (line: string, i: number) => {
      if (i % 7 !== 3) return line;
      const { distance, angle, threshold, recovers, ...place } = JSON.parse(line);
      return JSON.stringify({ ...place, error: { code: 'OUT_OF_MEMORY', message: 'There was none.' } });
    };
    writeFileSync(join(out, 'results.jsonl'), `${lines(out).map(failed).join('\n')}\n`);
    const onCell = vi.fn();
    const { record } = await run(out, SMALL, { resume: true, onCell });
    expect(onCell).toHaveBeenCalledTimes(Math.ceil((144 - 3) / 7));
    expect(record.provenance.reused).toBe(144 - onCell.mock.calls.length);
    const { csv, summary } = await referenceTables;
    expect(tables(out)).toMatchObject({ csv, summary });
  });

  it('takes a larger grid’s cells from a smaller one, to the same tables', async () => {
    const [out, whole] = [fresh(), fresh()];
    const larger: StudyConfig = { ...SMALL, n: [20, 30, 40, 80, 160], k: [2, 4], alpha: [0.5, 1, 2, 3], seeds: 3 };
    await run(out);
    const { record } = await run(out, larger, { resume: true });
    await run(whole, larger);
    expect(record.provenance.reused).toBe(144);
    expect(tables(out)).toMatchObject({ csv: tables(whole).csv, summary: tables(whole).summary });
    // And back: what the smaller one does not ask for is left out of its tables, not of the results.
    await run(out, SMALL, { resume: true });
    const { csv, summary } = await referenceTables;
    expect(tables(out)).toMatchObject({ csv, summary });
    expect((await readStudy(out)).cells).toHaveLength(144);
  });

  it('does not take other data’s cells', async () => {
    const out = fresh();
    await run(out, { ...SMALL, signalDims: 5 });
    const { record } = await run(out, SMALL, { resume: true });
    expect(record.provenance.reused).toBe(0);
    const { csv, summary } = await referenceTables;
    expect(tables(out)).toMatchObject({ csv, summary });
  });

  it('refuses a file with a broken line, and leaves it as it is', async () => {
    const out = fresh();
    await run(out);
    const broken = lines(out);
    broken[5] = '{"key":';
    writeFileSync(join(out, 'results.jsonl'), `${broken.join('\n')}\n`);
    const before = tables(out);
    const error = await failure(() => run(out, SMALL, { resume: true }));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: join(out, 'results.jsonl') });
    expect(error.message).toContain('Line 6');
    expect(tables(out)).toEqual(before);
  });
});

describe('cells that fail', () => {
  it('are recorded, told of, counted and retried', async () => {
    const out = fresh();
    const onFailure = vi.fn<(failed: FailedCell) => void>();
    const { record, cells } = await run(out, FAILING, { onFailure });
    const { failed, finished, total } = record.cells;
    expect(failed).toBeGreaterThan(0);
    expect([finished, total]).toEqual([cells.length, cells.length + failed]);
    expect(onFailure).toHaveBeenCalledTimes(failed);
    const failures = lines(out)
      .map((line) => JSON.parse(line))
      .filter((line) => 'error' in line);
    expect(failures).toHaveLength(failed);
    expect(new Set(failures.map(({ error }) => error.code))).toEqual(new Set(['SINGULAR']));
    expect(text(out, 'cells.csv').match(/SINGULAR: /g)).toHaveLength(failed);
    const first = tables(out);
    onFailure.mockClear();
    const { record: again } = await run(out, FAILING, { resume: true, onFailure });
    expect(onFailure).toHaveBeenCalledTimes(failed);
    expect(again.provenance.reused).toBe(finished);
    expect(tables(out)).toMatchObject({ csv: first.csv, summary: first.summary });
  });

  it('end the study with failFast, and what came before is kept', async () => {
    const out = fresh();
    const config: StudyConfig = { ...FAILING, theta: 1e-200, noise: [1e3, 1e9], n: [5, 50], problems: 'supervised' };
    expect(await failure(() => run(out, config, { failFast: true }))).toMatchObject({ code: 'SINGULAR' });
    expect(readdirSync(out).sort()).toEqual(['config.json', 'results.jsonl']);
    for (const line of text(out, 'results.jsonl').split('\n').slice(0, -1)) JSON.parse(line);
  });
});

describe('readStudy', () => {
  it('gives back what recordStudy returned', async () => {
    const out = fresh();
    const study = await run(out);
    expect(await readStudy(out)).toEqual(study);
  });

  it('refuses a folder without a summary, or with another file of that name', async () => {
    const out = fresh();
    mkdirSync(out);
    expect(await failure(() => readStudy(out))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    for (const content of ['', '{', '{}', 'null', '[]', '{"grid":{"seeds":1}}']) {
      writeFileSync(join(out, 'summary.json'), content);
      const error = await failure(() => readStudy(out));
      expect(error).toMatchObject({ code: 'FILE_FORMAT', file: join(out, 'summary.json') });
    }
  });

  it('names the line of a result that was edited into something else', async () => {
    const out = fresh();
    await run(out);
    const edited = lines(out).map((line, i) => (i === 4 ? line.replace(/"distance":[^,]*/, '"distance":"abc"') : line));
    writeFileSync(join(out, 'results.jsonl'), `${edited.join('\n')}\n`);
    for (const call of [() => readStudy(out), () => run(out, SMALL, { resume: true })]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'FILE_FORMAT', file: join(out, 'results.jsonl') });
      expect(error.message).toContain('Line 5');
    }
  });

  it('refuses a summary that was edited into something else', async () => {
    const out = fresh();
    await run(out);
    writeFileSync(join(out, 'summary.json'), text(out, 'summary.json').replaceAll('joint-embedding', 'foo'));
    expect(await failure(() => readStudy(out))).toMatchObject({ code: 'FILE_FORMAT', file: join(out, 'summary.json') });
  });
});
