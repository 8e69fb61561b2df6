import { afterEach, describe, expect, it } from 'vitest';
import { type LinearProbeOptions, linearProbe } from '../../src/diagnostics/linear-probe.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { centred, energy, firstRows, plus, rowsBetween, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { fixture, reordered, scores, shuffle } from './fixture.js';

const before = threads();
afterEach(() => setThreads(before));

const { z, labels, targets } = fixture;
const labelled = { x: z, labels };
const valued = { x: z, targets };

/** The penalised mean cross-entropy and its gradient by [W | b] on features as the probe scales them, by the definition. */
function objective(x: Matrix, own: readonly number[], weights: Matrix, bias: ArrayLike<number>, lambda: number) {
  const { rows: n, cols: d } = x;
  const logits = scores(weights, bias, x);
  const gradient = Matrix.zeros(weights.rows, d + 1);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const row = Array.from(logits.row(i));
    const most = Math.max(...row);
    const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
    loss += (Math.log(sum) + most - (row[own[i] as number] as number)) / n;
    row.forEach((v, c) => {
      const rest = (Math.exp(v - most) / sum - (c === own[i] ? 1 : 0)) / n;
      for (let j = 0; j < d; j++) (gradient.data[c * (d + 1) + j] as number) += rest * x.get(i, j);
      (gradient.data[c * (d + 1) + d] as number) += rest;
    });
  }
  for (let c = 0; c < weights.rows; c++) {
    for (let j = 0; j < d; j++) {
      loss += (lambda / 2) * weights.get(c, j) ** 2;
      (gradient.data[c * (d + 1) + j] as number) += lambda * weights.get(c, j);
    }
  }
  return { loss, gradient };
}

/** Centred features at a mean variance of 1. */
function scaled(x: Matrix): { x: Matrix; scale: number } {
  const c = centred(x);
  const scale = 1 / Math.sqrt(energy(c) / c.data.length);
  return { x: times(c, scale), scale };
}

const rawLogistic = (options?: LinearProbeOptions): LinearProbeOptions => ({
  method: 'logistic',
  tolerance: 1e-11,
  ...options,
});

