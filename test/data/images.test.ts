import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ImageRequest, readImages } from '../../src/data/images.js';
import { writeNpy } from '../../src/data/npy.js';
import { makeNpyHeader } from '../../src/data/npy-header.js';
import { writeNpz } from '../../src/data/npz.js';
import { openData } from '../../src/data/open.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

const idx = (shape: number[], values: ArrayLike<number>) => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([8, shape.length], 2);
  shape.forEach((extent, i) => {
    header.writeUInt32BE(extent, 4 + 4 * i);
  });
  return Buffer.concat([header, Uint8Array.from(values)]);
};

/** Element (i, j) is i + j/1000. */
const numbered = (rows: number, cols: number) =>
  new Matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, at) => Math.floor(at / cols) + (at % cols) / 1000),
  );

async function npy(name: string, matrix: Matrix): Promise<string> {
  await writeNpy(folder.at(name), matrix);
  return folder.at(name);
}

/** An array of more dimensions, all zero. */
function cube(name: string, shape: number[]): string {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return folder.write(name, Buffer.concat([makeNpyHeader('f4', shape), new Uint8Array(4 * count)]));
}

describe('readImages', () => {
  it('takes the rows asked for, and fewer at the end', async () => {
    const path = await npy('rows.npy', numbered(5, 784));
    const { pixels } = await readImages(path, { count: 2, first: 2 });
    expect([pixels.rows, pixels.cols, pixels.get(0, 7), pixels.get(1, 783)]).toEqual([2, 784, 2.007, 3.783]);
    expect((await readImages(path, { count: 6, first: 4 })).pixels.toArray()).toEqual([[...numbered(5, 784).row(4)]]);
  });

  it('takes rows that lie in several chunks', async () => {
    // 4 MB of float64 make a chunk: 170 rows.
    const path = await npy('chunks.npy', numbered(400, 3072));
    const { pixels } = await readImages(path, { count: 200, first: 160 });
    expect(Array.from({ length: 200 }, (_, i) => pixels.get(i, 0))).toEqual(
      Array.from({ length: 200 }, (_, i) => 160 + i),
    );
  });

  it.each([
    ['a matrix a row', 'a.npy', [3, 4, 5], { width: 5, height: 4, channels: 1 }],
    ['planes', 'b.npy', [2, 3, 4, 5], { width: 5, height: 4, channels: 3 }],
    ['one plane', 'c.npy', [2, 1, 4, 5], { width: 5, height: 4, channels: 1 }],
    ['one number a pixel', 'd.npy', [2, 4, 5, 1], { width: 5, height: 4, channels: 1 }],
  ])('has the shape that the file says: %s', async (_, name, extents, shape) => {
    const { shape: found, guessed } = await readImages(cube(name, extents), { count: 1 });
    expect(found).toEqual({ ...shape, white: 1 });
    expect(guessed).toEqual({ shape: false, white: true });
  });

  it('knows the formats of images', async () => {
    const mnist = folder.at('mnist');
    mkdirSync(mnist);
    writeFileSync(join(mnist, 'train-images-idx3-ubyte'), idx([2, 2, 3], [0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0]));
    writeFileSync(join(mnist, 'train-labels-idx1-ubyte'), idx([2], [0, 1]));
    const small = { width: 3, height: 2, channels: 1, white: 255 };
    expect(await readImages(mnist, { count: 2 })).toMatchObject({
      shape: small,
      guessed: { shape: false, white: false },
    });
    const cifar = folder.write('batch.bin', Buffer.alloc(3073, 1));
    const large = { width: 32, height: 32, channels: 3, white: 255 };
    expect(await readImages(cifar, { count: 1 })).toMatchObject({
      shape: large,
      guessed: { shape: false, white: false },
    });
    expect(await openData(cifar, { grayscale: true })).toMatchObject({ cols: 1024, rowShape: [32, 32] });
  });

  it.each([
    [784, { width: 28, height: 28, channels: 1 }],
    [3072, { width: 32, height: 32, channels: 3 }],
    [12288, { width: 64, height: 64, channels: 3 }],
    [150528, { width: 224, height: 224, channels: 3 }],
  ])('guesses that %i columns are a usual shape, unless told', async (cols, usual) => {
    const path = await npy(`${cols}.npy`, numbered(1, cols));
    expect(await readImages(path, { count: 1 })).toMatchObject({ shape: usual, guessed: { shape: true } });
    const shape = { width: cols / 4, height: 4, channels: 1 };
    expect(await readImages(path, { count: 1, shape })).toMatchObject({ shape, guessed: { shape: false } });
  });

  it('guesses white from the greatest number, unless told', async () => {
    const shape = { width: 2, height: 1, channels: 1 };
    const low = await npy(
      'low.npy',
      Matrix.from([
        [0, 1],
        [-3, 0.5],
      ]),
    );
    const high = await npy(
      'high.npy',
      Matrix.from([
        [0, 0.5],
        [1.5, 0],
      ]),
    );
    const whiteOf = async (path: string, white?: number) => {
      const { shape: found, guessed } = await readImages(path, { count: 1, shape, white });
      return [found.white, guessed.white];
    };
    expect(await whiteOf(low)).toEqual([1, true]);
    expect(await whiteOf(high)).toEqual([255, true]);
    expect(await whiteOf(low, 16)).toEqual([16, false]);
  });

  it('leaves out labels, needs none, and takes those of an archive for what they are', async () => {
    const shape = { width: 2, height: 1, channels: 1 };
    const csv = folder.write('table.csv', 'label,a,b\n7,1,2\n8,3,4\n');
    expect((await readImages(csv, { count: 2, shape, labels: 'label' })).pixels.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const plain = folder.write('plain.csv', '1,2\n3,4\n');
    expect((await readImages(plain, { count: 1, shape })).pixels.toArray()).toEqual([[1, 2]]);
    await writeNpz(folder.at('both.npz'), { images: Matrix.from([[5, 6]]), labels: Int32Array.of(1) });
    expect((await readImages(folder.at('both.npz'), { count: 1, shape })).pixels.toArray()).toEqual([[5, 6]]);
  });

  it.each<[string, string, Partial<ImageRequest>]>([
    ['INVALID_ARGUMENT', 'shape', {}],
    ['INVALID_ARGUMENT', 'shape', { shape: { width: 5, height: 1, channels: 1 } }],
    ['OUT_OF_RANGE', 'first', { first: 2 }],
    ['OUT_OF_RANGE', 'first', { first: -1 }],
    ['OUT_OF_RANGE', 'images', { count: 0 }],
    ['OUT_OF_RANGE', 'images', { count: 1001 }],
    ['INVALID_ARGUMENT', 'images', { count: 1.5 }],
    ['OUT_OF_RANGE', 'white', { white: 0 }],
    ['INVALID_ARGUMENT', 'labels', { labels: 'none' }],
  ])('refuses with %s of %s: %j', async (code, argument, request) => {
    const path = await npy('six.npy', numbered(2, 6));
    const shape = { width: 3, height: 2, channels: 1 };
    const given = { count: 1, ...(argument !== 'shape' && { shape }), ...request };
    expect(await failure(() => readImages(path, given))).toMatchObject({ code, argument });
  });

  it('refuses colours that lie side by side, and says how to save them', async () => {
    const error = await failure(() => readImages(cube('interleaved.npy', [2, 4, 5, 3]), { count: 1 }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'data' });
    expect(error.fix).toContain('transpose(0, 3, 1, 2)');
  });

  it('speaks of labels only where a column may be one', async () => {
    const array = await failure(async () => readImages(await npy('five.npy', numbered(2, 5)), { count: 1 }));
    expect(array.fix).toBeUndefined();
    const table = await failure(() => readImages(folder.write('five.csv', '1,2,3,4,5\n'), { count: 1 }));
    expect(table.fix).toContain('labels');
  });

  it('names the file that has a NaN where it is asked for, and takes no notice elsewhere', async () => {
    const pixels = numbered(4, 6);
    pixels.row(2)[4] = Number.NaN;
    const file = await npy('nan.npy', pixels);
    const shape = { width: 3, height: 2, channels: 1 };
    const error = await failure(() => readImages(file, { count: 2, first: 1, shape }));
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'data', file });
    expect(error.message).toContain('row 2, column 4');
    expect((await readImages(file, { count: 2, shape })).shape.white).toBe(255);
  });

  it('refuses a file without rows', async () => {
    expect(await failure(() => readImages(cube('empty.npy', [0, 28, 28]), { count: 1 }))).toMatchObject({
      code: 'EMPTY',
    });
  });
});
