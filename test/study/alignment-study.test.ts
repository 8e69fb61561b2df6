import { beforeAll, describe, expect, it } from 'vitest';
import { openMnist } from '../../src/data/mnist.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { alignmentStudy, countCells, type StudyCell } from '../../src/study/alignment-study.js';
import { builtInDataset } from '../../src/study/built-in.js';
import { imageDataset, type StudyDataset } from '../../src/study/dataset.js';
import { dataPath, hasData } from '../support/data.js';

const collect = async (dataset: StudyDataset, options: Omit<Parameters<typeof alignmentStudy>[0], 'dataset'> = {}) => {
  const cells: StudyCell[] = [];
  for await (const cell of alignmentStudy({ dataset, ...options })) cells.push(cell);
  return cells;
};

/** A data set with so many rows of the built-in one, so that only small n are studied. */
const limited = async (rows: number): Promise<StudyDataset> => ({ ...(await builtInDataset()), rows });

/** One line of the figure for one seed: the cells of growing n. */
const series = (cells: readonly StudyCell[]) => {
  const lines = new Map<string, StudyCell[]>();
  for (const cell of cells) {
    const key = [cell.problem, cell.noise, cell.alpha, cell.seed].join(' ');
    lines.set(key, [...(lines.get(key) ?? []), cell]);
  }
  return lines;
};

const at = (line: readonly StudyCell[], n: number) => line.find((cell) => cell.n === n) as StudyCell;

/**
 * What theory says of each seed against that seed's own thresholds. The angle falls like n^{-1/2}, by 4 from 3 200 to
 * 51 200, where α² clears the threshold by 30 %; sampling moves the ratio between 2.6 and 6. Where α² is 30 % short of it
 * the angle does not fall, although at α = 10 it may still be small (0.03 over 30 seeds). Nothing is claimed in between, nor where the threshold itself is near 0.
 */
function expectTheory(cells: readonly StudyCell[]): void {
  const counts = { recovered: 0, missed: 0 };
  for (const [name, line] of series(cells)) {
    const { threshold, alpha } = line[0] as StudyCell;
    if (threshold === null || Math.abs(threshold) < 0.05) continue;
    const fall = at(line, 51200).angle / at(line, 3200).angle;
    if (alpha ** 2 > threshold + 0.3 * Math.abs(threshold)) {
      expect.soft(fall, `${name} recovers`).toBeLessThan(0.5);
      counts.recovered++;
    } else if (alpha ** 2 < 0.7 * threshold) {
      expect.soft(fall, `${name} does not recover`).toBeGreaterThan(0.8);
      expect.soft(at(line, 51200).angle, `${name} does not recover`).toBeGreaterThan(0.02);
      counts.missed++;
    }
  }
  // Weak noise: RC 3, JE α ≥ 1; strong: JE α ≥ 1, for the seeds whose thresholds leave the margin.
  expect(counts.recovered).toBeGreaterThanOrEqual(12);
  expect(counts.missed).toBeGreaterThanOrEqual(6);
}

/** Supervised learning is consistent at every α: the distance falls like 1/n. */
function expectConsistency(cells: readonly StudyCell[]): void {
  for (const [name, line] of series(cells)) {
    if (!name.startsWith('supervised')) continue;
    const slope = Math.log(at(line, 51200).distance / at(line, 800).distance) / Math.log(64);
    expect.soft(slope, name).toBeGreaterThan(-1.2);
    expect.soft(slope, name).toBeLessThan(-0.8);
  }
}

/** Mean distances at n = 51 200; the ranges are those of 3-seed means over 30 other seeds, with a factor 2 to spare. */
const DISTANCES: Record<string, [number, number]> = {
  'reconstruction weak 0.1': [1e-7, 6e-6],
  'reconstruction weak 1': [1e-7, 5e-6],
  'reconstruction weak 10': [2e-9, 2e-7],
  'reconstruction strong 0.1': [0.07, 0.5],
  'reconstruction strong 1': [0.06, 0.4],
  'reconstruction strong 10': [7e-5, 2e-3],
  'joint-embedding weak 0.1': [1e-4, 8e-3],
  'joint-embedding weak 1': [1e-7, 6e-6],
  'joint-embedding weak 10': [2e-9, 2e-7],
  'joint-embedding strong 0.1': [0.08, 0.6],
  'joint-embedding strong 1': [3e-6, 8e-5],
  'joint-embedding strong 10': [4e-9, 2e-7],
  'supervised weak 0.1': [5e-5, 3e-4],
  'supervised weak 1': [4e-5, 3e-4],
  'supervised weak 10': [4e-6, 2e-5],
  'supervised strong 0.1': [2e-4, 1.1e-3],
  'supervised strong 1': [1.7e-4, 9e-4],
  'supervised strong 10': [4.6e-6, 2.2e-5],
};

function expectDistances(cells: readonly StudyCell[]): void {
  for (const [name, [low, high]] of Object.entries(DISTANCES)) {
    const own = cells.filter((c) => `${c.problem} ${c.noise} ${c.alpha}` === name && c.n === 51200);
    const mean = own.reduce((sum, c) => sum + c.distance, 0) / own.length;
    expect.soft(mean, name).toBeGreaterThan(low);
    expect.soft(mean, name).toBeLessThan(high);
  }
}

