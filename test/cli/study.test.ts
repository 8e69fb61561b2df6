import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
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

describe('eigenview study', () => {
  it('writes one line a cell and a figure, and says the verdict', () => {
    const out = folder.at('nested/out');
    const { status, stdout } = eigenview(['study', '--data', imageFolder('images', 250), '--seeds', '2', '--out', out]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Weak noise: .*prefer/);
    expect(stdout).toMatch(/Strong noise: .*prefer/);
    const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trimEnd().split('\n');
    // 2 seeds × 2 noise levels × 3 α × 2 sizes (100, 200) × 3 problems
    expect(lines).toHaveLength(72);
    const cells = lines.map((line) => JSON.parse(line));
    for (const cell of cells) {
      expect(Object.keys(cell)).toEqual([
        'problem',
        'noise',
        'alpha',
        'n',
        'seed',
        'distance',
        'angle',
        'threshold',
        'recovers',
      ]);
      expect(cell.distance).toBeGreaterThanOrEqual(0);
      expect(cell.angle).toBeLessThanOrEqual(1);
    }
    expect(new Set(lines).size).toBe(72);
    const svg = readFileSync(join(out, 'figure.svg'), 'utf8');
    expect(elements(svg).length).toBeGreaterThan(50);
    expect(svg).toContain('Joint embedding');
  });

  it('gives the same bytes when run again over an old result', () => {
    const data = imageFolder('again', 120);
    const run = () => {
      const out = folder.at('again-out');
      expect(eigenview(['study', '--data', data, '--seeds', '1', '--out', out]).status).toBe(0);
      return ['results.jsonl', 'figure.svg'].map((name) => readFileSync(join(out, name), 'utf8'));
    };
    expect(run()).toEqual(run());
  });

  it('computes with the backend asked for', () => {
    const data = imageFolder('backends', 100);
    const out = folder.at('backends-out');
    expect(eigenview(['study', '--data', data, '--seeds', '1', '--out', out, '--backend', 'js']).status).toBe(0);
    const { status, stderr } = eigenview(['study', '--data', data, '--out', out, '--backend', 'cuda']);
    expect(status).toBe(1);
    expect(stderr).toContain('no CUDA module');
  });

  it('heeds EIGENVIEW_BACKEND', () => {
    const args = ['study', '--seeds', '1', '--out', folder.at('environment')];
    const { status, stderr } = eigenview(args, { env: { EIGENVIEW_BACKEND: 'abacus' } });
    expect(status).toBe(1);
    expect(stderr).toContain('EIGENVIEW_BACKEND');
  });

  it.each([
    [['study', '--out', ''], 2, 'Expected a folder'],
    [['study', '--seeds', '0'], 2, 'whole number'],
    [['study', '--seeds', 'many'], 2, 'whole number'],
    [['study', '--backend', 'gpu'], 2, 'Allowed choices'],
    [['study', '--dataset', 'imagenet'], 2, 'Allowed choices'],
    [['study', '--frobnicate'], 2, 'unknown option'],
    [['study', 'extra'], 2, 'too many arguments'],
    [['studdy'], 2, 'unknown command'],
    [['study', '--data', 'nowhere', '--out', folder.at('none')], 1, 'nowhere'],
    [['study', '--data', 'nowhere', '--dataset', 'built-in'], 1, 'not both'],
  ])('%j exits with %i', (args, code, words) => {
    const { status, stderr, stdout } = eigenview(args, { cwd: folder.path });
    expect(stderr + stdout).toContain(words);
    expect(status).toBe(code);
    expect(existsSync(folder.at('none/results.jsonl'))).toBe(false);
  });

  it('says what is wrong with the files, and writes nothing', () => {
    const data = imageFolder('broken', 100);
    writeFileSync(join(data, 'train-labels-idx1-ubyte'), idx([99], new Uint8Array(99)));
    const out = folder.at('broken-out');
    const { status, stderr } = eigenview(['study', '--data', data, '--out', out]);
    expect(status).toBe(1);
    expect(stderr).toContain('train-labels-idx1-ubyte');
    expect(stderr).toMatch(/100.*99|99.*100/);
    expect(existsSync(join(out, 'results.jsonl'))).toBe(false);
  });

  it('says so when the output folder cannot be made', () => {
    writeFileSync(folder.at('file'), '');
    const { status, stderr } = eigenview(['study', '--seeds', '1', '--out', folder.at('file/out')]);
    expect(status).toBe(1);
    expect(stderr).toContain(folder.at('file/out'));
  });

  it('stops on Ctrl-C with exit code 130 and writes nothing', async () => {
    const out = folder.at('interrupted');
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'study', '--seeds', '50', '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(existsSync(join(out, 'results.jsonl'))).toBe(false);
  });
});
