import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.js';
import { Progress, type ProgressMode, progressMode } from '../../src/cli/progress.js';
import { EigenviewError } from '../../src/errors.js';
import type { FailedCell, StudyCell } from '../../src/study/cell.js';
import fc from '../support/properties.js';

const coordinates = { problem: 'supervised', noise: 1e3, theta: 1e4, k: 50, alpha: 1, n: 100, seed: 0 } as const;
const cell: StudyCell = { ...coordinates, distance: 0.5, angle: 0.1, threshold: null, recovers: true };
const failed: FailedCell = { ...coordinates, error: { code: 'SINGULAR', message: 'No.' } };

const CLEAR_LINE = '\r\x1b[K';

/** Keeps what is written, and what a terminal of so many columns would show of it. */
class Screen extends Writable {
  readonly isTTY = true;
  writes: string[] = [];
  columns: number;
  /** Finished lines, and the line with the cursor. */
  lines: string[] = [''];
  /** The widest line there was. */
  widest = 0;

  constructor(columns = 80) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  get text(): string {
    return this.writes.join('');
  }

  get last(): string {
    return this.lines.at(-1) as string;
  }

  override _write(chunk: string, _: string, done: (error?: Error) => void): void {
    this.writes.push(chunk);
    for (const [i, part] of chunk.split(CLEAR_LINE).entries()) {
      if (i > 0) this.lines[this.lines.length - 1] = '';
      const [head = '', ...below] = part.split('\n');
      this.lines[this.lines.length - 1] = this.last + head;
      this.lines.push(...below);
      this.widest = Math.max(this.widest, [...this.last.replace(/\p{M}/gu, '')].length);
    }
    done();
  }
}

function begin(mode: ProgressMode, { total = 10, finished = 0, columns = 80, label = 'study of mnist' } = {}) {
  const [stderr, stdout] = [new Screen(columns), new Screen()];
  return { stderr, stdout, progress: new Progress({ mode, label, total, finished, stderr, stdout }) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a bar', () => {
  it('says cells done, rate, time left and failures', () => {
    const { stderr, stdout, progress } = begin('bar');
    expect(stderr.last).toBe(`study of mnist ${'░'.repeat(24)} 0/10 cells`);
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(500);
      progress.cell(cell);
    }
    expect(stderr.last).toBe(`study of mnist ${'█'.repeat(9)}${'░'.repeat(15)} 4/10 cells, 2 cells/s, 3.0 s left`);
    vi.advanceTimersByTime(500);
    progress.failure(failed);
    expect(stderr.last).toMatch(/5\/10 cells, 2 cells\/s, 2\.5 s left, 1 failed$/);
    expect(stdout.text).toBe('');
    progress.end();
  });

  it('counts an earlier run as done, but not in the rate', () => {
    const { stderr, progress } = begin('bar', { total: 100, finished: 50 });
    expect(stderr.last).toContain('50/100');
    vi.advanceTimersByTime(1000);
    progress.cell(cell);
    expect(stderr.last).toContain('51/100 cells, 1 cells/s, 49.0 s left');
    progress.end();
  });

  it('leaves a clean line, once', () => {
    const { stderr, progress } = begin('bar');
    progress.cell(cell);
    progress.end();
    expect(stderr.lines).toEqual(['']);
    const { length } = stderr.writes;
    progress.end();
    vi.advanceTimersByTime(1000);
    expect(stderr.writes).toHaveLength(length);
  });

  it('is drawn at most 20 times a second, the last of a burst too', () => {
    const { stderr, progress } = begin('bar', { total: 2000 });
    for (let i = 0; i < 1000; i++) {
      progress.cell(cell);
      vi.advanceTimersByTime(1);
    }
    expect(stderr.writes.length).toBeLessThanOrEqual(21);
    expect(stderr.writes.length).toBeGreaterThan(15);
    vi.advanceTimersByTime(50);
    expect(stderr.last).toContain('1000/2000');
    progress.end();
  });

  it('keeps no process alive', async () => {
    const { progress } = begin('bar');
    progress.cell(cell);
    expect(vi.getTimerCount()).toBe(1);
    progress.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fits the terminal, however narrow and whatever its label', () => {
    const check = (columns: number, label: string, total: number) => {
      const { stderr, progress } = begin('bar', { columns, label, total });
      for (let i = 0; i < 3; i++) {
        vi.advanceTimersByTime(12_345);
        progress.failure(failed);
        expect(stderr.last).not.toMatch(/\p{C}/u);
      }
      progress.end();
      expect(stderr.widest).toBeLessThan(columns);
      expect(stderr.lines).toEqual(['']);
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0, max: 1e9 }),
        check,
      ),
    );
  });

  it('follows the terminal as it is made narrower', () => {
    const { stderr, progress } = begin('bar');
    stderr.columns = 30;
    vi.advanceTimersByTime(100);
    progress.cell(cell);
    expect(stderr.last).toBe('1/10 cells, 10 cells/s, 0.9 s');
    stderr.columns = 44;
    vi.advanceTimersByTime(100);
    progress.cell(cell);
    expect(stderr.last).toBe('study of 2/10 cells, 10 cells/s, 0.8 s left');
    progress.end();
  });

  it('takes wide letters for two columns', () => {
    const { stderr, progress } = begin('bar', { columns: 24, label: '主成分分析の研究' });
    expect(stderr.last).toBe('主成分分析の 0/10 cells');
    progress.end();
  });

  it('stays below messages', () => {
    const { stderr, progress } = begin('bar');
    progress.message('one\ntwo \x1b[2J');
    expect(stderr.lines.slice(0, -1)).toEqual(['one', 'two ?[2J']);
    expect(stderr.last).toContain('0/10 cells');
    progress.end();
    progress.message('three');
    expect(stderr.lines).toEqual(['one', 'two ?[2J', 'three', '']);
  });

  it.each([
    [0.5, '0.5 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [200, '3 min 20 s'],
    [3599.6, '1 h 00 min'],
    [7500, '2 h 05 min'],
    [86_399, '1 d 00 h'],
    [266_400, '3 d 02 h'],
  ])('says that %s s are %s', (seconds, words) => {
    const { stderr, progress } = begin('bar', { total: 2 });
    vi.advanceTimersByTime(1000 * seconds);
    progress.cell(cell);
    expect(stderr.last).toContain(`, ${words} left`);
    progress.end();
  });
});

