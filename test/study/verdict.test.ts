import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StudyCell } from '../../src/study/cell.js';
import { CLOSE, observe, verdictsOf } from '../../src/study/verdict.js';
import fc from '../support/properties.js';

interface RealCurve {
  data: string;
  problem: 'joint-embedding' | 'reconstruction';
  noise: number;
  alpha: number;
  seed: number;
  threshold: number;
  angles: number[];
}

const REAL: RealCurve[] = readFileSync(new URL('../fixtures/study/angles.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const DOUBLING = Array.from({ length: 10 }, (_, j) => 100 * 2 ** j);
const curve = (angle: (n: number, j: number) => number, sizes: readonly number[] = DOUBLING) =>
  sizes.map((n, j) => ({ n, angle: angle(n, j) }));

/** The sine of an angle with this tangent. */
const sine = (tangent: number) => tangent / Math.hypot(1, tangent);

const realCells = (data: string): StudyCell[] =>
  REAL.filter((one) => one.data === data).flatMap(({ angles, data: _, ...rest }) =>
    angles.map((angle, j) => ({
      ...{ ...rest, theta: 1e4, k: 50, n: 100 * 2 ** j, distance: 0, angle },
      recovers: rest.alpha ** 2 > rest.threshold,
    })),
  );

const isDefault = ({ noise, alpha }: { noise: number; alpha: number }) =>
  [1e3, 1e6].includes(noise) && [0.1, 1, 10].includes(alpha);

describe.each(['MNIST', 'CIFAR-10 grey'])('the verdicts on %s', (data) => {
  const cells = realCells(data);
  const verdicts = verdictsOf(cells);
  const clear = verdicts.filter(({ close }) => !close);

  it('agree with theory everywhere on the default grid, more than 30 % from the threshold', () => {
    const counted = clear.filter(isDefault);
    expect(counted.filter(({ agrees }) => agrees !== true)).toEqual([]);
    expect(counted.filter(({ observed }) => observed === 'recovers').length).toBeGreaterThanOrEqual(12);
    expect(counted.filter(({ observed }) => observed === 'misses').length).toBeGreaterThanOrEqual(11);
  });

  it('contradict it nowhere else either, and seldom leave it open', () => {
    const others = clear.filter((verdict) => !isDefault(verdict));
    expect(others.length).toBeGreaterThanOrEqual(40);
    expect(others.filter(({ agrees }) => agrees === false)).toEqual([]);
    // Mostly at strong noise and α = 30, where sines of 1e-3 do not move within these n.
    expect(others.filter(({ agrees }) => agrees === null).length / others.length).toBeLessThan(0.1);
  });

  it('do not contradict it for the first sizes alone: on the default grid they are open at worst', () => {
    const early = verdictsOf(cells.filter(({ n }) => n <= 3200));
    expect(early.filter((one) => isDefault(one) && !one.close && one.agrees === false)).toEqual([]);
  });
});

describe('observe', () => {
  it('sees a recovery in an angle that falls like n^{-1/2}, however small or slow', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 5, noNaN: true }),
        fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (c, scatter) => {
          const points = curve((n, j) => sine(c * Math.sqrt(100 / n) * Math.exp(scatter[j] as number)));
          expect(observe(points)).toBe('recovers');
        },
      ),
    );
  });

  it('sees a miss in an angle that stays near 90°, with scatter of a factor 10', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 4, max: 40, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (tangents) => {
          expect(observe(curve((_, j) => sine(tangents[j] as number)))).toBe('misses');
        },
      ),
    );
  });

  it('sees a miss in a small angle that rises like n^{1/2}, spikes and all', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 0.1, noNaN: true }), fc.integer({ min: 4, max: 9 }), (c, at) => {
        const points = curve((n, j) => sine(c * Math.sqrt(n / 100) * (j === at ? 30 : 1)));
        expect(observe(points)).toBe('misses');
      }),
    );
  });

  it('does not take a limit for a recovery: sin² = a + b/n', () => {
    const limit = (a: number, b: number) => observe(curve((n) => Math.sqrt(a + b / n)));
    expect(limit(0, 20)).toBe('recovers');
    // So little of a fall is left over the upper sizes: neither a recovery nor a rise.
    for (const a of [0.01, 0.1, 0.3]) expect(limit(a, 20)).toBe('undecided');
    expect(limit(0.95, 4)).toBe('misses');
    // Where b/n still prevails at the largest n nothing tells the two apart.
    expect(limit(1e-5, 20)).toBe('recovers');
  });

  it('leaves open what does not move, and what falls but is still large', () => {
    expect(observe(curve(() => 0.001))).toBe('undecided');
    expect(observe(curve(() => 0.8))).toBe('undecided');
    expect(observe(curve((n) => sine(1.5 * Math.sqrt(51200 / n))))).toBe('undecided');
  });

  it('does not take a jagged curve that ends lower for a fall', () => {
    const tangents = [0.43, 0.026, 0.2, 0.14, 0.044, 0.062];
    expect(observe(curve((_, j) => sine(tangents[j] as number), DOUBLING.slice(0, 6)))).toBe('undecided');
  });

  it('sees a recovery to rounding', () => {
    expect(observe(curve(() => 0))).toBe('recovers');
    expect(observe(curve((_, j) => 1e-9 * (1 + (j % 3))))).toBe('recovers');
  });

  it('copes with right angles to rounding', () => {
    expect(observe(curve(() => 1))).toBe('misses');
    expect(observe(curve((_, j) => 1 - (j % 2) * Number.EPSILON))).toBe('misses');
  });

  it('needs four sizes', () => {
    const fall = curve((n) => 1 / Math.sqrt(n));
    expect(observe([])).toBe('undecided');
    expect(observe(fall.slice(-3))).toBe('undecided');
    expect(observe(fall.slice(-4))).toBe('recovers');
    expect(observe(curve((n) => 1 / Math.sqrt(n), [10, 1e3, 1e5, 1e7]))).toBe('recovers');
  });

  it('does not mind the order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(DOUBLING, { minLength: 10 }), (sizes) => {
        expect(observe(sizes.map((n) => ({ n, angle: 1 / Math.sqrt(n) })))).toBe('recovers');
      }),
    );
  });
});

