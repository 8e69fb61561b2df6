/** The study beside theory, on the data it is about: verdicts, consistency and the paper's distances. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openMnist } from '../../src/data/mnist.js';
import { alignmentStudy } from '../../src/study/alignment-study.js';
import { builtInDataset } from '../../src/study/built-in.js';
import type { StudyCell } from '../../src/study/cell.js';
import { imageDataset } from '../../src/study/dataset.js';
import { openStudyDataset } from '../../src/study/open.js';
import type { StudySummary } from '../../src/study/summary.js';
import { dataPath, hasData } from '../support/data.js';
import { collect } from '../support/study.js';

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
 * What theory says of each seed against that seed's own thresholds, those of its largest sample. The angle falls like
 * n^{-1/2}, by 4 from 3 200 to 51 200, where α² clears the threshold by 30 %; sampling moves the ratio between 2.6 and 6,
 * but for one seed in a hundred where the fall begins later.
 * Where α² is 30 % short of it the angle does not fall, although at α = 10 it may still be small (0.03 over 30 seeds).
 * Nothing is claimed in between, nor where the threshold itself is near 0.
 */
function expectTheory(cells: readonly StudyCell[]): void {
  const counts = { recovered: 0, missed: 0 };
  for (const [name, line] of series(cells)) {
    const { threshold, alpha } = at(line, 51200);
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
  // Noise 1e3: RC 3, JE α ≥ 1; 1e6: JE α ≥ 1, for the seeds whose thresholds leave the margin.
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

/** Mean distances at n = 51 200; the ranges are those of 3-seed means over 30 other seeds, of MNIST and of the built-in
 * data, with a factor 2 to spare. */
const DISTANCES: Record<string, [number, number]> = {
  'supervised 1000 0.1': [4.7e-5, 2.9e-4],
  'joint-embedding 1000 0.1': [1.4e-4, 6.5e-3],
  'reconstruction 1000 0.1': [2e-7, 3.1e-6],
  'supervised 1000 1': [4.1e-5, 2.4e-4],
  'joint-embedding 1000 1': [1.9e-7, 3.7e-6],
  'reconstruction 1000 1': [1.3e-7, 1.9e-6],
  'supervised 1000 10': [4.1e-6, 1.9e-5],
  'joint-embedding 1000 10': [5.2e-9, 1.1e-7],
  'reconstruction 1000 10': [5.3e-9, 1.2e-7],
  'supervised 1000000 0.1': [2.4e-4, 1.1e-3],
  'joint-embedding 1000000 0.1': [0.095, 0.5],
  'reconstruction 1000000 0.1': [0.082, 0.47],
  'supervised 1000000 1': [1.8e-4, 8.2e-4],
  'joint-embedding 1000000 1': [7e-6, 7.5e-5],
  'reconstruction 1000000 1': [0.069, 0.34],
  'supervised 1000000 10': [4.8e-6, 2.2e-5],
  'joint-embedding 1000000 10': [4.7e-9, 1.3e-7],
  'reconstruction 1000000 10': [1.1e-4, 1.2e-3],
};

function expectDistances(cells: readonly StudyCell[]): void {
  for (const [name, [low, high]] of Object.entries(DISTANCES)) {
    const own = cells.filter((c) => `${c.problem} ${c.noise} ${c.alpha}` === name && c.n === 51200);
    const mean = own.reduce((sum, c) => sum + c.distance, 0) / own.length;
    expect.soft(mean, name).toBeGreaterThan(low);
    expect.soft(mean, name).toBeLessThan(high);
  }
}

/** 2 problems × 2 noise levels × 3 α × 3 seeds, at most a third of them too close to call. */
function expectAgreement({ verdicts, agreement: { clear } }: StudySummary): void {
  expect(verdicts).toHaveLength(36);
  expect(verdicts.filter(({ close, agrees }) => !close && agrees !== true)).toEqual([]);
  expect(clear).toMatchObject({ disagree: 0, undecided: 0 });
  expect(clear.agree).toBeGreaterThanOrEqual(24);
}

describe.skipIf(!hasData('mnist'))('the study on MNIST (needs the files)', () => {
  let cells: StudyCell[];
  let summary: StudySummary;
  beforeAll(async () => {
    const study = alignmentStudy({ dataset: await imageDataset('mnist', await openMnist(dataPath('mnist')), 50) });
    cells = [];
    for await (const cell of study) cells.push(cell);
    summary = await study.summary();
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
  it('shows the predicted verdict wherever α² is clear of its threshold', () => expectAgreement(summary));
});

describe.skipIf(!hasData('cifar10'))('the study on grey CIFAR-10 (needs the files)', () => {
  it('shows the predicted verdict wherever α² is clear of its threshold', async () => {
    const data = dataPath('cifar10/train_first10000.bin.gz');
    const dataset = await openStudyDataset({ data, grayscale: true });
    expectAgreement(await alignmentStudy({ dataset }).summary());
  });
});

describe('the study on the built-in data', () => {
  it('shows what theory says, and distances close to MNIST’s', async () => {
    const cells = await collect(await builtInDataset());
    expectTheory(cells);
    expectConsistency(cells);
    expectDistances(cells);
  });
});