describe.each(BACKENDS)('logistic probe, %s', (backend) => {
  it.each(fixture.logistic)('agrees with SciPy at λ = $lambda, standardise $standardise', async (expected) => {
    const { lambda, standardise } = expected;
    const probe = await linearProbe({ train: labelled, test: labelled }, rawLogistic({ lambda, standardise, backend }));
    expect(probe.converged).toBe(true);
    expect(probe.loss).toBeCloseTo(expected.loss, 12);
    // BFGS stops at a gradient of 1e-7, the curvature is at least λ.
    expect(scores(probe.weights, probe.bias, z)).toBeCloseToArray(Matrix.from(expected.scores), 1e-5);
  });

  it('has no gradient at its optimum, and any other weights are worse', async () => {
    const lambda = 0.02;
    const probe = await linearProbe({ train: labelled, test: labelled }, rawLogistic({ lambda, backend }));
    const { x, scale } = scaled(z);
    const weights = times(probe.weights, 1 / scale);
    const bias = scores(probe.weights, probe.bias, Matrix.from([meanOf(z)])).row(0);
    const best = objective(x, labels, weights, bias, lambda);
    expect(best.loss).toBeCloseTo(probe.loss, 13);
    expect(best.gradient).toBeCloseToArray(Matrix.zeros(3, 7), 1e-10);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1e-4, max: 3, noNaN: true }), (seed, size) => {
        const other = plus(weights, normals(seed, 3, 6), size);
        expect(objective(x, labels, other, bias, lambda).loss).toBeGreaterThan(best.loss);
      }),
      { numRuns: 50 },
    );
  });

  it('settles on separable classes because of the penalty, and says so when it cannot without', async () => {
    const x = Matrix.from([[-2], [-1], [1], [2]]);
    const train = { x, labels: [0, 0, 1, 1] };
    const held = await linearProbe({ train, test: train }, rawLogistic({ lambda: 1e-3, backend }));
    expect([held.converged, held.accuracy]).toEqual([true, { train: 1, test: 1 }]);
    const free = await linearProbe({ train, test: train }, rawLogistic({ lambda: 0, maxIterations: 5, backend }));
    expect([free.converged, free.iterations]).toEqual([false, 5]);
    expect(free.weights.data.every(Number.isFinite)).toBe(true);
  });

  it.each([
    [[[0], [1], [10], [11]], [0, 0, 1, 1], false],
    [
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [9, 9],
      ],
      [0, 1, 2, 0],
      false,
    ],
    [[[0], [1], [2], [3]], [0, 1, 0, 1], true],
    // But for a point that two classes share: no optimum either, which is not looked for.
    [[[0], [1], [1], [2]], [0, 0, 1, 1], true],
  ])('has no optimum at λ = 0 where classes are separable: %j, %j', async (rows, own, converged) => {
    const set = { x: Matrix.from(rows), labels: own };
    const probe = await linearProbe({ train: set, test: set }, { lambda: 0, backend });
    expect(probe.converged).toBe(converged);
    expect(probe.loss).toBeLessThan(converged ? Math.LN2 : 1e-4);
    const held = await linearProbe({ train: set, test: set }, { lambda: 1e-3, backend });
    expect(held.converged).toBe(true);
  });

  it.each([1e20, 1e100, 1e300])('keeps weights at 0 under λ = %d', async (lambda) => {
    const probe = await linearProbe({ train: labelled, test: labelled }, { lambda, backend });
    expect(probe.converged).toBe(true);
    expect(Math.max(...probe.weights.data.map(Math.abs))).toBeLessThan(1 / lambda);
    const frequencies = [0, 1, 2].map((c) => labels.filter((label) => label === c).length / labels.length);
    expect(probe.loss).toBeCloseTo(-frequencies.reduce((sum, p) => sum + p * Math.log(p), 0), 12);
  });

  it('starts from frequencies, which is all there is where nothing varies', async () => {
    const train = { x: new Matrix(4, 2, new Float64Array(8).fill(3)), labels: [0, 1, 1, 1] };
    const probe = await linearProbe({ train, test: train }, rawLogistic({ backend }));
    expect(probe.accuracy?.test).toBe(0.75);
    expect(probe.loss).toBeCloseTo(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), 13);
    expect(probe.weights.data.every((w) => w === 0)).toBe(true);
  });

  it('does not mind the order of rows, or scale and offset of all features', async () => {
    const probe = await linearProbe({ train: labelled, test: labelled }, rawLogistic({ backend }));
    const order = shuffle(24);
    const other = { x: reordered(z, order), labels: order.map((i) => labels[i] as number) };
    const mixed = await linearProbe({ train: other, test: labelled }, rawLogistic({ backend }));
    expect(mixed.weights).toBeCloseToArray(probe.weights, 1e-8);
    const moved = {
      x: new Matrix(
        24,
        6,
        z.data.map((v) => 1000 * v + 5),
      ),
      labels,
    };
    const far = await linearProbe({ train: moved, test: moved }, rawLogistic({ backend }));
    expect(times(far.weights, 1000)).toBeCloseToArray(probe.weights, 1e-8);
    expect(far.loss).toBeCloseTo(probe.loss, 12);
  });

  it('with standardise does not mind the scale of any feature', async () => {
    const options = rawLogistic({ standardise: true, backend });
    const probe = await linearProbe({ train: labelled, test: labelled }, options);
    const stretched = {
      x: new Matrix(
        24,
        6,
        z.data.map((v, at) => v * 10 ** ((at % 6) - 3)),
      ),
      labels,
    };
    expect((await linearProbe({ train: stretched, test: stretched }, options)).loss).toBeCloseTo(probe.loss, 11);
  });

  it('numbers classes as they occur, and knows more than sixteen', async () => {
    const n = 210;
    const own = Array.from({ length: n }, (_, i) => 5 * (i % 21));
    const centres = normals(8, 21, 30);
    const x = plus(Matrix.from(own.map((c) => Array.from(centres.row(c / 5)))), normals(9, n, 30), 0.4);
    const probe = await linearProbe({ train: { x, labels: own }, test: { x, labels: own } }, rawLogistic({ backend }));
    expect(probe.classes).toEqual(Int32Array.from({ length: 21 }, (_, c) => 5 * c));
    expect([probe.weights.rows, probe.accuracy]).toEqual([21, { train: 1, test: 1 }]);
    const { x: s, scale } = scaled(x);
    const bias = scores(probe.weights, probe.bias, Matrix.from([meanOf(x)])).row(0);
    const places = own.map((label) => label / 5);
    const { gradient } = objective(s, places, times(probe.weights, 1 / scale), bias, 1e-3);
    expect(gradient).toBeCloseToArray(Matrix.zeros(21, 31), 1e-10);
  });

  it('reads streams once, in any chunks, to the same bits', async () => {
    const n = 400;
    const x = normals(1, n, 5);
    const own = Array.from({ length: n }, (_, i) => (x.get(i, 0) + x.get(i, 1) > 0 ? 1 : 0));
    const whole = await linearProbe({ train: { x, labels: own }, test: { x, labels: own } }, { backend });
    const once = (function* () {
      yield rowsBetween(x, 0, 7);
      yield rowsBetween(x, 7, 300);
      yield rowsBetween(x, 300, n);
    })();
    const parts = await linearProbe({ train: { x: once, labels: own }, test: { x, labels: own } }, { backend });
    expect(parts.weights.data).toEqual(whole.weights.data);
    expect(parts.accuracy).toEqual({ test: whole.accuracy?.test });
    expect(whole.accuracy?.train).toBe(whole.accuracy?.test);
  });
});

