/** Exact moments, of every process that has them, through a whole pass over data. */
import { afterEach, describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { inputFields } from '../../src/moments/exact.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { affineViews } from '../../src/views/affine.js';
import { alignedWith } from '../../src/views/aligned.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { cyclicShifts, flips, groupViews } from '../../src/views/group.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, rowsBetween } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { expectAlike, expectationOf } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { bits, cut, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import { enumerated } from '../support/outcomes.js';
import fc from '../support/properties.js';
import { viewTrees } from '../support/view-trees.js';

const D = 6;
/** With a mean; more rows than a block of 256. */
const x = plus(normals(1, 300, D), new Matrix(300, D, new Float64Array(300 * D).fill(0.5)));
const target = normals(2, 300, 2);
const grid = { width: 3, height: 2 };

const mask = maskViews({ keep: 0.4 });
const noise = gaussianViews({ theta: 0.5, gamma: Float64Array.of(0, 1, 2, 3, 4, 5) });
const narrowing = affineViews([
  { matrix: normals(3, 4, D), offset: Float64Array.of(1, 2, 3, 4) },
  { matrix: normals(4, 4, D), weight: 2 },
]);
const processes: [string, ViewProcess][] = [
  ['masks', mask],
  ['patches', maskViews({ keep: 0.5, rescale: true, patch: { ...grid, size: 2 } })],
  ['flips', groupViews(flips(grid, { horizontal: true, vertical: true }))],
  ['shifts with weights', groupViews(cyclicShifts(grid), { weights: [1, 2, 3, 4, 5, 6] })],
  ['affine maps', narrowing],
  ['a composition', composeViews([mask, noise, narrowing])],
  ['a choice', chooseViews([mask, composeViews([noise, mask]), noise], [1, 2, 3])],
  ['masks aligned with noise', alignedWith(mask, noise, 2)],
  ['noise aligned with masks', alignedWith(noise, mask, 0.3)],
];

const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

const numbersOf = (moments: ViewMoments) =>
  Object.entries(moments).flatMap(([name, value]) => (name === 'count' ? [] : [[name, value] as const]));

/** Every field, to `tolerance` of the size of S. */
function expectMomentsAlike(received: ViewMoments, expected: ViewMoments, tolerance: number): void {
  expect(Object.keys(received).sort()).toEqual(Object.keys(expected).sort());
  expect(received.count).toBe(expected.count);
  const size = Math.max(1, ...expected.second.data.map(Math.abs), expected.inputEnergy);
  for (const [name, value] of numbersOf(expected)) {
    const own = received[name as 'second'] as Matrix | number;
    const numbers = typeof own === 'number' ? [own] : own;
    expect(numbers, name).toBeCloseToArray(typeof value === 'number' ? [value] : (value as Matrix), tolerance * size);
  }
}

describe.each(processes)('exact moments under %s', (_, views) => {
  it('say that they are exact, and ignore seeds', async () => {
    const moments = await viewMoments(x, views, { target });
    expect(moments).toMatchObject({ count: 300, expectation: 'exact', samples: undefined });
    expect(moments).not.toHaveProperty('drawn');
    const seeded = await viewMoments(x, views, { target, seed: 5, firstSample: 77 });
    expect(bits(seeded)).toEqual(bits(moments));
  });

  it('are the same on every backend, to rounding', async () => {
    const native = await viewMoments(x, views, { target, backend: 'native' });
    // Sums of 300 products, in other orders.
    expectMomentsAlike(await viewMoments(x, views, { target, backend: 'js' }), native, 300 * Number.EPSILON);
  });

  it.each(BACKENDS)('are those of the inputs’ moments, on %s', async (backend) => {
    const { second, meanSecond, covariance, inputCross, targetCross, viewMean } = await viewMoments(x, views, {
      target,
      backend,
    });
    const received = {
      second,
      meanSecond,
      covariance,
      inputCross,
      mean: viewMean,
      ...(targetCross && { targetCross }),
    };
    expectAlike(received, await expectationOf(views, x, target, backend));
  });

  it.each(BACKENDS)('have the same bits for any chunking and number of threads, on %s', async (backend) => {
    const whole = bits(await viewMoments(x, views, { target, backend }));
    for (const [count, at] of [
      [1, [100, 256]],
      [3, [7, 299]],
    ] as const) {
      setThreads(count);
      const chunked = await viewMoments(cut(x, at), views, { target: cut(target, [150]), backend });
      expect(bits(chunked)).toEqual(whole);
    }
  });

  it('come at prefixes from one pass, each with the bits of its own', async () => {
    const prefixes = [1, 100, 257, 300];
    const source = new Watched(cut(x, [90, 200]));
    const all = await viewMoments(source, views, { target, prefixes });
    for (const [i, n] of prefixes.entries()) {
      const own = await viewMoments(rowsBetween(x, 0, n), views, { target: rowsBetween(target, 0, n) });
      expect(bits(all[i] as ViewMoments), `${n} rows`).toEqual(bits(own));
    }
    expect(source.handedOut).toBe(3);
  });

  it('of parts merge to those of all', async () => {
    const whole = await viewMoments(x, views, { target });
    const edges = [0, 1, 130, 300];
    const parts = await Promise.all(
      edges.slice(1).map((to, i) => {
        const from = edges[i] as number;
        return viewMoments(rowsBetween(x, from, to), views, { target: rowsBetween(target, from, to) });
      }),
    );
    const merged = parts.reduce((sum, part) => sum.merge(part));
    expectMomentsAlike(merged, whole, 300 * Number.EPSILON);
    expect(merged.expectation).toBe('exact');
  });

  it('do not merge with sampled ones', async () => {
    const exact = await viewMoments(x, views);
    const sampled = await viewMoments(x, views, { samples: 2 });
    expect(sampled).toMatchObject({ expectation: 'sampled', samples: 2, dim: exact.dim });
    for (const merge of [() => exact.merge(sampled), () => sampled.merge(exact)]) {
      expect(await failure(merge)).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'other' });
    }
  });

  it('give a spectrum of joint embedding in [0, 1]', async () => {
    const moments = await viewMoments(x, views);
    const { eigenvalues } = await jointEmbedding(moments, { k: 1, rankTolerance: 1e-12 });
    expect(eigenvalues.every((omega) => omega >= -1e-9 && omega <= 1 + 1e-9)).toBe(true);
    expect(eigenvalues[0]).toBeGreaterThan(0);
  });
});

