import { describe, expect, it } from 'vitest';
import { canonicalFunctions } from '../../../src/dynamics/canonical-functions.js';
import { bandwidthOf } from '../../../src/dynamics/dictionaries/bandwidth.js';
import { type DensityPairOptions, densityPair } from '../../../src/dynamics/pairs/density-pair.js';
import { svdSync } from '../../../src/linalg/svd.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';
import { column, dictionaryAt, weightedProduct } from './expectations.js';
import { correlated } from './hermite.js';

/** The estimate's joint table over sampled states, by its definition. */
function tableOf(x: Matrix, y: Matrix, bandwidth: number, neighbours = x.rows): number[][] {
  const weights = (a: Matrix) =>
    a.toArray().map((u) => {
      const distances = a.toArray().map((v) => u.reduce((sum, c, j) => sum + (c - (v[j] as number)) ** 2, 0));
      const cut = distances.toSorted((p, q) => p - q)[neighbours - 1] as number;
      const row = distances.map((d) => (d > cut * (1 + 1e-9) ? 0 : Math.exp(-d / (2 * bandwidth ** 2))));
      const sum = row.reduce((total, w) => total + w, 0);
      return row.map((w) => w / sum);
    });
  const [wx, wy] = [weights(x), weights(y)];
  const joint = wx.map((p) => wy.map((q) => p.reduce((sum, w, l) => sum + w * (q[l] as number), 0)));
  const total = joint.flat().reduce((sum, p) => sum + p, 0);
  return joint.map((row) => row.map((p) => p / total));
}

const sums = (table: number[][]) => table.map((row) => row.reduce((sum, p) => sum + p, 0));
const transposed = (table: number[][]) => Matrix.from(table).transpose().toArray();

const x = normals(1, 30, 2);
const y = new Matrix(
  30,
  1,
  Float64Array.from({ length: 30 }, (_, i) => Math.sin(2 * x.get(i, 0)) + 0.1 * x.get(i, 1)),
);

describe.each(BACKENDS)('densityPair on %s', (backend) => {
  it.each([
    [{ bandwidth: 0.6 }],
    [{ bandwidth: 0.6, centered: true }],
    [{ bandwidth: 0.6, neighbours: 5 }],
    [{ bandwidthX: 0.6, bandwidthY: 0.6, count: 4 }],
  ] as [DensityPairOptions][])('is the smoothed table’s pair: %j', async (options) => {
    const pair = await densityPair(x, y, { ...options, backend });
    const table = tableOf(x, y, 0.6, options.neighbours);
    const [r, c] = [sums(table), sums(transposed(table))];
    const normalised = Matrix.from(
      table.map((row, i) => row.map((p, j) => p / Math.sqrt((r[i] as number) * (c[j] as number)))),
    );
    const { s } = svdSync(normalised);
    const m = pair.gram.rows;
    const expected = s.subarray(options.centered ? 1 : 0).subarray(0, m);
    const { correlations } = await canonicalFunctions(pair, { k: m, backend });
    expect(s[0]).toBeCloseTo(1, 12);
    expect(correlations).toBeCloseToArray(expected, 1e-12);
    if (options.count !== undefined) expect(m).toBe(options.count);

    // At the samples, and only by their extension, the functions are orthonormal under the table.
    const f = dictionaryAt(pair, x);
    const g = dictionaryAt(pair, y, 'y');
    // The extension divides by correlations of 1e-6 and more.
    expect(weightedProduct(f, f, r)).toBeCloseToArray(Matrix.identity(m), 1e-8);
    expect(weightedProduct(g, g, c)).toBeCloseToArray(Matrix.identity(m), 1e-8);
    const ones = new Array<number>(30).fill(1);
    const cross = weightedProduct(f, weightedProduct(Matrix.from(transposed(table)), g, ones), ones);
    expect(cross).toBeCloseToArray(pair.gram, 1e-8);
  });

  it('extends to points far from all samples', async () => {
    const pair = await densityPair(x, y, { backend });
    const far = pair.evaluate(Matrix.identity(pair.gram.rows), Matrix.from([[1e8, -1e8]]));
    expect(far.get(0, 0)).toBe(1);
    expect(Array.from(far.data).every(Number.isFinite)).toBe(true);
  });
});

