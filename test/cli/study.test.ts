import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/store/lock.js';
import { eigenview } from '../support/command.js';
import { TemporaryFolder } from '../support/temporary.js';
import { elements } from '../support/xml.js';

const folder = new TemporaryFolder();

/** IDX bytes: magic with type 0x08 and the rank, big-endian extents, then the numbers. */
function idx(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(shape.length, 3);
  shape.forEach((extent, i) => {
    header.writeUInt32BE(extent, 4 + 4 * i);
  });
  return Buffer.concat([header, values]);
}

/** A folder of MNIST-format files with `rows` random 8×8 images of 3 classes. */
function imageFolder(name: string, rows: number): string {
  const path = folder.at(name);
  mkdirSync(path);
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  for (const split of ['train', 't10k']) {
    writeFileSync(
      join(path, `${split}-images-idx3-ubyte.gz`),
      gzipSync(idx([rows, 8, 8], Uint8Array.from({ length: 64 * rows }, random))),
    );
    writeFileSync(
      join(path, `${split}-labels-idx1-ubyte`),
      idx(
        [rows],
        Uint8Array.from({ length: rows }, (_, i) => i % 3),
      ),
    );
  }
  return path;
}

/** A study of tenths of a second, most of them to start. */
const QUICK = ['study', '--signal-dims', '4', '--noise-dims', '3', '--n', '20,40,80,160', '--seeds', '2'];
const CELLS = 2 * 2 * 3 * 4 * 3;

const read = (out: string, name: string) => readFileSync(join(out, name), 'utf8');

/** All that a study says, to the byte; provenance aside. */
function tables(out: string) {
  const { provenance, ...summary } = JSON.parse(read(out, 'summary.json'));
  return [...['config.json', 'results.jsonl', 'cells.csv'].map((name) => read(out, name)), JSON.stringify(summary)];
}

