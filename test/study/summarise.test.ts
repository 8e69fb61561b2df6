import { describe, expect, it } from 'vitest';
import type { FailedCell, StudyCell } from '../../src/study/cell.js';
import { countCells } from '../../src/study/grid.js';
import { PROBLEMS } from '../../src/study/protocol.js';
import { summarise } from '../../src/study/summarise.js';
import type { Spread, StudyGrid, StudySummary } from '../../src/study/summary.js';
import fc from '../support/properties.js';

const GRID: StudyGrid = {
  problems: [...PROBLEMS],
  noise: [1e3, 1e6],
  theta: [1e4],
  k: [5, 10],
  alpha: [0, 1, 20],
  n: [100, 200, 400, 800],
  seeds: [0, 1, 2],
};
const STUDY: Pick<StudySummary, 'dataset' | 'grid'> = {
  dataset: { name: 'made up', id: 'none', rows: null, signalDims: 10, noiseDims: 4, target: 'classes' },
  grid: GRID,
};

/** Of power laws that theory would give, a little different in each seed. */
function* cellsOf(grid: StudyGrid): Generator<StudyCell> {
  for (const problem of grid.problems)
    for (const noise of grid.noise)
      for (const theta of grid.theta)
        for (const k of grid.k)
          for (const alpha of grid.alpha)
            for (const n of grid.n)
              for (const seed of grid.seeds) {
                const squares = {
                  supervised: null,
                  'joint-embedding': 0.5 + seed / 10,
                  reconstruction: noise / 5e3 - 1,
                };
                const threshold = squares[problem];
                const recovers = threshold === null || alpha ** 2 > threshold;
                const tangent = (1 + seed / 7) * (n / 100) ** (recovers ? -0.5 : 0.5);
                const angle = tangent / Math.hypot(1, tangent);
                yield {
                  problem,
                  noise,
                  theta,
                  k,
                  alpha,
                  n,
                  seed,
                  distance: (3 + seed) / n,
                  angle,
                  threshold,
                  recovers,
                };
              }
}

const CELLS = [...cellsOf(GRID)];
const asFailure = ({ problem, noise, theta, k, alpha, n, seed }: StudyCell): FailedCell => ({
  ...{ problem, noise, theta, k, alpha, n, seed },
  error: { code: 'SINGULAR', message: 'S is singular.' },
});
const json = (cells: Iterable<StudyCell>, failures: Iterable<FailedCell> = []) =>
  JSON.stringify(summarise(cells, failures, STUDY));