it('logistic probe has the same bits at any number of threads', async () => {
  const x = normals(1, 900, 20);
  const train = { x, labels: Array.from({ length: 900 }, (_, i) => i % 4) };
  const found = [];
  for (const count of [1, 2, 5]) {
    setThreads(count);
    found.push((await linearProbe({ train, test: train }, { backend: 'native' })).weights.data);
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});

it('logistic probe: native agrees with js', async () => {
  const x = normals(4, 300, 9);
  const train = { x, labels: Array.from({ length: 300 }, (_, i) => (x.get(i, 0) > 0.3 ? 2 : i % 2)) };
  const [native, js] = await Promise.all(
    BACKENDS.map((backend) => linearProbe({ train, test: train }, rawLogistic({ backend }))),
  );
  expect(native?.weights).toBeCloseToArray(js?.weights as Matrix, 1e-8);
  expect(native?.accuracy).toEqual(js?.accuracy);
});

describe.each(BACKENDS)('ridge probe, %s', (backend) => {
  it.each(fixture.ridge)(
    'agrees with least squares on extended rows at λ = $lambda',
    async ({ lambda, fitted, loss }) => {
      const probe = await linearProbe({ train: valued, test: valued }, { lambda, backend });
      expect(scores(probe.weights, probe.bias, z)).toBeCloseToArray(Matrix.from(fitted), 1e-12);
      expect(probe.loss).toBeCloseTo(loss, 12);
      expect([probe.method, probe.converged, probe.iterations]).toEqual(['ridge', true, 0]);
    },
  );

  it('measures R²', async () => {
    const half = { x: firstRows(z, 12), targets: firstRows(targets, 12) };
    const { weights, bias, r2, accuracy } = await linearProbe({ train: valued, test: half }, { lambda: 0.1, backend });
    const rest = plus(half.targets, scores(weights, bias, half.x), -1);
    expect(r2?.test).toBeCloseTo(1 - energy(rest) / energy(centred(half.targets)), 12);
    expect(r2?.train).toBeGreaterThan(0.5);
    expect(accuracy).toBeUndefined();
  });

  it('at λ = 0 is least squares, the shortest where features repeat each other', async () => {
    const twice = Matrix.from(z.toArray().map((row) => [...row, ...row]));
    const one = await linearProbe({ train: valued, test: valued }, { lambda: 0, backend });
    const two = await linearProbe(
      { train: { x: twice, targets }, test: { x: twice, targets } },
      { lambda: 0, backend },
    );
    expect(two.r2?.test).toBeCloseTo(one.r2?.test as number, 10);
    for (let j = 0; j < 6; j++) {
      expect(two.weights.get(0, j)).toBeCloseTo(one.weights.get(0, j) / 2, 9);
      expect(two.weights.get(0, j + 6)).toBeCloseTo(one.weights.get(0, j) / 2, 9);
    }
  });

  it('classifies by one-hot targets', async () => {
    const probe = await linearProbe({ train: labelled, test: labelled }, { method: 'ridge', lambda: 0.3, backend });
    const hot = Matrix.from(labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0))));
    const asTargets = await linearProbe(
      { train: { x: z, targets: hot }, test: { x: z, targets: hot } },
      { lambda: 0.3, backend },
    );
    expect(probe.weights).toBeCloseToArray(asTargets.weights, 1e-13);
    const guesses = scores(probe.weights, probe.bias, z)
      .toArray()
      .map((row) => row.indexOf(Math.max(...row)));
    expect(probe.accuracy?.test).toBe(guesses.filter((guess, i) => guess === labels[i]).length / 24);
    expect(probe.top5).toEqual({ train: 1, test: 1 });
  });

  it('leaves rows out as refits do, and picks the λ with the least error', async () => {
    // As many features as rows, nearly, and targets of noise: much shrinkage is right. With little noise, little.
    const x = normals(6, 40, 25);
    const noise = { x, targets: normals(7, 40, 1) };
    const exact = { x, targets: plus(scores(normals(8, 1, 25), [0], x), normals(9, 40, 1), 1e-3) };
    for (const lambda of ['loo', 'gcv'] as const) {
      expect((await linearProbe({ train: noise, test: noise }, { lambda, backend })).lambda).toBeGreaterThan(0.3);
      expect((await linearProbe({ train: exact, test: exact }, { lambda, backend })).lambda).toBeLessThan(1e-4);
    }
  });

  it('ignores features that do not vary, whatever rounding makes of their variance', async () => {
    const constants = [0.1, 1 / 3, 123.456, -7e5 / 3, 1e-9 / 7];
    const more = { x: Matrix.from(z.toArray().map((row) => [...constants, ...row])), targets };
    for (const standardise of [false, true]) {
      const probe = await linearProbe({ train: more, test: more }, { standardise, lambda: 0.01, backend });
      expect(Array.from(probe.weights.row(0).slice(0, 5))).toEqual([0, 0, 0, 0, 0]);
      const without = await linearProbe({ train: valued, test: valued }, { standardise, lambda: 0.01, backend });
      expect(probe.r2?.test).toBeCloseTo(without.r2?.test as number, 8);
    }
  });

  it('reads a generator once, and says that leaving out needs more', async () => {
    const once = () => [firstRows(z, 10), rowsBetween(z, 10, 24)].values();
    const whole = await linearProbe({ train: valued, test: valued }, { backend });
    const parts = await linearProbe({ train: { x: once(), targets }, test: valued }, { backend });
    expect(parts.weights.data).toEqual(whole.weights.data);
    expect(parts.r2).toEqual({ test: whole.r2?.test });
    const error = await failure(() =>
      linearProbe({ train: { x: once(), targets }, test: valued }, { lambda: 'loo', backend }),
    );
    expect([error.code, error.argument]).toEqual(['INVALID_ARGUMENT', 'train.x']);
  });
});

