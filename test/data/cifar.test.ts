import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCifar10 } from '../../src/data/cifar.js';
import { chunksOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

/** One record per label; pixel p of record i is (i + p) mod 256. */
const batch = (...labels: number[]) =>
  Buffer.concat(
    labels.map((label, i) => Buffer.from([label, ...Array.from({ length: 3072 }, (_, p) => (i + p) % 256)])),
  );

describe('openCifar10', () => {
  it('reads labels and images, plain and compressed', async () => {
    const labels = Array.from({ length: 400 }, (_, i) => i % 10);
    for (const bytes of [batch(...labels), gzipSync(batch(...labels), { level: 1 })]) {
      const source = await openCifar10(folder.write('batch', bytes));
      expect([source.rows, source.cols]).toEqual([400, 3072]);
      expect([...source.labels]).toEqual(labels);
      expect(source.classes?.[3]).toBe('cat');
      let row = 0;
      for await (const chunk of source) {
        expect(chunk.data).toBeInstanceOf(Float32Array);
        expect(chunk.data.byteLength).toBeLessThanOrEqual(4 << 20);
        for (let i = 0; i < chunk.rows; i++, row++) {
          expect([chunk.get(i, 0), chunk.get(i, 1), chunk.get(i, 3071)]).toEqual(
            [0, 1, 3071].map((p) => (row + p) % 256),
          );
        }
      }
      expect(row).toBe(400);
    }
  });

  it('reads several files one after the other, and the batches of a folder by number', async () => {
    const dir = join(folder.path, 'batches');
    mkdirSync(dir);
    writeFileSync(join(dir, 'data_batch_10.bin'), batch(3));
    writeFileSync(join(dir, 'data_batch_2.bin.gz'), gzipSync(batch(2, 2)));
    writeFileSync(join(dir, 'data_batch_1.bin'), batch(1));
    writeFileSync(join(dir, 'data_batch_1.bin.gz'), gzipSync(batch(9)));
    writeFileSync(join(dir, 'test_batch.bin'), batch(5));
    const whole = await openCifar10(dir);
    expect([...whole.labels]).toEqual([1, 2, 2, 3]);
    expect((await chunksOf(whole)).map((chunk) => chunk.rows)).toEqual([1, 2, 1]);
    const pair = await openCifar10([join(dir, 'test_batch.bin'), join(dir, 'data_batch_10.bin')]);
    expect([...pair.labels]).toEqual([5, 3]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 0],
    ['half a record', batch(1, 2).subarray(0, 4000), 3073],
    ['half a record, compressed', gzipSync(batch(1, 2).subarray(0, 4000)), 3073],
    ['a label that is no class', batch(1, 10), 3073],
    ['a damaged stream', gzipSync(batch(1)).subarray(0, -3), 3073],
  ])('refuses %s', async (_, bytes, offset) => {
    const path = folder.write('bad', bytes);
    expect(await failure(() => openCifar10(path))).toMatchObject({ code: 'FILE_FORMAT', file: path, offset });
  });

  it('says what is missing or no path', async () => {
    expect(await failure(() => openCifar10(folder.at('missing')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    const empty = folder.at('empty');
    mkdirSync(empty);
    expect(await failure(() => openCifar10(empty))).toMatchObject({ code: 'FILE_NOT_FOUND', file: empty });
    expect(await failure(() => openCifar10([empty]))).toMatchObject({ code: 'FILE_IO' });
    expect(await failure(() => openCifar10([]))).toMatchObject({ code: 'EMPTY' });
    expect(await failure(() => openCifar10([5 as never]))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'path[0]',
    });
  });

  it('notices a file that lost or gained records after it was opened', async () => {
    const path = folder.write('changing', batch(1, 2));
    const source = await openCifar10(path);
    for (const labels of [[1], [1, 2, 3]]) {
      folder.write('changing', batch(...labels));
      expect(await failure(() => chunksOf(source))).toMatchObject({ code: 'FILE_FORMAT', file: path });
    }
  });

  it.skipIf(!listsOpenFiles)('closes the file on an early break', async () => {
    const path = folder.write('closing', gzipSync(batch(...Array.from({ length: 1000 }, () => 1)), { level: 1 }));
    const source = await openCifar10(path);
    for await (const _ of source) {
      expect(openCount(path)).toBe(1);
      break;
    }
    expect(openCount(path)).toBe(0);
  });

  it.skipIf(!hasData('cifar10'))('reads the real images', async () => {
    const test = await openCifar10(dataPath('cifar10/test_first1000.bin.gz'));
    expect([test.rows, test.cols]).toEqual([1000, 3072]);
    expect([...test.labels.subarray(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
    const [first] = await chunksOf(test);
    expect([...(first?.row(0).subarray(0, 5) ?? [])]).toEqual([158, 159, 165, 166, 160]);

    const train = await openCifar10(dataPath('cifar10/train_first10000.bin.gz'));
    expect(train.rows).toBe(10_000);
    const histogram = new Array<number>(10).fill(0);
    for (const label of train.labels) histogram[label] = (histogram[label] as number) + 1;
    expect(histogram).toEqual([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]);
  });
});
