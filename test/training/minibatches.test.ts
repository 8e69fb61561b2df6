import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { selectBackend } from '../../src/backends/select.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { epochOrder, interleave, Minibatches, split } from '../../src/training/minibatches.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { rowsBetween } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

describe('epochOrder', () => {
  it('is an order of all rows, another one in every epoch and for every seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1000), fc.integer({ min: 12, max: 60 }), (seed, epoch, n) => {
        const order = epochOrder(seed, epoch, n);
        expect([...order].sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
        expect(epochOrder(seed, epoch, n)).toEqual(order);
        expect(epochOrder(seed, epoch + 1, n)).not.toEqual(order);
        expect(epochOrder(seed + 1, epoch, n)).not.toEqual(order);
      }),
    );
  });

  it('favours no order of three', () => {
    const counts = new Map<string, number>();
    const epochs = 3000;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const key = epochOrder(1, epoch, 3).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // A count has a standard deviation of √(3000 · 5/36) = 20.4: five of them.
    for (const count of counts.values()) expect(Math.abs(count - epochs / 6)).toBeLessThan(102);
  });
});

describe('split', () => {
  it('takes apart what interleave puts together', () => {
    const [a, b] = [normals(1, 3, 2), normals(2, 3, 2)];
    const together = interleave(a, b);
    expect(together.row(2)).toEqual(a.row(1));
    expect(together.row(3)).toEqual(b.row(1));
    expect(split(together)).toEqual([a, b]);
  });
});

describe.each(BACKENDS)('Minibatches on %s', (name) => {
  const rows = normals(3, 7, 2);
  const views = gaussianViews({ theta: 0.5 });
  const control = { signal: undefined };

  const batchesOf = async (batchSize: number) => {
    const step = await views.step(2, js.linalg);
    return new Minibatches({ rows, step, width: 2, batchSize, seed: 4 });
  };

  it('has the views of sampleViews, two new ones in each epoch', async () => {
    const batches = await batchesOf(3);
    expect(batches.perEpoch).toBe(2);
    const all = await sampleViews(rows, views, { samples: 6, seed: 4, backend: name });
    for (const [step, epoch] of [
      [0, 0],
      [1, 0],
      [2, 1],
      [5, 2],
      [0, 0],
    ] as const) {
      const drawn = await batches.views(selectBackend(name), control, step);
      const order = epochOrder(4, epoch, 7).subarray((step % 2) * 3, (step % 2) * 3 + 3);
      for (const [i, row] of order.entries()) {
        const first = 6 * row + 2 * epoch;
        expect(rowsBetween(drawn, 2 * i, 2 * i + 2)).toEqual(rowsBetween(all, first, first + 2));
      }
    }
  });

  it('takes every row once where batches divide the rows', async () => {
    const batches = await batchesOf(7);
    const drawn = await batches.views(selectBackend(name), control, 3);
    const exact = new Minibatches({
      rows: Matrix.from(Array.from({ length: 7 }, (_, i) => [i])),
      step: { kind: 'identity', numbers: new Float64Array() },
      width: 1,
      batchSize: 7,
      seed: 4,
    });
    const indices = await exact.views(selectBackend(name), control, 3);
    expect(drawn.rows).toBe(14);
    expect([...split(indices)[0].data].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