describe.each(BACKENDS)('features far from 0, %s', (backend) => {
  const n = 320;
  const near = normals(21, n, 4);
  const noise = normals(22, n, 3);
  const own = Array.from({ length: n }, (_, i) => {
    const signal = [0, 1, 2].map((c) => 2 * near.get(i, c) + 0.5 * noise.get(i, c));
    return signal.indexOf(Math.max(...signal));
  });
  const values = plus(scores(normals(23, 2, 4), [1, -1], near), normals(24, n, 2), 0.1);

  it.each([
    [1e7, { method: 'ridge' }],
    [1e7, { method: 'ridge', lambda: 'loo', standardise: true }],
    [1e7, { method: 'logistic' }],
    [1e7, { method: 'logistic', standardise: true }],
    [1e8, { method: 'ridge' }],
    [1e8, { method: 'ridge', lambda: 'loo', standardise: true }],
    [1e8, { method: 'logistic' }],
    [1e8, { method: 'logistic', standardise: true }],
  ] as const)('at %d lose nothing: %j', async (offset, options) => {
    const plain = { x: near, labels: own };
    // As far as they are, features are rounded to 1e-8; powers of two would hide that.
    const far = new Matrix(
      n,
      4,
      near.data.map((x, at) => x + offset * (1 + (at % 4))),
    );
    const moved = { x: [rowsBetween(far, 0, 100), rowsBetween(far, 100, n)], labels: own };
    const base = await linearProbe({ train: plain, test: plain }, { ...options, backend });
    const found = await linearProbe({ train: moved, test: moved }, { ...options, backend });
    expect(base.accuracy?.test).toBeGreaterThan(0.85);
    expect(found.accuracy).toEqual(base.accuracy);
    expect([found.converged, found.lambda]).toEqual([true, base.lambda]);
    expect(found.loss).toBeCloseTo(base.loss, 6);
    // To the rounding of features, and of the gradient's tolerance.
    expect(found.weights).toBeCloseToArray(base.weights, 1e-5);
    const whole = await linearProbe({ train: { x: far, labels: own }, test: plain }, { ...options, backend });
    expect(whole.weights.data).toEqual(found.weights.data);
  });

  it.each([1e7, 1e8])('and targets at %d either', async (offset) => {
    const plain = { x: near, targets: values };
    const raise = (z: Matrix) =>
      new Matrix(
        z.rows,
        z.cols,
        z.data.map((x) => x + offset),
      );
    const far = { x: raise(near), targets: raise(values) };
    for (const lambda of ['gcv', 'loo'] as const) {
      const base = await linearProbe({ train: plain, test: plain }, { lambda, backend });
      const found = await linearProbe({ train: far, test: far }, { lambda, backend });
      expect(found.lambda).toBe(base.lambda);
      expect(found.r2?.test).toBeCloseTo(base.r2?.test as number, 6);
      expect(found.loss / base.loss).toBeCloseTo(1, 5);
    }
  });
});