describe('lines', () => {
  it('come for each tenth of the way, without control characters', () => {
    const { stderr, stdout, progress } = begin('lines', { total: 45, finished: 5 });
    for (let i = 0; i < 40; i++) {
      vi.advanceTimersByTime(100);
      if (i === 20) progress.failure(failed);
      else progress.cell(cell);
    }
    progress.end({ failed: 1 });
    const lines = stderr.text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('study of mnist 5/45 cells');
    expect(lines[1]).toBe('study of mnist 9/45 cells, 10 cells/s, 3.6 s left');
    expect(lines[9]).toBe('study of mnist 45/45 cells, 10 cells/s, 0.0 s left, 1 failed');
    expect(stderr.text).not.toMatch(/[^\P{C}\n]/u);
    expect(stdout.text).toBe('');
  });

  it.each([0, 1, 3])('serve %i cells', (total) => {
    const { stderr, progress } = begin('lines', { total });
    for (let i = 0; i < total; i++) progress.cell(cell);
    progress.message('Done.');
    progress.end();
    expect(stderr.text.trimEnd().split('\n')).toHaveLength(total + 2);
    expect(stderr.text).toMatch(/Done\.\n$/);
  });
});

describe('events', () => {
  it('are one JSON object a line on standard output', () => {
    const { stderr, stdout, progress } = begin('json', { total: 3, finished: 1 });
    progress.cell(cell);
    progress.message('half\nway');
    progress.failure(failed);
    progress.end({ seconds: 1.5, files: ['a.csv'] });
    progress.end();
    expect(
      stdout.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { event: 'start', total: 3, finished: 1 },
      { event: 'cell', ...cell },
      { event: 'message', text: 'half\nway' },
      { event: 'failure', ...failed },
      { event: 'end', seconds: 1.5, files: ['a.csv'] },
    ]);
    expect(stderr.text).toBe('');
  });
});

