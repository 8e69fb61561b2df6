import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openMnist } from '../../src/data/mnist.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

const idx = (type: number, extents: number[], body: number[]) =>
  Buffer.from([0, 0, type, extents.length, ...extents.flatMap((extent) => [0, 0, 0, extent]), ...body]);

const images = idx(8, [2, 1, 2], [1, 2, 3, 4]);
const labels = idx(8, [2], [7, 0]);

/** A folder of its own with the given files. */
function withFiles(files: Record<string, Uint8Array>): string {
  const dir = join(folder.path, String(folder.names().length));
  mkdirSync(dir);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
  return dir;
}

describe('openMnist', () => {
  it.each([
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 'train'],
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte', 'train'],
    ['t10k-images-idx3-ubyte', 't10k-labels.idx1-ubyte', 'test'],
  ] as const)('finds %s and %s, with and without .gz', async (imageFile, labelFile, split) => {
    for (const dir of [
      withFiles({ [imageFile]: images, [`${labelFile}.gz`]: gzipSync(labels) }),
      withFiles({ [`${imageFile}.gz`]: gzipSync(images), [labelFile]: labels }),
    ]) {
      const source = await openMnist(dir, { split });
      expect([source.rows, source.cols]).toEqual([2, 2]);
      expect(source.labels).toEqual(Int32Array.of(7, 0));
      expect(await rowsOf(source)).toEqual([
        [1, 2],
        [3, 4],
      ]);
    }
  });

  it('says which file or folder is missing', async () => {
    const missing = folder.at('missing');
    expect(await failure(() => openMnist(missing))).toMatchObject({ code: 'FILE_NOT_FOUND', file: missing });
    const dir = withFiles({ 'train-images-idx3-ubyte': images });
    const error = await failure(() => openMnist(dir));
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', file: dir });
    expect(error.message).toContain('train-labels.idx1-ubyte.gz');
    expect(await failure(() => openMnist(folder.write('file', '')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it.each([
    ['fewer labels than images', idx(8, [1], [7]), 'SHAPE_MISMATCH'],
    ['images in the place of labels', images, 'SHAPE_MISMATCH'],
    ['a negative label', idx(9, [2], [7, 255]), 'FILE_FORMAT'],
  ])('refuses %s', async (_, bytes, code) => {
    const dir = withFiles({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': bytes });
    expect(await failure(() => openMnist(dir))).toMatchObject({ code, file: join(dir, 'train-labels-idx1-ubyte') });
  });

  it('says where a bad label is', async () => {
    const bad = Buffer.from([0, 0, 13, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0x3f, 0, 0, 0]);
    const dir = withFiles({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': bad });
    expect(await failure(() => openMnist(dir))).toMatchObject({ code: 'FILE_FORMAT', offset: 12, received: '0.5' });
  });

  it('refuses an unknown split, an unknown option and what is no path', async () => {
    const open = (dir: unknown, options: unknown) => failure(() => openMnist(dir as string, options as never));
    expect(await open(folder.path, { split: 'dev' })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'split' });
    expect(await open(folder.path, { splt: 'test' })).toMatchObject({ code: 'UNKNOWN_OPTION' });
    expect(await open(undefined, {})).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'dir' });
  });

  // Counts and the mean grey level of the published set: 33.3184 of 255 in training (0.1307 after division by 255).
  it.skipIf(!hasData('mnist'))('reads the real training set', async () => {
    const source = await openMnist(dataPath('mnist'));
    expect([source.rows, source.cols, source.labels.length]).toEqual([60_000, 784, 60_000]);
    expect([...source.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    const histogram = new Array<number>(10).fill(0);
    for (const label of source.labels) histogram[label] = (histogram[label] as number) + 1;
    expect(histogram).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let sum = 0;
    let first: number | undefined;
    for await (const { data } of source) {
      first ??= [...data.subarray(0, 784)].reduce((a, b) => a + b);
      for (let i = 0; i < data.length; i++) sum += data[i] as number;
    }
    expect(first).toBe(27_525);
    expect(sum / (60_000 * 784)).toBeCloseTo(33.3184, 4);
  });

  it.skipIf(!hasData('mnist'))('reads the real test set', async () => {
    const source = await openMnist(dataPath('mnist'), { split: 'test' });
    expect([source.rows, source.cols]).toEqual([10_000, 784]);
    expect([...source.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect((await chunksOf(source)).reduce((rows, chunk) => rows + chunk.rows, 0)).toBe(10_000);
  });
});