it('moments of any tree of processes are those of all its outcomes, with scores in [0, 1]', async () => {
  const rows = rowsBetween(x, 0, 7);
  const inputs = new Matrix(7, 3, Float64Array.from(rows.data).slice(0, 21));
  const targets = rowsBetween(target, 0, 7);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }).chain((output) => viewTrees(3, output, 2)),
      async ({ views, outcomes }) => {
        const moments = await viewMoments(inputs, views, { target: targets });
        const { second, meanSecond, covariance, inputCross, targetCross, viewMean } = moments;
        const received = { second, meanSecond, covariance, inputCross, mean: viewMean };
        expectAlike({ ...received, ...(targetCross && { targetCross }) }, enumerated(outcomes, inputs, targets));
        const { eigenvalues } = await jointEmbedding(moments, { k: 1, ridge: 1e-6 });
        // G ≤ S up to rounding, against a ridge of 1e-6.
        expect(eigenvalues.every((omega) => omega >= -1e-7 && omega <= 1 + 1e-7)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

it.each<[string, ViewProcess]>([
  ['image transforms', imageViews({ ...grid, channels: 1 }, [{ transform: 'horizontalFlip' }])],
  ['a function', customViews((batch) => batch)],
  ['them among others', composeViews([mask, customViews((batch) => batch)])],
])('without samples and without a closed form there are no moments: %s', async (_, views) => {
  for (const backend of BACKENDS) {
    const source = new Watched(cut(x, [100]));
    const error = await failure(() => viewMoments(source, views, { backend }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'samples' });
    expect(error.fix).toBe('Pass { samples: 8, seed: 0 } to viewMoments.');
    // Not once the data have been read.
    expect(source).toMatchObject({ handedOut: 1, closed: true });
    const sampled = await viewMoments(x, views, { samples: 8, seed: 0, backend });
    expect(sampled.expectation).toBe('sampled');
  }
});

it.each(BACKENDS)('data of another dimension are refused before they are read on %s', async (backend) => {
  const source = new Watched(cut(normals(9, 10, 5), [5]));
  for (const views of [narrowing, composeViews([noise, narrowing]), chooseViews([narrowing, narrowing])]) {
    const error = await failure(() => viewMoments(source, views, { backend }));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '5' });
  }
  expect(source.handedOut).toBeLessThanOrEqual(3);
});

it('inputFields reads the blocks of a Gram matrix', async () => {
  // Over r = [x₁ x₂ | y | 1] of two samples.
  const rows = Matrix.from([
    [1, 2, 5, 1],
    [3, -4, 7, 1],
  ]);
  const gram = new Matrix(4, 4);
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++)
      gram.data[4 * i + j] = rows.get(0, i) * rows.get(0, j) + rows.get(1, i) * rows.get(1, j);
  }
  expect(await inputFields(2, gram, 2, 1)).toEqual({
    count: 2,
    inputSecond: Matrix.from([
      [5, -5],
      [-5, 10],
    ]),
    inputMean: Float64Array.of(2, -1),
    inputEnergy: 15,
    targetInput: Matrix.from([[13, -9]]),
    targetMean: Float64Array.of(6),
    targetEnergy: 37,
  });
  const alone = await inputFields(2, gram, 3, 0);
  expect(alone.inputEnergy).toBe(52);
  expect(alone).not.toHaveProperty('targetInput');
});