it('is silent when quiet', () => {
  const { stderr, stdout, progress } = begin('quiet');
  progress.cell(cell);
  progress.failure(failed);
  progress.message('Hello.');
  progress.end({ failed: 1 });
  expect(stderr.text + stdout.text).toBe('');
});

describe('a reader that leaves', () => {
  /** Takes so many writes and then fails, as a pipe or a full disk does. */
  const failing = (code: string, after: number) => {
    let count = 0;
    return new Writable({
      write: (_chunk, _encoding, done) => {
        count++;
        done(count > after ? Object.assign(new Error(`${code}: write`), { code }) : undefined);
      },
    });
  };

  it.each([
    ['json', 'EPIPE', 0],
    ['json', 'ENOSPC', 1],
    ['lines', 'EPIPE', 0],
    ['bar', 'EPIPE', 0],
  ] as const)('does not end %s in an error: %s', async (mode, code, warnings) => {
    vi.useRealTimers();
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const stream = failing(code, 2);
    const progress = new Progress({ mode, label: 'x', total: 9, stdout: stream, stderr: stream });
    for (let i = 0; i < 9; i++) {
      progress.cell(cell);
      await new Promise((resolve) => setTimeout(resolve, mode === 'bar' ? 60 : 0));
    }
    progress.end();
    const written = error.mock.calls.map(([text]) => text);
    error.mockRestore();
    expect(stream.errored).toMatchObject({ code });
    expect(written).toEqual(Array(warnings).fill(expect.stringContaining(code)));
  });

  it('is listened for once, however many reports there are', () => {
    const stream = new Screen();
    for (let i = 0; i < 20; i++) new Progress({ mode: 'quiet', label: 'x', total: 1, stdout: stream, stderr: stream });
    expect(stream.listenerCount('error')).toBe(1);
  });
});

describe('the mode', () => {
  const terminal = { isTTY: true } as typeof process.stderr;
  const pipe = { isTTY: undefined } as unknown as typeof process.stderr;

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    [{}, terminal, 'xterm', 'bar'],
    [{}, terminal, 'dumb', 'lines'],
    [{}, pipe, 'xterm', 'lines'],
    [{ quiet: true }, terminal, 'xterm', 'quiet'],
    [{ json: true }, terminal, 'xterm', 'json'],
  ] as const)('%j', (flags, stream, term, mode) => {
    vi.stubEnv('TERM', term);
    expect(progressMode(flags, stream)).toBe(mode);
  });
});

describe('exitCodeOf', () => {
  it.each([
    [new EigenviewError('INVALID_ARGUMENT', 'x'), 2],
    [new EigenviewError('UNKNOWN_OPTION', 'x'), 2],
    [new EigenviewError('OUT_OF_RANGE', 'x'), 2],
    [new EigenviewError('FILE_EXISTS', 'x'), 2],
    [new EigenviewError('FILE_FORMAT', 'x', { argument: 'config' }), 2],
    [new EigenviewError('FILE_FORMAT', 'x'), 1],
    [new EigenviewError('FILE_IO', 'x'), 1],
    [new EigenviewError('INTERNAL', 'x'), 1],
    [new EigenviewError('IN_USE', 'x'), 4],
    [AbortSignal.abort().reason, 130],
    [new TypeError('x'), 1],
    ['x', 1],
    [undefined, 1],
  ])('of %s is %i', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('knows what commander throws', async () => {
    const { CommanderError } = await import('commander');
    expect(exitCodeOf(new CommanderError(0, 'commander.help', 'x'))).toBe(0);
    expect(exitCodeOf(new CommanderError(1, 'commander.unknownOption', 'x'))).toBe(2);
  });

  it('has a meaning for each code, and no code twice', () => {
    const codes = Object.values(EXIT);
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    expect(codes.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 130]);
    expect(codes.every(({ means }) => means.length > 0)).toBe(true);
  });
});
