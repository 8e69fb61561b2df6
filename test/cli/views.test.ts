import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeNpyHeader } from '../../src/data/npy-header.js';
import { eigenview } from '../support/command.js';
import { openPng } from '../support/png.js';
import { TemporaryFolder } from '../support/temporary.js';
import { elements } from '../support/xml.js';

const folder = new TemporaryFolder();

/** An npy file of whole numbers from 0 to 255 that differ from one to the next. */
function numbers(name: string, shape: number[]): string {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const pixels = Float32Array.from({ length: count }, (_, i) => (i * 37) % 256);
  return folder.write(name, Buffer.concat([makeNpyHeader('f4', shape), new Uint8Array(pixels.buffer)]));
}

const data = numbers('images.npy', [10, 3, 8, 8]);
const views = (...args: string[]) => eigenview(['views', '--data', data, ...args]);
const texts = (svg: string) =>
  elements(svg)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text);
const pictures = (svg: string) => elements(svg).filter(({ name }) => name === 'image').length;

describe('eigenview views', () => {
  it('draws a PNG picture and says where it is', () => {
    const out = folder.at('preview.png');
    const { status, stdout, stderr } = views('--augment', 'simclr', '--out', out);
    expect([status, stdout, stderr]).toEqual([0, `${out}\n`, '']);
    const { width, pixels } = openPng(readFileSync(out));
    expect(width).toBeGreaterThan(1500);
    expect(new Set(pixels).size).toBeGreaterThan(100);
  });

  it('draws an SVG picture of what it is asked for', () => {
    const out = folder.at('preview.SVG');
    const given = [
      '--images',
      '2',
      '--first',
      '3',
      '--views',
      '5',
      '--mean-views',
      '9',
      '--seed',
      '4',
      '--white',
      '250',
    ];
    const { status, stdout } = views('--augment', 'simclr+fog:3', '--out', out, '--quiet', ...given);
    expect([status, stdout]).toEqual([0, '']);
    const svg = readFileSync(out, 'utf8');
    expect(pictures(svg)).toBe(2 * 7);
    const said = texts(svg);
    expect(said[0]).toBe('simclr + fog 3 on images.npy');
    expect(said.join(' ')).toContain('then fog 3');
    for (const text of ['seed 4 · 8×8×3 · white 250', 'original', 'views 0 to 4', 'mean of 9', '3', '4'])
      expect(said).toContain(text);
  });

  it('gives the same bytes again, and others for another seed', () => {
    const draw = (name: string, seed: string) => {
      const out = folder.at(name);
      expect(views('--augment', 'byol', '--seed', seed, '--images', '1', '--out', out, '--quiet').status).toBe(0);
      return readFileSync(out, 'utf8');
    };
    const first = draw('a.svg', '1');
    expect(draw('b.svg', '1')).toBe(first);
    expect(draw('c.svg', '2')).not.toBe(first);
  });

  it('takes transforms from a file, and says what it guessed', () => {
    const list = folder.write('mine+yours.yaml', '- transform: horizontalFlip\n- {transform: gaussianNoise, std: 5}\n');
    const out = folder.at('guessed.svg');
    const usual = numbers('usual.npy', [2, 784]);
    const { status } = eigenview(['views', '--data', usual, '--augment', list, '--out', out]);
    expect(status).toBe(0);
    const said = texts(readFileSync(out, 'utf8'));
    expect(said[0]).toBe('mine+yours.yaml on usual.npy');
    expect(said.join(' ')).toContain(
      '28×28×1 · white 255 · shape guessed from 784 columns · white guessed from the first rows',
    );
  });

  it('takes the shape it is told, and leaves out a column of labels', () => {
    const header = `label,${Array.from({ length: 8 }, (_, j) => `p${j}`).join(',')}`;
    const csv = folder.write('table.csv', `${header}\n3,0,1,0,1,0,1,0,1\n4,1,1,1,1,0,0,0,0\n`);
    const out = folder.at('table.svg');
    const given = ['--labels', 'label', '--shape', '4x2', '--augment', 'horizontalFlip', '--out', out];
    const { status, stderr } = eigenview(['views', '--data', csv, ...given]);
    expect([status, stderr]).toEqual([0, '']);
    expect(texts(readFileSync(out, 'utf8')).join(' ')).toContain('4×2×1 · white 1');
  });

  it.each([
    ['--augment', []],
    ['augment', ['--augment', 'simclrr']],
    ['broken.yaml', ['--augment', folder.write('broken.yaml', '- transform: [')]],
    ['--shape', ['--augment', 'simclr', '--shape', '8x8x2']],
    ['shape', ['--augment', 'simclr', '--shape', '8x8x1']],
    ['first', ['--augment', 'simclr', '--first', '10']],
    ['.svg', ['--augment', 'simclr', '--out', folder.at('preview.jpg')]],
    ['--size', ['--augment', 'simclr', '--size', '3']],
  ])('ends with 2 for wrong usage, naming %s', (name, args) => {
    const before = folder.names();
    const { status, stdout, stderr } = eigenview(['views', '--data', data, '--out', folder.at('none.svg'), ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain('    at ');
    expect(folder.names()).toEqual(before);
  });

  it('ends with 1 where data are missing or the picture cannot be written', () => {
    const missing = eigenview(['views', '--data', folder.at('none.npy'), '--augment', 'simclr']);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('none.npy: No such file');
    const unwritable = views('--augment', 'simclr', '--images', '1', '--out', folder.at('no/folder.svg'));
    expect(unwritable.status).toBe(1);
    expect(unwritable.stderr).toContain('Could not be written');
  });

  it('lists presets, augmentations, corruptions and exit codes in its help', () => {
    const { status, stdout } = eigenview(['views', '--help']);
    expect(status).toBe(0);
    for (const name of ['dinoGlobalFirst', 'byol', 'solarize', 'elastic', '--mean-views', 'Exit codes: 0 done;'])
      expect(stdout).toContain(name);
    expect(eigenview(['--help']).stdout).toMatch(/^ {2}views /m);
  });
});
