import { describe, expect, it } from 'vitest';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { openStudyDataset } from '../../src/study/open.js';
import { chunksOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { collect } from '../support/study.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

/** 120 rows of three numbers, a species and a weight. */
function table(name: string): string {
  const rows = normals(4, 120, 3)
    .toArray()
    .map((row, i) => [...row, ['setosa', 'versicolor'][i % 2], row[0]].join(','));
  return folder.write(name, `a,b,c,species,weight\n${rows.join('\n')}\n`);
}

describe('openStudyDataset', () => {
  it('refuses keys that no configuration has, and what is no configuration', async () => {
    expect(await failure(() => openStudyDataset({ signalDim: 3 } as object))).toMatchObject({ code: 'UNKNOWN_OPTION' });
    for (const config of [undefined, null, 'built-in']) {
      const error = await failure(() => openStudyDataset(config as unknown as object));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('is the built-in data unless there are others', async () => {
    expect(await openStudyDataset({})).toMatchObject({ name: 'built-in', dims: 50, rows: Number.POSITIVE_INFINITY });
    expect(await openStudyDataset({ dataset: 'built-in', signalDims: 5 })).toMatchObject({ dims: 5 });
  });

  it('opens a table with classes, named after its file', async () => {
    const data = table('flowers.csv');
    const dataset = await openStudyDataset({ data, labels: 'species', signalDims: 2 });
    expect(dataset).toMatchObject({ name: 'flowers.csv', dims: 2, rows: 120, target: 'classes' });
    expect((await chunksOf(dataset.targets(0, 10)))[0]).toMatchObject({ rows: 10, cols: 2 });
  });

  it('studies values', async () => {
    const data = folder.write('values.csv', `a,b,y\n${normals(5, 200, 3).toArray().join('\n')}\n`);
    const dataset = await openStudyDataset({ data, labels: 'y', target: 'values', signalDims: 'all' });
    expect(dataset).toMatchObject({ dims: 2, target: 'values' });
    const cells = await collect(dataset, { noiseDims: 2, noise: 1, theta: 1, seeds: 1 });
    // 200 rows leave the two smallest of the default sizes.
    expect([...new Set(cells.map(({ n }) => n))]).toEqual([100, 200]);
    expect(cells).toHaveLength(2 * 3 * 3);
    for (const { distance } of cells) expect(distance).toBeGreaterThanOrEqual(0);
  });

  it('takes labels from a file of their own', async () => {
    const data = folder.write('features.csv', `a,b\n${normals(6, 30, 2).toArray().join('\n')}\n`);
    const labels = folder.write(
      'labels.csv',
      `kind\n${Array.from({ length: 30 }, (_, i) => 'xyz'[i % 3]).join('\n')}\n`,
    );
    const dataset = await openStudyDataset({ data, labels, signalDims: 2 });
    expect((await chunksOf(dataset.targets(0, 3)))[0]).toMatchObject({ cols: 3 });
  });

  it.each([
    [{ labels: 'species' }, 'OUT_OF_RANGE', /fewer signal dimensions/],
    [{ labels: 'colour', signalDims: 2 }, 'INVALID_ARGUMENT', /species/],
    [{ labels: 9, signalDims: 2 }, 'OUT_OF_RANGE', /./],
    [{ signalDims: 2 }, 'INVALID_ARGUMENT', /labels/],
    [{ labels: 'a', signalDims: 2 }, 'FILE_FORMAT', /species/],
  ])('refuses %o of a table', async (config, code, words) => {
    const error = await failure(() => openStudyDataset({ data: table('bad.csv'), ...config }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it.skipIf(!hasData('mnist'))(
    'opens MNIST, with the same id at every number of threads (needs the files)',
    async () => {
      const config = { data: dataPath('mnist'), signalDims: 10 };
      const before = threads();
      const one = await openStudyDataset(config);
      setThreads(1);
      const other = await openStudyDataset(config).finally(() => setThreads(before));
      expect(one).toMatchObject({ name: 'mnist', dims: 10, rows: 60000, target: 'classes' });
      expect(other.id).toBe(one.id);
    },
  );

  it.skipIf(!hasData('cifar10'))('opens CIFAR-10 in grey (needs the files)', async () => {
    const data = dataPath('cifar10/test_first1000.bin.gz');
    const dataset = await openStudyDataset({ data, grayscale: true, signalDims: 20 });
    expect(dataset).toMatchObject({ dims: 20, rows: 1000, target: 'classes' });
    expect((await chunksOf(dataset.targets(0, 1)))[0]).toMatchObject({ cols: 10 });
  });
});
