import { afterEach, describe, expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import { knnProbe } from '../../src/diagnostics/knn-probe.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { plus, rowsBetween } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { reordered, shuffle } from './fixture.js';

const before = threads();
afterEach(() => setThreads(before));

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** All similarities, sorted. */
function brute(train: Matrix, query: ArrayLike<number>, k: number) {
  return Array.from({ length: train.rows }, (_, row) => ({ row, similarity: cosine(train.row(row), query) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k);
}

async function nearest(backend: (typeof BACKENDS)[number], train: Matrix, queries: Matrix, k: number, pieces = 1) {
  const store = selectBackend(backend).diagnostics.rows(train.cols);
  const size = Math.ceil(train.rows / pieces);
  for (let from = 0; from < train.rows; from += size) {
    await store.add({}, rowsBetween(train, from, Math.min(train.rows, from + size)));
  }
  try {
    return await store.nearest({}, queries, k);
  } finally {
    store.close();
  }
}

describe.each(BACKENDS)('rows of any size, %s', (backend) => {
  it('count by their direction', async () => {
    const x = normals(4, 60, 5);
    const labels = Array.from({ length: 60 }, (_, i) => (x.get(i, 0) > 0 ? 1 : 0));
    const sized = new Matrix(
      60,
      5,
      x.data.map((value, at) => value * 10 ** (100 * ((at % 35) / 5 - 3) - (at % 5) * 20)),
    );
    const rows = Matrix.from(
      x.toArray().map((row, i) => row.map((value) => value * ([1e-300, 1e-200, 1, 1e200, 1e300][i % 5] as number))),
    );
    const plain = await knnProbe({ train: { x, labels }, test: { x, labels } }, { k: 3, backend });
    for (const [train, test] of [
      [rows, x],
      [x, rows],
      [rows, rows],
    ] as const) {
      const found = await knnProbe({ train: { x: train, labels }, test: { x: test, labels } }, { k: 3, backend });
      expect(found).toEqual(plain);
    }
    // Columns of all sizes too: nothing is lost that a cosine would show.
    const { accuracy } = await knnProbe({ train: { x: sized, labels }, test: { x: sized, labels } }, { k: 1, backend });
    expect(accuracy).toBe(1);
  });
});

describe.each(BACKENDS)('nearest rows, %s', (backend) => {
  // Around the widths of panels (48, 24) and blocks (192), and of the steps in which columns are summed (256).
  it.each([
    [1, 1, 1, 1],
    [47, 3, 5, 47],
    [49, 10, 49, 3],
    [193, 7, 2, 20],
    [500, 2, 60, 20],
    [60, 300, 50, 5],
  ])('are those of brute force: %i rows of %i, %i queries, k = %i', async (n, d, m, k) => {
    const [train, queries] = [normals(n, n, d), normals(m + 7, m, d)];
    const found = await nearest(backend, train, queries, k);
    for (let i = 0; i < m; i++) {
      const expected = brute(train, queries.row(i), k);
      const similarities = found.similarities.slice(i * k, (i + 1) * k);
      // In one dimension all similarities are ±1, to rounding; their order is nobody's business.
      expect(similarities).toBeCloseToArray(
        expected.map(({ similarity }) => similarity),
        1e-14,
      );
      if (d > 1) {
        expect(Array.from(found.rows.slice(i * k, (i + 1) * k))).toEqual(expected.map(({ row }) => row));
      }
    }
  });

  it('are told apart in double precision, where single precision cannot', async () => {
    // One direction, and on it differences of 1e-5: cosines differ by 1e-10.
    const train = plus(new Matrix(400, 6, new Float64Array(2400).fill(1)), normals(3, 400, 6), 1e-5);
    const queries = rowsBetween(train, 100, 105);
    const found = await nearest(backend, train, queries, 7);
    for (let i = 0; i < 5; i++) {
      expect(found.rows[7 * i]).toBe(100 + i);
      const expected = brute(train, queries.row(i), 7).map(({ similarity }) => similarity);
      expect(found.similarities.slice(7 * i, 7 * i + 7)).toBeCloseToArray(expected, 1e-15);
    }
  });

  it('of equal rows are the first ones', async () => {
    const row = normals(1, 1, 5);
    const train = Matrix.from(Array.from({ length: 300 }, () => Array.from(row.row(0))));
    expect(Array.from((await nearest(backend, train, row, 40)).rows)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('are the same for floats and for rows in pieces', async () => {
    const floats = (m: Matrix) => new Matrix(m.rows, m.cols, Float32Array.from(m.data));
    const [train, queries] = [floats(normals(1, 250, 9)), floats(normals(2, 30, 9))];
    const widened = new Matrix(250, 9, Float64Array.from(train.data));
    const found = await nearest(backend, train, queries, 4);
    expect(await nearest(backend, widened, queries, 4, 7)).toEqual(found);
  });
});

it('nearest rows have the same bits at any number of threads', async () => {
  const [train, queries] = [normals(1, 700, 33), normals(2, 300, 33)];
  const found = [];
  for (const count of [1, 2, 5]) {
    setThreads(count);
    found.push(await nearest('native', train, queries, 9));
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});

/** Five directions with noise. */
function data(seed: number, n: number, noise: number) {
  const labels = Array.from({ length: n }, (_, i) => i % 6);
  const centres = normals(99, 6, 8);
  const x = plus(Matrix.from(labels.map((c) => Array.from(centres.row(c)))), normals(seed, n, 8), noise);
  return { x, labels };
}

/** Wu et al.'s vote, by its definition. */
function vote(train: ReturnType<typeof data>, test: ReturnType<typeof data>, k: number, temperature: number) {
  let [first, five] = [0, 0];
  for (let i = 0; i < test.x.rows; i++) {
    const votes = new Array(6).fill(0);
    for (const { row, similarity } of brute(train.x, test.x.row(i), k)) {
      votes[train.labels[row] as number] += Math.exp(similarity / temperature);
    }
    const order = [...votes.keys()].sort((a, b) => votes[b] - votes[a]);
    const rank = order.indexOf(test.labels[i] as number);
    if (rank === 0) first++;
    if (rank < 5) five++;
  }
  return { accuracy: first / test.x.rows, top5: five / test.x.rows };
}

describe.each(BACKENDS)('knnProbe, %s', (backend) => {
  const [train, test] = [data(1, 120, 1), data(2, 70, 1)];

  it.each([
    [1, 0.07],
    [20, 0.07],
    [20, 10],
    [120, 0.5],
  ])('counts the votes of %i neighbours at temperature %d', async (k, temperature) => {
    const found = await knnProbe({ train, test }, { k, temperature, backend });
    expect(found).toEqual({ ...vote(train, test, k, temperature), k, temperature });
    // Neither all nor nothing, or it would tell nothing.
    expect(found.accuracy).toBeGreaterThan(0.3);
    expect(found.accuracy).toBeLessThan(1);
  });

  it('takes 20 neighbours at 0.07 by default, cold ones without overflow', async () => {
    expect(await knnProbe({ train, test }, { backend })).toMatchObject({ k: 20, temperature: 0.07 });
    const cold = await knnProbe({ train, test }, { temperature: 1e-6, backend });
    const one = await knnProbe({ train, test }, { k: 1, backend });
    expect(cold.accuracy).toBe(one.accuracy);
  });

  it('reads streams, with labels of their own', async () => {
    const stream = Object.assign(
      {
        async *[Symbol.asyncIterator]() {
          yield rowsBetween(train.x, 0, 50);
          yield rowsBetween(train.x, 50, 120);
        },
      },
      { rows: 120, cols: 8, labels: Int32Array.from(train.labels) },
    );
    const found = await knnProbe({ train: { x: stream }, test }, { backend });
    expect(found).toEqual(await knnProbe({ train, test }, { backend }));
  });

  it('does not mind the order of the rows or the names of the classes', async () => {
    const order = shuffle(120);
    const renamed = (labels: number[]) => labels.map((label) => 1000 - 7 * label);
    const other = {
      train: { x: reordered(train.x, order), labels: renamed(order.map((i) => train.labels[i] as number)) },
      test: { x: test.x, labels: renamed(test.labels) },
    };
    const found = await knnProbe(other, { backend });
    expect(found.accuracy).toBe((await knnProbe({ train, test }, { backend })).accuracy);
  });

  it('counts a class that it has never seen as missed', async () => {
    const strange = { x: train.x, labels: train.labels.map((label, i) => (i < 30 ? 77 : label)) };
    expect((await knnProbe({ train, test: strange }, { k: 1, backend })).accuracy).toBe(0.75);
  });

  it.each([
    ['k beyond the rows', { train, test }, { k: 121 }, 'OUT_OF_RANGE', 'k'],
    ['k = 0', { train, test }, { k: 0 }, 'OUT_OF_RANGE', 'k'],
    ['temperature 0', { train, test }, { temperature: 0 }, 'OUT_OF_RANGE', 'temperature'],
    ['another metric', { train, test }, { metric: 'taxi' }, 'INVALID_ARGUMENT', 'metric'],
    [
      'one class',
      { train: { ...train, labels: train.labels.map(() => 3) }, test },
      {},
      'INVALID_ARGUMENT',
      'train.labels',
    ],
    ['too few labels', { train: { ...train, labels: [1, 2] }, test }, {}, 'SHAPE_MISMATCH', 'train.labels'],
    [
      'a label of −1',
      { train, test: { ...test, labels: test.labels.map(() => -1) } },
      {},
      'OUT_OF_RANGE',
      'test.labels[0]',
    ],
    ['no test set', { train }, {}, 'INVALID_ARGUMENT', 'test'],
    ['no labels', { train: { x: train.x }, test }, {}, 'INVALID_ARGUMENT', 'train'],
    ['targets', { train: { x: train.x, targets: train.x }, test }, {}, 'INVALID_ARGUMENT', 'train'],
    ['other widths', { train, test: { ...test, x: normals(1, 70, 7) } }, {}, 'SHAPE_MISMATCH', 'test.x'],
    ['a row of zeros', { train, test: { ...test, x: Matrix.zeros(70, 8) } }, {}, 'OUT_OF_RANGE', 'test.x'],
    ['NaN', { train: { ...train, x: withNaN(train.x, 50) }, test }, {}, 'NOT_FINITE', 'train.x'],
    ['an unknown field', { train, test, validation: test }, {}, 'UNKNOWN_OPTION', 'validation'],
  ] as const)('refuses %s', async (_, sets, options, code, argument) => {
    const error = await failure(() => knnProbe(sets as never, { ...options, backend } as never));
    expect([error.code, error.argument]).toEqual([code, argument]);
  });

  it('stops when aborted', async () => {
    const [large, asked] = [data(1, 6000, 1), data(2, 6000, 1)];
    const call = knnProbe({ train: large, test: asked }, { backend, signal: AbortSignal.timeout(15) });
    await expect(call).rejects.toThrow(/timeout/i);
  });
});

function withNaN(x: Matrix, at: number): Matrix {
  const copy = x.data.slice();
  copy[at] = Number.NaN;
  return new Matrix(x.rows, x.cols, copy);
}
