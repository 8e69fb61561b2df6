import { describe, expect, it } from 'vitest';
import { adviceFrom, thresholdsOf } from '../../src/study/advice.js';
import type { StudyCell } from '../../src/study/cell.js';
import type { Advice } from '../../src/study/summary.js';

const cell = (
  problem: StudyCell['problem'],
  seed: number,
  threshold: number | null,
  changes: Partial<StudyCell> = {},
) => ({
  ...{
    problem,
    noise: 1e6,
    theta: 1e4,
    k: 50,
    alpha: 1,
    n: 100,
    seed,
    distance: 0,
    angle: 0,
    threshold,
    recovers: true,
  },
  ...changes,
});

/** Signed [reconstruction, joint embedding], one pair a seed. */
const advise = (...squares: [number, number][]): Advice => {
  const cells = squares.flatMap(([rc, je], seed) => [
    cell('supervised', seed, null),
    cell('joint-embedding', seed, je),
    cell('reconstruction', seed, rc),
  ]);
  return adviceFrom(thresholdsOf(cells))[0] as Advice;
};

describe('adviceFrom', () => {
  it('says what each method needs and which one to prefer', () => {
    expect(advise([12.4 ** 2, 0.86 ** 2])).toEqual({
      ...{ noise: 1e6, theta: 1e4, k: 50 },
      reconstruction: { low: 12.4, high: 12.4, always: false },
      jointEmbedding: { low: 0.86, high: 0.86, always: false },
      prefer: 'joint-embedding',
      words: 'at this noise reconstruction needs α > 12.4, joint embedding α > 0.86: prefer joint embedding',
    });
  });

  it.each<[string, [number, number][], Advice['prefer'], string]>([
    [
      'gives ranges where seeds differ in three digits',
      [
        [125.44, 0.5],
        [163.84, 0.5000001],
      ],
      'joint-embedding',
      'at this noise reconstruction needs α > 11.2 to 12.8, joint embedding α > 0.707: prefer joint embedding',
    ],
    [
      'compares signed squares where every α recovers',
      [[-3, -0.5]],
      'reconstruction',
      'at this noise both reconstruction and joint embedding recover at every α: prefer reconstruction',
    ],
    [
      'says when every α recovers for one',
      [[-3, 0.25]],
      'reconstruction',
      'at this noise reconstruction recovers at every α, joint embedding needs α > 0.5: prefer reconstruction',
    ],
    [
      'says when every α recovers for the other',
      [[4, -1]],
      'joint-embedding',
      'at this noise reconstruction needs α > 2, joint embedding recovers at every α: prefer joint embedding',
    ],
    [
      'counts the seeds that need nothing',
      [
        [-3, 0.25],
        [-2, -0.1],
        [-2, 0.64],
      ],
      'reconstruction',
      'at this noise reconstruction recovers at every α, joint embedding needs α > 0.5 to 0.8 (in 1 of 3 seeds every α recovers): prefer reconstruction',
    ],
    [
      'leaves it open where seeds disagree',
      [
        [1, 4],
        [4, 1],
      ],
      'depends on the seed',
      'at this noise reconstruction needs α > 1 to 2, joint embedding α > 1 to 2: which one to prefer depends on the seed',
    ],
    ['has ties', [[4, 4]], 'either', 'at this noise reconstruction needs α > 2, joint embedding α > 2: either will do'],
    [
      'needs α > 0 at a threshold of 0',
      [[0, 4]],
      'reconstruction',
      'at this noise reconstruction needs α > 0, joint embedding α > 2: prefer reconstruction',
    ],
  ])('%s', (_, squares, prefer, words) => {
    const advice = advise(...squares);
    expect(advice.words).toBe(words);
    expect(advice.prefer).toBe(prefer);
  });

  it('prefers what is never worse and somewhere better', () => {
    expect(advise([4, 4], [1, 4]).prefer).toBe('reconstruction');
    expect(advise([4, 4], [4, 1]).prefer).toBe('joint-embedding');
  });

  it('has an always that holds in every seed', () => {
    expect(advise([-1, 1], [1, 2]).reconstruction).toEqual({ low: 0, high: 1, always: false });
    expect(advise([-1, 1], [-1, 2]).reconstruction).toEqual({ low: 0, high: 0, always: true });
  });

  it('is nothing without thresholds', () => expect(adviceFrom([])).toEqual([]));
});

describe('thresholdsOf', () => {
  it('takes each seed’s largest sample, in the order of the grid', () => {
    const cells = [
      cell('reconstruction', 1, 9),
      cell('reconstruction', 1, 4, { n: 200 }),
      cell('joint-embedding', 1, -2, { n: 200 }),
      cell('reconstruction', 0, 1, { noise: 10 }),
      cell('joint-embedding', 0, 0, { noise: 10 }),
    ];
    const regime = { theta: 1e4, k: 50 };
    expect(thresholdsOf(cells)).toEqual([
      {
        ...{ ...regime, noise: 10, seed: 0 },
        reconstruction: { alphaSquared: 1, alpha: 1, always: false },
        jointEmbedding: { alphaSquared: 0, alpha: 0, always: false },
      },
      {
        ...{ ...regime, noise: 1e6, seed: 1 },
        reconstruction: { alphaSquared: 4, alpha: 2, always: false },
        jointEmbedding: { alphaSquared: -2, alpha: 0, always: true },
      },
    ]);
  });

  it('has null for a method that the study leaves out, and advice for the other', () => {
    const thresholds = thresholdsOf([cell('reconstruction', 0, 1), cell('supervised', 0, null)]);
    expect(thresholds).toMatchObject([{ seed: 0, reconstruction: { alphaSquared: 1 }, jointEmbedding: null }]);
    const words = 'at this noise reconstruction needs α > 1';
    expect(adviceFrom(thresholds)).toMatchObject([{ jointEmbedding: null, prefer: null, words }]);
    expect(thresholdsOf([cell('supervised', 0, null)])).toEqual([]);
  });
});
