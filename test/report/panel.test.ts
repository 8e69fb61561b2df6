import { describe, expect, it } from 'vitest';
import type { FigureCell } from '../../src/report/figure-cell.js';
import { panels } from '../../src/report/panel.js';
import fc from '../support/properties.js';

const cell = (seed: number, distance: number): FigureCell => {
  return { problem: 'reconstruction', noise: 1e6, theta: 1e4, k: 50, alpha: 1, n: 100, seed, distance, angle: 0 };
};
const points = (cells: FigureCell[]) => panels(cells, 'distance').panels[0]?.curves[0]?.points;

describe('panels', () => {
  it('reduces the seeds to mean and range', () => {
    expect(points([cell(2, 4), cell(0, 1), cell(1, 1)])).toEqual([{ n: 100, seeds: 3, mean: 2, low: 1, high: 4 }]);
  });

  it('sorts α and n as numbers', () => {
    const cells = [10, 9, 0.5].flatMap((alpha) => [1000, 90, 200].map((n) => ({ ...cell(0, 1), alpha, n })));
    const { alphas, panels: drawn } = panels(cells, 'distance');
    expect(alphas).toEqual([0.5, 9, 10]);
    expect(drawn[0]?.curves.map(({ alpha }) => alpha)).toEqual(alphas);
    expect(drawn[0]?.curves[0]?.points.map(({ n }) => n)).toEqual([90, 200, 1000]);
  });

  it('has a row per noise level, Θ level and k, ascending', () => {
    const cells = [1e6, 1e3].flatMap((noise) => [50, 9].map((k) => ({ ...cell(0, 1), noise, k })));
    expect(panels(cells, 'distance').regimes).toEqual([
      { noise: 1e3, theta: 1e4, k: 9 },
      { noise: 1e3, theta: 1e4, k: 50 },
      { noise: 1e6, theta: 1e4, k: 9 },
      { noise: 1e6, theta: 1e4, k: 50 },
    ]);
  });

  it('keeps the mean finite and within the range', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const [{ mean, low, high } = { mean: Number.NaN, low: 0, high: 0 }] =
          points(values.map((v, i) => cell(i, v))) ?? [];
        expect(mean).toBeGreaterThanOrEqual(low);
        expect(mean).toBeLessThanOrEqual(high);
      }),
    );
  });

  it('accepts any iterable', () => {
    function* stream() {
      yield cell(0, 1);
    }
    expect(panels(stream(), 'distance').panels).toHaveLength(1);
  });
});
