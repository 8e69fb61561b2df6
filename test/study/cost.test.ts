import { describe, expect, it } from 'vitest';
import { parseStudyConfig, type StudyConfig } from '../../src/study/config.js';
import { estimateStudy } from '../../src/study/cost.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const estimate = async (config: StudyConfig) => estimateStudy(await parseStudyConfig(config));
const csv = (name: string, rows: number, cols: number) =>
  folder.write(
    name,
    `${Array.from({ length: cols }, (_, j) => `x${j}`).join(',')}\n${normals(1, rows, cols).toArray().join('\n')}\n`,
  );

describe('estimateStudy', () => {
  it('counts the cells and resolves the grid', async () => {
    const { cells, grid, data } = await estimate({ seeds: 2, n: [100, 200], k: [3, 5], signalDims: 5, noiseDims: 2 });
    expect(cells).toBe(2 * 2 * 2 * 2 * 3 * 3);
    expect(grid).toMatchObject({ seeds: [0, 1], n: [100, 200], k: [3, 5], noise: [1e3, 1e6] });
    expect(data).toEqual({ rows: null, cols: 5, signalDims: 5 });
  });

  it('is the sum of its parts, all of them above 0 for data in a file', async () => {
    const { seconds, bytes, data } = await estimate({ data: csv('a.csv', 400, 4), labels: 'x3', signalDims: 2 });
    expect(data).toEqual({ rows: 400, cols: 3, signalDims: 2 });
    for (const part of [seconds.data, seconds.samples, seconds.cells]) expect(part).toBeGreaterThan(0);
    expect(seconds.total).toBeCloseTo(seconds.data + seconds.samples + seconds.cells, 12);
    expect(bytes).toBeGreaterThan(50e6);
  });

  it('grows with the study', async () => {
    const small = { signalDims: 5, noiseDims: 2, seeds: 1, n: [100] };
    const [one, many] = [await estimate(small), await estimate({ ...small, seeds: 1000, n: [100, 1e6] })];
    // A thousandfold and more: no measurement is off by a factor of 50.
    expect(many.seconds.total).toBeGreaterThan(20 * one.seconds.total);
    expect((await estimate({ ...small, signalDims: 50, noiseDims: 500, n: [100, 200, 400] })).bytes).toBeGreaterThan(
      one.bytes,
    );
  });

  it('refuses what the study would refuse', async () => {
    const data = csv('b.csv', 150, 4);
    expect(await failure(() => estimate({ data, labels: 'x3' }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'data',
    });
    expect(await failure(() => estimate({ data, labels: 'x3', signalDims: 2, n: 151 }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'n[0]',
    });
    expect(await failure(() => estimate({ data, labels: 'y', signalDims: 2 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await failure(() => estimate({ data: folder.at('none.csv') }))).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