const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('eigenview study', () => {
  it('writes tables, figures and report, and says the verdict', () => {
    const out = folder.at('nested/out');
    const data = imageFolder('images', 250);
    const { status, stdout, stderr } = eigenview(['study', '--data', data, '--seeds', '2', '--out', out]);
    expect(stderr).toMatch(/^study of images 0\/72 cells$/m);
    expect(stderr).toMatch(/^study of images 72\/72 cells/m);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^noise 1000, theta 10000, k 50: .*prefer/m);
    expect(stdout).toMatch(/^noise 1000000, theta 10000, k 50: .*prefer/m);
    expect(stdout).toMatch(/^72 cells, in \d+\.\d s$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(join(out, 'report.html'));
    const lines = read(out, 'results.jsonl').trimEnd().split('\n');
    // 2 seeds × 2 noise levels × 3 α × 2 sizes (100, 200) × 3 problems
    expect(lines).toHaveLength(72);
    for (const line of lines) {
      expect(Object.keys(JSON.parse(line))).toEqual([
        ...['key', 'problem', 'noise', 'theta', 'k', 'alpha', 'n', 'seed'],
        ...['distance', 'angle', 'threshold', 'recovers'],
      ]);
    }
    expect(new Set(lines).size).toBe(72);
    expect(readdirSync(out).filter((name) => !/^(figure|angle|phase)\.(svg|png)$/.test(name))).toEqual([
      ...['cells.csv', 'config.json', 'report.html', 'results.jsonl', 'summary.json'],
    ]);
    const svg = read(out, 'figure.svg');
    expect(elements(svg).length).toBeGreaterThan(50);
    expect(svg).toContain('Joint embedding');
  });

  it('goes on with what was asked for when nothing but --resume is said, from any folder', () => {
    const out = folder.at('asked');
    const csv = folder.write(
      'asked.csv',
      `a,b,y\n${Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${i % 2}`).join('\n')}\n`,
    );
    const data = relative(process.cwd(), csv);
    const args = [
      '--data',
      data,
      '--labels',
      'y',
      '--signal-dims',
      'all',
      '--n',
      '20,40',
      '--theta',
      '1',
      '--noise',
      '1',
    ];
    expect(eigenview(['study', ...args, '--no-figures', '--quiet', '--out', out]).status).toBe(0);
    const table = read(out, 'cells.csv');
    rmSync(join(out, 'cells.csv'));
    const { status, stdout } = eigenview(['study', '--resume', '--no-figures', '--out', out]);
    expect(status).toBe(0);
    expect(stdout).toContain('54 of them from before');
    expect(read(out, 'cells.csv')).toBe(table);
  });

  it.runIf(process.platform === 'linux')('does not hang where no folder can be made', () => {
    const { status, stderr } = eigenview([...QUICK, '--out', '/proc/eigenview']);
    expect(status).toBe(1);
    expect(stderr).toContain('/proc/eigenview: Could not be written');
  });

  it('says that there is no verdict with fewer rows than directions', () => {
    const { status, stdout } = eigenview([
      'study',
      '--n',
      '16',
      '--seeds',
      '1',
      '--no-figures',
      '--out',
      folder.at('few'),
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('No verdict: the samples have fewer directions of signal than k.');
    expect(stdout).not.toContain('needs');
  });

  it('names the right variable when the number of threads is none', () => {
    const env = { ...process.env, EIGENVIEW_THREADS: '0' };
    const { status, stderr } = eigenview([...QUICK, '--out', folder.at('threads')], { env });
    expect(status).toBe(2);
    expect(stderr).toContain('EIGENVIEW_THREADS');
  });

  it('refuses a folder with results, and takes them over with --resume', () => {
    const out = folder.at('resumed');
    const whole = folder.at('whole');
    expect(eigenview([...QUICK, '--no-figures', '--out', whole]).status).toBe(0);
    expect(eigenview([...QUICK, '--no-figures', '--out', out]).status).toBe(0);
    const results = read(out, 'results.jsonl');
    truncateSync(join(out, 'results.jsonl'), Math.floor(results.length / 2));
    const cut = read(out, 'results.jsonl');
    const refused = eigenview([...QUICK, '--no-figures', '--out', out]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--resume');
    expect(read(out, 'results.jsonl')).toBe(cut);
    const { status, stdout } = eigenview([...QUICK, '--no-figures', '--out', out, '--resume']);
    expect(status).toBe(0);
    const kept = cut.split('\n').length - 1;
    expect(stdout).toContain(`${CELLS} cells, ${kept} of them from before, in`);
    expect(tables(out)).toEqual(tables(whole));
  });

  it('prints events for machines with --json, and nothing with --quiet', () => {
    const json = eigenview([...QUICK, '--no-figures', '--json', '--out', folder.at('json')]);
    expect([json.status, json.stderr]).toEqual([0, '']);
    const [start, ...rest] = events(json.stdout);
    expect(start).toEqual({ event: 'start', total: CELLS, finished: 0 });
    const end = rest.pop();
    expect(rest.map(({ event }) => event)).toEqual(Array(CELLS).fill('cell'));
    expect(end).toMatchObject({ event: 'end', total: CELLS, finished: CELLS, failed: 0, files: [] });
    expect(end.advice).toEqual([expect.stringContaining('prefer'), expect.stringContaining('prefer')]);
    const quiet = eigenview([...QUICK, '--no-figures', '--quiet', '--out', folder.at('quiet')]);
    expect(quiet).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(tables(folder.at('quiet'))).toEqual(tables(folder.at('json')));
    const both = eigenview([...QUICK, '--json', '--quiet', '--out', folder.at('both')]);
    expect(both.status).toBe(2);
    expect(both.stderr).toContain("'--json' cannot be used with option '--quiet'");
  });

  it('prints the cells and an estimate with --dry-run, and writes nothing', () => {
    const out = folder.at('dry');
    const { status, stdout } = eigenview([...QUICK, '--dry-run', '--out', out]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^n +20, 40, 80, 160$/m);
    expect(stdout).toMatch(new RegExp(`^cells +${CELLS}$`, 'm'));
    expect(stdout).toMatch(/^time +about .*data .*samples .*cells/m);
    expect(stdout).toMatch(/^memory +about \d+ MB$/m);
    const json = eigenview([...QUICK, '--dry-run', '--json', '--out', out]);
    expect(events(json.stdout)).toEqual([expect.objectContaining({ event: 'estimate', cells: CELLS })]);
    expect(existsSync(out)).toBe(false);
  });

  it('reads a configuration, under what the command line says', () => {
    const out = folder.at('configured');
    const config = folder.write('study.yaml', 'signalDims: 4\nnoiseDims: 3\nn: [20, 40]\nseeds: 5\nalpha: 1\n');
    const { status } = eigenview([
      'study',
      '--config',
      config,
      '--seeds',
      '1',
      '--no-figures',
      '--quiet',
      '--out',
      out,
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(read(out, 'config.json'))).toMatchObject({ n: [20, 40], seeds: [0], alpha: [1], signalDims: 4 });
    // The configuration that is kept is one itself.
    const again = folder.at('configured-again');
    const kept = join(out, 'config.json');
    expect(eigenview(['study', '--config', kept, '--no-figures', '--quiet', '--out', again]).status).toBe(0);
    expect(tables(again)).toEqual(tables(out));
  });

  it('studies a table of one’s own', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      Math.sin(i),
      Math.cos(3 * i),
      (i * i) % 7,
      i % 2 ? 'odd' : 'even',
    ]);
    const data = folder.write('own.csv', `a,b,c,parity\n${rows.join('\n')}\n`);
    const out = folder.at('own');
    const args = ['--labels', 'parity', '--signal-dims', 'all', '--noise-dims', '2', '--n', '30,60', '--seeds', '3,5'];
    const { status, stderr } = eigenview(['study', '--data', data, ...args, '--no-figures', '--out', out]);
    expect(stderr).toContain('study of own.csv 72/72 cells');
    expect(status).toBe(0);
    expect(JSON.parse(read(out, 'summary.json'))).toMatchObject({
      dataset: { name: 'own.csv', rows: 60, signalDims: 3, noiseDims: 2, target: 'classes' },
      grid: { seeds: [3, 5], k: [3] },
    });
  });

  it('finishes with exit code 3 when cells fail, and ends at the first with --fail-fast', () => {
    const args = [...QUICK.slice(0, -4), '--n', '3', '--k', '2', '--seeds', '1', '--theta', '1e-200', '--no-figures'];
    const out = folder.at('failing');
    const { status, stdout, stderr } = eigenview([...args, '--out', out]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/18\/18 cells.* failed/);
    expect(stdout).toMatch(/18 cells could not be computed, the first: This cell cannot be computed/);
    expect(read(out, 'cells.csv')).toContain('SINGULAR');
    const fast = eigenview([...args, '--fail-fast', '--out', folder.at('fast')]);
    expect(fast.status).toBe(1);
    expect(fast.stderr).toContain('eigenview: ');
    expect(existsSync(join(folder.at('fast'), 'summary.json'))).toBe(false);
  });

  it('computes with the backend asked for', () => {
    const out = folder.at('backends-out');
    expect(eigenview([...QUICK, '--no-figures', '--quiet', '--out', out, '--backend', 'js']).status).toBe(0);
    expect(JSON.parse(read(out, 'summary.json')).provenance).toMatchObject({ backend: 'js', blas: null });
    const { status, stderr } = eigenview(['study', '--out', folder.at('cuda'), '--backend', 'cuda']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^eigenview: This build has no CUDA module\..*\n$/);
    expect(existsSync(folder.at('cuda'))).toBe(false);
  });

  it('heeds EIGENVIEW_BACKEND', () => {
    const args = ['study', '--seeds', '1', '--out', folder.at('environment')];
    const { status, stderr } = eigenview(args, { env: { EIGENVIEW_BACKEND: 'abacus' } });
    expect(status).toBe(2);
    expect(stderr).toContain('EIGENVIEW_BACKEND');
  });
});

describe('eigenview study report and compare', () => {
  it('draw a finished study anew, and two side by side', () => {
    const [a, b] = [folder.at('study-a'), folder.at('study-b')];
    expect(eigenview([...QUICK, '--quiet', '--out', a]).status).toBe(0);
    expect(eigenview([...QUICK, '--alpha', '2', '--no-figures', '--quiet', '--out', b]).status).toBe(0);
    const drawn = ['figure.svg', 'angle.svg', 'phase.svg', 'report.html'].filter((name) => existsSync(join(a, name)));
    expect(drawn).toContain('figure.svg');
    const before = drawn.map((name) => read(a, name));
    for (const name of drawn) rmSync(join(a, name));
    const report = eigenview(['study', 'report', a]);
    expect([report.status, report.stderr]).toEqual([0, '']);
    expect(report.stdout.split('\n')[0]).toBe(join(a, 'report.html'));
    expect(drawn.map((name) => read(a, name))).toEqual(before);
    const page = folder.at('side-by-side.html');
    const compare = eigenview(['study', 'compare', a, b, '--out', page]);
    expect([compare.status, compare.stderr]).toEqual([0, '']);
    expect(compare.stdout.trimEnd().split('\n').at(-1)).toBe(page);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it.each([
    [['study', 'report', 'nowhere'], 1, 'nowhere'],
    [['study', 'compare', 'nowhere', 'elsewhere'], 1, 'nowhere'],
    [['study', 'report'], 2, 'folder'],
    [['study', 'compare', 'nowhere'], 2, 'missing required argument'],
    [['study', 'report', 'a', 'b'], 2, 'too many arguments'],
    [['study', 'report', '--seeds', '1', 'a'], 2, 'unknown option'],
  ])('%j exits with %i', (args, code, words) => {
    const { status, stderr } = eigenview(args, { cwd: folder.path });
    expect(stderr).toContain(words);
    expect(status).toBe(code);
    expect(existsSync(folder.at('compare.html'))).toBe(false);
  });
});

describe('what eigenview study refuses', () => {
  const table = () =>
    folder.write(
      'table.csv',
      `a,b,kind\n${Array.from({ length: 120 }, (_, i) => `${i % 11},${i % 7},k${i % 2}`).join('\n')}\n`,
    );
  const mixed = () => folder.write('mixed.csv', `a,b,kind\n1,2,x\n3,four,y\n${'5,6,x\n'.repeat(120)}`);
  const few = () => folder.write('few-labels.csv', `kind\n${'x\ny\n'.repeat(40)}`);
  const faulty = () => folder.write('faulty.yaml', 'alhpa: 1\nnoise: -5\n');
  const malformed = () => folder.write('malformed.yaml', 'alpha: [1, 2\n');

  it.each<[string, () => string[], number, RegExp]>([
    ['no folder', () => ['--out', ''], 2, /Expected a folder/],
    ['no seeds', () => ['--seeds', '0'], 2, /seeds.* out of range/],
    ['words for a number', () => ['--seeds', 'many'], 2, /Expected a number/],
    ['an empty place in a list', () => ['--n', '100,,200'], 2, /Expected a number/],
    ['a value twice', () => ['--alpha', '1,1'], 2, /alpha.* but received/],
    ['negative noise', () => ['--noise', '-1'], 2, /noise.* but received -1/],
    ['an unknown problem', () => ['--problems', 'pretext'], 2, /joint-embedding/],
    ['k above signal dims', () => ['--k', '60'], 2, /'k' is larger than 'signalDims'/],
    ['more components than there are', () => ['--signal-dims', '51'], 2, /signalDims/],
    ['an unknown backend', () => ['--backend', 'gpu'], 2, /Allowed choices/],
    ['an unknown data set', () => ['--dataset', 'imagenet'], 2, /Allowed choices/],
    ['an unknown option', () => ['--frobnicate'], 2, /unknown option/],
    ['an argument too many', () => ['extra'], 2, /too many arguments|unknown command/],
    ['both data and a data set', () => ['--data', 'x', '--dataset', 'built-in'], 2, /exclude each other/],
    ['labels without data', () => ['--labels', 'kind'], 2, /needs 'data'/],
    ['several faults of a file', () => ['--config', faulty()], 2, /noise[\s\S]*Did you mean 'alpha'/],
    ['a file that is no YAML', () => ['--config', malformed()], 2, /malformed\.yaml/],
    ['a config that is not there', () => ['--config', 'nowhere.yaml'], 1, /nowhere\.yaml/],
    ['data that are not there', () => ['--data', 'nowhere'], 1, /nowhere/],
    ['an unknown column', () => ['--data', table(), '--labels', 'colour', '--signal-dims', '2'], 2, /a, b, kind/],
    ['no labels', () => ['--data', table(), '--signal-dims', '2'], 2, /labels/],
    ['fewer columns than signal dims', () => ['--data', table(), '--labels', 'kind'], 2, /fewer signal dimensions/],
    [
      'text in numbers',
      () => ['--data', mixed(), '--labels', 'kind', '--signal-dims', '2'],
      1,
      /mixed\.csv.*four|four.*mixed\.csv/,
    ],
    [
      'labels that do not fit',
      () => ['--data', table(), '--labels', few(), '--signal-dims', '2'],
      1,
      /8[01] labels do not fit 120 rows/,
    ],
    [
      'larger samples than data',
      () => ['--data', table(), '--labels', 'kind', '--signal-dims', '2', '--n', '121'],
      2,
      /at most 120/,
    ],
  ])('%s, with a message and nothing written', (_, args, code, words) => {
    const out = folder.at('refused');
    const given = args();
    const { status, stderr, stdout } = eigenview(['study', '--out', out, ...given], { cwd: folder.path });
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([status, stdout]).toEqual([code, '']);
    expect(existsSync(out)).toBe(false);
    expect(existsSync(folder.at('eigenview-study'))).toBe(false);
  });

  it('a command there is not', () => {
    const { status, stderr } = eigenview(['studdy']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('unknown command')]);
  });

  it('files that do not fit together', () => {
    const data = imageFolder('broken', 100);
    writeFileSync(join(data, 'train-labels-idx1-ubyte'), idx([99], new Uint8Array(99)));
    const out = folder.at('broken-out');
    const { status, stderr } = eigenview(['study', '--data', data, '--out', out]);
    expect(status).toBe(1);
    expect(stderr).toContain('train-labels-idx1-ubyte');
    expect(stderr).toMatch(/100.*99|99.*100/);
    expect(existsSync(out)).toBe(false);
  });

  it('an output folder that cannot be made', () => {
    writeFileSync(folder.at('file'), '');
    const { status, stderr } = eigenview(['study', '--seeds', '1', '--out', folder.at('file/out')]);
    expect(status).toBe(1);
    expect(stderr).toContain(folder.at('file/out'));
  });

  it('a folder in use', async () => {
    const out = folder.at('busy');
    mkdirSync(out);
    const lock = await acquireLock(out);
    const { status, stderr } = eigenview([...QUICK, '--out', out]);
    await lock.release();
    expect(status).toBe(4);
    expect(stderr).toContain(`In use by process ${process.pid}`);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('an interrupted eigenview study', () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

  it.each(['SIGINT', 'SIGTERM'] as const)('ends between cells on %s, says how to go on, and does', async (signal) => {
    const out = folder.at(`stopped-${signal}`);
    const args = [...QUICK.slice(0, -2), '--seeds', '400', '--no-figures', '--out', out];
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      said += text;
      // The second line: the first cells are there.
      if (said.split('\n').length === 3) child.kill(signal);
    }
    const code = child.exitCode ?? (await once(child, 'exit'))[0];
    expect(said).toMatch(/Interrupted\. Finished cells are kept; continue with: eigenview study --resume --out/);
    expect(code).toBe(130);
    expect(readdirSync(out)).toEqual(['config.json', 'results.jsonl']);
    const kept = read(out, 'results.jsonl');
    expect(kept.endsWith('\n')).toBe(true);
    // Fewer seeds, so that the rest takes no time.
    const { status, stdout } = eigenview([...QUICK, '--no-figures', '--resume', '--out', out]);
    expect(status).toBe(0);
    expect(stdout).toContain('of them from before');
    expect(read(out, 'results.jsonl').startsWith(kept)).toBe(true);
  });
});