describe('verdictsOf', () => {
  const cells = (alpha: number, threshold: number, changes: Partial<StudyCell> = {}): StudyCell[] =>
    DOUBLING.map((n) => ({
      ...{ problem: 'reconstruction', noise: 1, theta: 2, k: 3, seed: 4, distance: 0, recovers: true },
      ...{ alpha, n, threshold, angle: 1 / Math.sqrt(n) },
      ...changes,
    }));

  it('compares what is predicted with what is observed', () => {
    expect(verdictsOf(cells(2, 1))).toEqual([
      {
        ...{ noise: 1, theta: 2, k: 3, problem: 'reconstruction', alpha: 2, seed: 4, threshold: 1 },
        ...{ predicted: 'recovers', observed: 'recovers', margin: 3, close: false, agrees: true },
      },
    ]);
    expect(verdictsOf(cells(2, 16))[0]).toMatchObject({
      predicted: 'misses',
      margin: 0.75,
      close: false,
      agrees: false,
    });
    expect(verdictsOf(cells(2, 1).slice(-3))[0]).toMatchObject({ observed: 'undecided', agrees: null });
  });

  it('predicts recovery strictly above the threshold, at α = 0 below 0 only', () => {
    expect(verdictsOf(cells(2, 4))[0]).toMatchObject({ predicted: 'misses', margin: 0, close: true });
    expect(verdictsOf(cells(0, -1))[0]).toMatchObject({ predicted: 'recovers', margin: 1 });
    expect(verdictsOf(cells(0, 0))[0]).toMatchObject({ predicted: 'misses', margin: null, close: false });
  });

  it('names close what is within 30 % of its threshold', () => {
    expect(CLOSE).toBe(0.3);
    expect(verdictsOf(cells(1, 1 / 1.29))[0]?.close).toBe(true);
    expect(verdictsOf(cells(1, 1 / 1.31))[0]?.close).toBe(false);
  });

  it('takes the threshold of the seed’s largest sample', () => {
    const drifting = cells(2, 16).map((cell) => (cell.n === 51200 ? { ...cell, threshold: 1 } : cell));
    const other = cells(1, 16).filter(({ n }) => n < 51200);
    for (const all of [
      [...drifting, ...other],
      [...other, ...drifting.reverse()],
    ])
      expect(verdictsOf(all).map(({ alpha, threshold }) => [alpha, threshold])).toEqual([
        [1, 1],
        [2, 1],
      ]);
  });

  it('has none for supervised learning', () => {
    expect(verdictsOf(cells(1, 1, { problem: 'supervised', threshold: null }))).toEqual([]);
  });
});
