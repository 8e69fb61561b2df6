import { afterEach, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { meanProduct, rowsBetween, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { bits, cut, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const views = gaussianViews({ theta: 0.5 });
/** More rows than two blocks of 256, and no multiple of one. */
const x = normals(1, 700, 5);
const target = normals(2, 700, 2);

const cuts = fc.array(fc.nat({ max: x.rows }), { maxLength: 6 });
const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

describe.each(BACKENDS)('viewMoments on %s', (backend) => {
  it.each(linearProblems)('gives the moments of enumerated views: $name', async (problem) => {
    const moments = await momentsOf(problem, backend);
    const { inputs, moments: expected } = problem;
    expect(moments.count).toBe(inputs.length);
    expect(moments.dim).toBe(inputs[0]?.length);
    // Sums of at most 40 rows of products up to the largest second moment; NumPy and this sum in other orders.
    const size = Math.max(...expected.second.flat().map(Math.abs), expected.targetEnergy);
    const tolerance = 64 * Number.EPSILON * size;
    for (const name of ['second', 'meanSecond', 'inputCross', 'inputSecond', 'targetCross', 'targetInput'] as const) {
      expect(moments[name]?.toArray().flat(), name).toBeCloseToArray(expected[name].flat(), tolerance);
    }
    for (const name of ['inputMean', 'viewMean', 'targetMean'] as const) {
      expect(moments[name], name).toBeCloseToArray(expected[name], tolerance);
    }
    for (const name of ['inputEnergy', 'targetEnergy'] as const) {
      expect([moments[name] as number], name).toBeCloseToArray([expected[name]], 2 * tolerance);
    }
    const { second, meanSecond } = expected;
    const covariance = second.flat().map((s, i) => s - (meanSecond.flat()[i] as number));
    expect(moments.covariance.toArray().flat()).toBeCloseToArray(covariance, tolerance);
  });

  it('has no target fields without a target', async () => {
    const names = Object.keys(await viewMoments(x, views, { backend }));
    expect(names.filter((name) => name.startsWith('target'))).toEqual([]);
  });

  it('is symmetric to the last bit, with energies that are traces', async () => {
    const moments = await viewMoments(x, views, { backend, target });
    expect(moments.inputSecond.transpose()).toEqual(moments.inputSecond);
    expect(moments.inputEnergy).toBeCloseTo(trace(moments.inputSecond), 12);
    expect(moments.targetEnergy).toBeCloseTo(trace(meanProduct(target, target)), 12);
  });

  it('has the same bits for any chunking of data and targets', async () => {
    const whole = bits(await viewMoments(x, views, { backend, target }));
    await fc.assert(
      fc.asyncProperty(cuts, cuts, async (rows, targets) => {
        const chunked = await viewMoments(cut(x, rows), views, { backend, target: cut(target, targets) });
        expect(bits(chunked)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('reads iterables, generators and async iterables alike', async () => {
    const whole = bits(await viewMoments(x, views, { backend }));
    const chunks = cut(x, [100, 101, 600]);
    const sources = [
      chunks,
      new Set(chunks),
      chunks.values(),
      new Watched(chunks),
      new Watched(chunks)[Symbol.asyncIterator](),
    ];
    for (const source of sources) expect(bits(await viewMoments(source, views, { backend }))).toEqual(whole);
  });

  it('reads float32 as the numbers it stands for', async () => {
    const single = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));
    const double = (a: Matrix) => new Matrix(a.rows, a.cols, Float64Array.from(single(a).data));
    const expected = bits(await viewMoments(double(x), views, { backend, target: double(target) }));
    expect(bits(await viewMoments(single(x), views, { backend, target: single(target) }))).toEqual(expected);
    expect(bits(await viewMoments(single(x), views, { backend, target: double(target) }))).toEqual(expected);
    const mixed = [single(rowsBetween(x, 0, 10)), double(rowsBetween(x, 10, 700))];
    expect(bits(await viewMoments(mixed, views, { backend, target: single(target) }))).toEqual(expected);
  });

  it('takes all prefixes from one pass, each with the bits of its own run', async () => {
    const prefixes = [1, 100, 256, 257, 511, 700];
    const source = new Watched(cut(x, [90, 100, 300]));
    const all = await viewMoments(source, views, { backend, target, prefixes });
    expect(all.map((moments) => moments.count)).toEqual(prefixes);
    for (const [i, n] of prefixes.entries()) {
      const options = { backend, target: rowsBetween(target, 0, n) };
      expect(bits(all[i] as never), `${n} rows`).toEqual(bits(await viewMoments(rowsBetween(x, 0, n), views, options)));
    }
    expect(source).toMatchObject({ handedOut: 4, closed: true });
  });

  it('ends the pass at the last prefix', async () => {
    const source = new Watched(cut(x, [100, 200, 300]));
    const [moments] = await viewMoments(source, views, { backend, prefixes: [150] });
    expect(moments?.count).toBe(150);
    expect(source).toMatchObject({ handedOut: 2, closed: true });
  });

  it('does not change the bits when snapshots are taken on the way', async () => {
    const last = (await viewMoments(x, views, { backend, target, prefixes: [3, 255, 700] })).at(-1);
    expect(bits(last as never)).toEqual(bits(await viewMoments(x, views, { backend, target })));
  });

  it('reports how far it is, and changes nothing that it reads', async () => {
    const copy = x.data.slice();
    const seen: number[] = [];
    await viewMoments(cut(x, [100, 600]), views, { backend, onProgress: ({ rows }) => seen.push(rows) });
    expect(seen).toEqual([100, 600, 700]);
    expect(x.data).toEqual(copy);
  });
});

describe('viewMoments', () => {
  // 130 columns make several tiles for threads to share; 5000 rows fill a staging area of 4 MB more than once.
  const wide = normals(3, 5000, 130);

  it('has the same bits at every number of threads', async () => {
    const results = [];
    for (const count of [1, 2, 3]) {
      setThreads(count);
      results.push(
        bits(
          await viewMoments(cut(wide, [1234]), views, { backend: 'native', prefixes: [4000, 5000] }).then(
            (all) => all[1] as never,
          ),
        ),
      );
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('agrees between backends to rounding', async () => {
    const part = rowsBetween(wide, 0, 600);
    const native = await viewMoments(part, views, { backend: 'native' });
    const js = await viewMoments(part, views, { backend: 'js' });
    // Sums of 600 products of size about 1, each side's error within 256 + 600/256 roundings of their absolute sum.
    expect(native.inputSecond).toBeCloseToArray(js.inputSecond, 300 * Number.EPSILON);
    expect(native.inputMean).toBeCloseToArray(js.inputMean, 300 * Number.EPSILON);
  });

  it('keeps calls that run side by side apart', async () => {
    const sources = [wide, x, rowsBetween(wide, 0, 3000)];
    const alone = [];
    for (const source of sources) alone.push(bits(await viewMoments(source, views)));
    const together = await Promise.all(sources.map((source) => viewMoments(source, views)));
    expect(together.map(bits)).toEqual(alone);
  });
});