describe('linearProbe refuses', () => {
  const sets = { train: labelled, test: labelled };
  const half = { x: firstRows(z, 12), labels: labels.slice(0, 12) };
  const nan = new Matrix(
    24,
    6,
    z.data.map((v, at) => (at === 13 ? Number.NaN : v)),
  );
  it.each([
    ['labels of another length', { ...sets, train: { x: z, labels: [0, 1] } }, {}, 'SHAPE_MISMATCH', 'train.labels'],
    ['no labels at all', { ...sets, train: { x: z, labels: [] } }, {}, 'EMPTY', 'train.labels'],
    [
      'labels that are no integers',
      { ...sets, train: { x: z, labels: labels.map((l) => l + 0.5) } },
      {},
      'INVALID_ARGUMENT',
      'train.labels[0]',
    ],
    ['one class', { ...sets, train: { x: z, labels: labels.map(() => 1) } }, {}, 'INVALID_ARGUMENT', 'train.labels'],
    ['NaN in train', { ...sets, train: { x: nan, labels } }, {}, 'NOT_FINITE', 'train.x'],
    ['NaN in test', { ...sets, test: { x: nan, labels } }, {}, 'NOT_FINITE', 'test.x'],
    ['other widths', { ...sets, test: { x: normals(1, 24, 5), labels } }, {}, 'SHAPE_MISMATCH', 'test.x'],
    [
      'too few rows in a stream',
      { ...sets, train: { x: [firstRows(z, 12)], labels } },
      {},
      'SHAPE_MISMATCH',
      'train.labels',
    ],
    [
      'too many rows in a stream',
      { ...sets, train: { x: [z], labels: half.labels } },
      {},
      'SHAPE_MISMATCH',
      'train.labels',
    ],
    ['squares that overflow', { ...sets, train: { x: times(z, 1e200), labels } }, {}, 'OUT_OF_RANGE', 'train.x'],
    ['no rows', { ...sets, train: { x: [], labels } }, {}, 'EMPTY', 'train.x'],
    ['labels and targets', { ...sets, train: { x: z, labels, targets } }, {}, 'INVALID_ARGUMENT', 'train'],
    ['labels here, targets there', { ...sets, test: valued }, {}, 'INVALID_ARGUMENT', 'test'],
    ['targets of other widths', { train: valued, test: { x: z, targets: z } }, {}, 'SHAPE_MISMATCH', 'test.targets'],
    ['logistic targets', { train: valued, test: valued }, { method: 'logistic' }, 'INVALID_ARGUMENT', 'method'],
    ['another method', sets, { method: 'svm' }, 'INVALID_ARGUMENT', 'method'],
    ['a negative λ', sets, { lambda: -1 }, 'OUT_OF_RANGE', 'lambda'],
    ['a chosen λ for logistic', sets, { lambda: 'gcv' }, 'INVALID_ARGUMENT', 'lambda'],
    ['tolerance 0', sets, { tolerance: 0 }, 'OUT_OF_RANGE', 'tolerance'],
    ['an unknown option', sets, { l2: 1 }, 'UNKNOWN_OPTION', 'l2'],
    ['nothing', undefined, {}, 'INVALID_ARGUMENT', 'data'],
  ] as const)('%s', async (_, data, options, code, argument) => {
    for (const method of [undefined, 'ridge'] as const) {
      const all = method === undefined || 'method' in options || 'lambda' in options ? options : { ...options, method };
      const error = await failure(() => linearProbe(data as never, all as never));
      expect([error.code, error.argument]).toEqual([code, argument]);
    }
  });

  it.each(BACKENDS)('targets whose squares overflow, %s', async (backend) => {
    const huge = { x: z, targets: times(targets, 1e200) };
    const error = await failure(() => linearProbe({ train: huge, test: huge }, { backend }));
    expect([error.code, error.argument]).toEqual(['OUT_OF_RANGE', 'train.targets']);
    expect(error.message).not.toMatch(/source|\btarget\b/);
  });

  it('to go on when aborted', async () => {
    const x = normals(1, 4000, 60);
    const train = { x, labels: Array.from({ length: 4000 }, (_, i) => i % 10) };
    for (const backend of BACKENDS) {
      const call = linearProbe({ train, test: train }, rawLogistic({ backend, signal: AbortSignal.timeout(10) }));
      await expect(call).rejects.toThrow(/timeout/i);
    }
  });
});

function meanOf(x: Matrix): number[] {
  return Array.from({ length: x.cols }, (_, j) =>
    x.toArray().reduce((sum, row) => sum + (row[j] as number) / x.rows, 0),
  );
}