describe.skipIf(!hasData('mnist'))('the study on MNIST (needs the files)', () => {
  let cells: StudyCell[];
  beforeAll(async () => {
    cells = await collect(await imageDataset('mnist', await openMnist(dataPath('mnist')), 50));
  });

  it('has one cell for every problem, noise, alpha, n and seed', () => {
    expect(cells).toHaveLength(540);
    expect(series(cells).size).toBe(54);
    for (const line of series(cells).values())
      expect(line.map(({ n }) => n)).toEqual([...line.map(({ n }) => n)].sort((a, b) => a - b));
  });

  it('recovers above each seed’s thresholds and not below', () => expectTheory(cells));
  it('is consistent for supervised learning at every alpha', () => expectConsistency(cells));
  it('has the distances of the paper’s figure', () => expectDistances(cells));
});

describe('the study on the built-in data', () => {
  it('shows what theory says, and distances close to MNIST’s', async () => {
    const cells = await collect(await builtInDataset());
    expectTheory(cells);
    expectConsistency(cells);
    expectDistances(cells);
  });

  it('has the same bits at every number of threads', async () => {
    const before = threads();
    try {
      setThreads(1);
      const one = await collect(await limited(1600), { seeds: 1, backend: 'native' });
      setThreads(2);
      const two = await collect(await limited(1600), { seeds: 1, backend: 'native' });
      setThreads(3);
      expect(two).toEqual(one);
      expect(await collect(await limited(1600), { seeds: 1, backend: 'native' })).toEqual(one);
    } finally {
      setThreads(before);
    }
  });

  it('gives the same results on both backends', async () => {
    const native = await collect(await limited(200), { seeds: 1, backend: 'native' });
    const js = await collect(await limited(200), { seeds: 1, backend: 'js' });
    expect(js).toHaveLength(native.length);
    native.forEach((cell, i) => {
      const other = js[i] as StudyCell;
      expect({ ...other, distance: 0, angle: 0, threshold: 0 }).toEqual({
        ...cell,
        distance: 0,
        angle: 0,
        threshold: 0,
      });
      // Losses of order 1 agree to rounding of the whole chain; angles by way of squares to its root.
      expect(Math.abs(other.distance - cell.distance)).toBeLessThan(1e-9);
      expect(Math.abs(other.angle - cell.angle)).toBeLessThan(1e-6);
    });
  });

  it('nests its samples: a seed’s first rows do not depend on how many are drawn', async () => {
    const dataset = await builtInDataset();
    const few = (await dataset.signal(3, 10)[Symbol.asyncIterator]().next()).value as Matrix;
    const many = (await dataset.signal(3, 5000)[Symbol.asyncIterator]().next()).value as Matrix;
    expect(many.data.subarray(0, 500)).toEqual(few.data);
  });

  it('has MNIST’s class weights, and unit-free moments of its size', async () => {
    const dataset = await builtInDataset();
    let total = 0;
    const sums = new Float64Array(10);
    for await (const chunk of dataset.targets(1, 20000)) {
      for (let i = 0; i < chunk.data.length; i++) (sums[i % 10] as number) += chunk.data[i] as number;
      total += chunk.rows;
    }
    expect(total).toBe(20000);
    // 6 742 of 60 000 are ones, 5 421 fives; three binomial standard errors are 0.0067.
    expect((sums[1] as number) / total).toBeCloseTo(6742 / 60000, 2);
    expect((sums[5] as number) / total).toBeCloseTo(5421 / 60000, 2);
  });

  it('counts its cells before it starts', async () => {
    const dataset = await limited(450);
    expect(countCells(dataset, 2)).toBe((await collect(dataset, { seeds: 2 })).length);
  });

  it('stops when aborted, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: StudyCell[] = [];
    const run = async () => {
      for await (const cell of alignmentStudy({ dataset: await limited(800), signal: controller.signal })) {
        seen.push(cell);
        if (seen.length === 5) controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen.length).toBeLessThan(30);
  });

  it.each([
    [{ dataset: {} }, 'INVALID_ARGUMENT', 'dataset'],
    [{ dataset: { dims: 2, rows: 10, signal: () => [], targets: () => [] } }, 'OUT_OF_RANGE', 'data'],
    [{ seeds: 0 }, 'OUT_OF_RANGE', 'seeds'],
    [{ seeds: 1.5 }, 'INVALID_ARGUMENT', 'seeds'],
    [{ sedes: 1 }, 'UNKNOWN_OPTION', 'sedes'],
    [{ backend: 'gpu' }, 'INVALID_ARGUMENT', 'backend'],
  ])('rejects %o', async (options, code, argument) => {
    const dataset = await limited(100);
    await expect(collect(dataset, options as never)).rejects.toMatchObject({ code, argument });
  });

  it('says when images are too small', async () => {
    const source = {
      rows: 1,
      cols: 4,
      labels: new Int32Array(1),
      async *[Symbol.asyncIterator]() {
        yield Matrix.zeros(1, 4);
      },
    };
    await expect(imageDataset('tiny', source, 50)).rejects.toMatchObject({ code: 'OUT_OF_RANGE', argument: 'data' });
  });
});