describe('densityPair', () => {
  it('is the same on both backends', async () => {
    const [a, b] = [await densityPair(x, y, { backend: 'js' }), await densityPair(x, y, { backend: 'native' })];
    expect(a.gram).toBeCloseToArray(b.gram, 1e-12);
  });

  it('has correlations of at most 1, and nears those of normals', async () => {
    const rho = 0.8;
    const errors: number[] = [];
    for (const n of [100, 400, 1600]) {
      const views = correlated(7, n, rho);
      const pair = await densityPair(views.x, views.y, { count: 6, centered: true });
      const { correlations } = await canonicalFunctions(pair, { k: 2 });
      expect(Math.max(...correlations)).toBeLessThanOrEqual(1);
      errors.push(Math.abs((correlations[0] as number) - rho));
    }
    // Smoothing costs ρ h²/(1 + h²), h = n^{-1/6}; the draw, some n^{-1/2} about.
    expect(errors[2]).toBeLessThan(0.08);
    expect(errors[2]).toBeLessThan(errors[0] as number);
  });

  it('finds the first canonical function of normals, which is linear', async () => {
    const views = correlated(7, 800, 0.8);
    const pair = await densityPair(views.x, views.y, { count: 4, centered: true });
    const { functions } = await canonicalFunctions(pair, { k: 1 });
    const u = pair.evaluate(functions, column([-1, 0, 1])).data;
    expect(Math.abs((u[2] as number) - (u[0] as number)) / 2).toBeCloseTo(1, 0.7);
    expect(Math.abs((u[1] as number) - ((u[0] as number) + (u[2] as number)) / 2)).toBeLessThan(0.2);
  });

  it('takes the median distance with Scott’s rate for a bandwidth', async () => {
    const rate = 30 ** (-1 / 7);
    const explicit = { bandwidthX: rate * bandwidthOf(x), bandwidthY: rate * bandwidthOf(y) };
    expect((await densityPair(x, y)).gram).toEqual((await densityPair(x, y, explicit)).gram);
  });

  it('of a single sample, or of independent states, has the constant alone', async () => {
    const one = column([3]);
    expect((await densityPair(one, one, { bandwidth: 1 })).gram).toEqual(Matrix.identity(1));
    expect((await densityPair(x, column(new Array(30).fill(1)), { bandwidth: 1 })).gram).toEqual(Matrix.identity(1));
    expect((await densityPair(x, y, { count: 1 })).evaluate(Matrix.identity(1), x).data).toEqual(
      new Float64Array(30).fill(1),
    );
  });

  it.each([
    ['TOO_LARGE', new Matrix(8193, 1), new Matrix(8193, 1), {}, /8192/],
    ['SHAPE_MISMATCH', x, new Matrix(29, 1), {}, /30 rows/],
    ['NOT_FINITE', x, column(new Array(30).fill(Number.NaN)), {}, /y/],
    ['EMPTY', new Matrix(0, 1), new Matrix(0, 1), {}, /x/],
    ['OUT_OF_RANGE', x, y, { bandwidth: 0 }, /bandwidth/],
    ['OUT_OF_RANGE', x, y, { bandwidthY: -1 }, /bandwidthY/],
    ['OUT_OF_RANGE', x, y, { neighbours: 0 }, /neighbours/],
    ['OUT_OF_RANGE', x, y, { count: 0 }, /count/],
    ['OUT_OF_RANGE', x, column(new Array(30).fill(1)), {}, /y/],
    ['OUT_OF_RANGE', x, y, { bandwidth: 1e-200 }, /overflow/],
    ['EMPTY', column([3]), column([3]), { bandwidth: 1, centered: true }, /constant/],
    ['UNKNOWN_OPTION', x, y, { bandwidthZ: 1 }, /bandwidthZ/],
    ['INVALID_ARGUMENT', [[1]], y, {}, /x/],
  ])('refuses: %s %#', async (code, a, b, options, words) => {
    const error = await failure(() => densityPair(a as Matrix, b, options as DensityPairOptions));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const running = densityPair(normals(1, 500, 2), normals(2, 500, 2), { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});