describe('summarise', () => {
  const summary = summarise(CELLS, [], STUDY);

  it('has every list in the order of the grid, and whole', () => {
    const regimes = [1e3, 1e6].flatMap((noise) => [5, 10].map((k) => ({ noise, theta: 1e4, k })));
    expect(summary.cells).toEqual({ total: 432, finished: 432, failed: 0 });
    expect(summary.curves.map(({ noise, theta, k, problem, alpha }) => ({ noise, theta, k, problem, alpha }))).toEqual(
      regimes.flatMap((regime) =>
        PROBLEMS.flatMap((problem) => GRID.alpha.map((alpha) => ({ ...regime, problem, alpha }))),
      ),
    );
    expect(summary.thresholds.map(({ noise, theta, k, seed }) => ({ noise, theta, k, seed }))).toEqual(
      regimes.flatMap((regime) => GRID.seeds.map((seed) => ({ ...regime, seed }))),
    );
    expect(summary.verdicts).toHaveLength(2 * 2 * 2 * 3 * 3);
    expect(summary.advice.map(({ noise, theta, k }) => ({ noise, theta, k }))).toEqual(regimes);
    expect(summary.dataset).toEqual(STUDY.dataset);
    expect(summary.grid).toEqual(GRID);
  });

  it('has the spread over the seeds at each n', () => {
    const { points } = summary.curves[0] as (typeof summary.curves)[number];
    expect(points.map(({ n }) => n)).toEqual(GRID.n);
    const [, second] = points as [unknown, { distance: Spread }];
    const { deviation, ...rest } = second.distance;
    expect(rest).toEqual({ seeds: 3, mean: 4 / 200, min: 3 / 200, max: 5 / 200 });
    expect(deviation).toBeCloseTo(1 / 200, 15);
  });

  it('has slopes of the distances and of the angles', () => {
    for (const { slopes } of summary.curves) {
      expect(slopes.distance?.slope).toBeCloseTo(-1, 12);
      expect([slopes.distance?.from, slopes.distance?.to]).toEqual([100, 800]);
      expect(slopes.angle).not.toBeNull();
    }
  });

  it('counts verdicts, clear ones and close ones apart', () => {
    expect(summary.agreement.clear).toEqual({ agree: 72, disagree: 0, undecided: 0 });
    expect(summary.agreement.close).toEqual({ agree: 0, disagree: 0, undecided: 0 });
    // α² = 1 against 0.8 and 0.9: two of three seeds, at two noise levels and two k.
    const near = CELLS.map((cell) => (cell.threshold === null ? cell : { ...cell, threshold: 0.8 + cell.seed / 10 }));
    const { clear, close } = summarise(near, [], STUDY).agreement;
    expect(close.agree + close.disagree + close.undecided).toBe(3 * 2 * 2 * 2);
    expect(clear.agree + clear.disagree + clear.undecided).toBe(72 - 24);
  });

  it('is the same to the last bit whatever the order of its input', () => {
    const failures = CELLS.slice(0, 40).map(asFailure);
    const cells = CELLS.slice(40);
    const expected = json(cells, failures);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(cells, { minLength: cells.length }),
        fc.shuffledSubarray(failures, { minLength: failures.length }),
        (a, b) => {
          // Equality alone: the message would hold the whole study.
          expect(json(new Set(a), b) === expected).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is the same after a round trip through JSON, with keys in any order and more of them', () => {
    const stored = CELLS.map((cell) => JSON.parse(JSON.stringify({ key: 'k', ...cell })) as StudyCell);
    const failure = asFailure(CELLS[0] as StudyCell);
    const { error, seed, ...rest } = failure;
    expect(json(stored, [{ key: 'k', error, seed, ...rest } as FailedCell])).toBe(json(CELLS, [failure]));
  });

  it('makes do with any part of a study', () => {
    fc.assert(
      fc.property(fc.subarray(CELLS), (part) => {
        const partial = summarise(part, [], STUDY);
        expect(partial.cells).toEqual({ total: 432, finished: part.length, failed: 0 });
        // No NaN and no infinity, which JSON would make null.
        expect(JSON.parse(JSON.stringify(partial))).toEqual(partial);
        const spreads = partial.curves.flatMap(({ points }) => points.map((point) => point.distance));
        expect(spreads.reduce((total, { seeds }) => total + seeds, 0)).toBe(part.length);
        expect(spreads.every(({ seeds, deviation }) => (deviation === null) === (seeds === 1))).toBe(true);
      }),
    );
  });

  it('has empty lists without any cell', () => {
    expect(summarise([], [], STUDY)).toEqual({
      ...STUDY,
      cells: { total: countCells(GRID), finished: 0, failed: 0 },
      ...{ thresholds: [], curves: [], verdicts: [], advice: [], failures: [] },
      agreement: { clear: { agree: 0, disagree: 0, undecided: 0 }, close: { agree: 0, disagree: 0, undecided: 0 } },
    });
  });

  it('lists what failed', () => {
    const failures = CELLS.slice(0, 3).map(asFailure);
    const partial = summarise(CELLS.slice(3), failures.toReversed(), STUDY);
    expect(partial.cells).toEqual({ total: 432, finished: 429, failed: 3 });
    expect(partial.failures).toEqual(failures);
  });
});
