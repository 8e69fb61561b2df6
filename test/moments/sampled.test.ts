import { afterEach, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { ViewMoments } from '../../src/moments/view-moments.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { flips, groupViews } from '../../src/views/group.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { failure } from '../support/failure.js';
import { bits, cut } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { TemporaryFolder } from '../support/temporary.js';

const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

const d = 6;
const x = normals(1, 90, d);
x.data.forEach((value, at) => {
  x.data[at] = value + 2;
});
const target = normals(2, 90, 2);
const mixing = normals(3, d, d);
const shape = { width: 3, height: 2, channels: 1 };
const processes: Record<string, ViewProcess> = {
  noise: gaussianViews({ theta: Float64Array.of(0, 1, 2, 0.5, 1, 3) }),
  mask: maskViews({ keep: 0.4, rescale: true }),
  group: groupViews(flips(shape, { horizontal: true, vertical: true }), { weights: [4, 3, 2, 1] }),
  affine: affineViews([
    { matrix: normals(4, 4, d), offset: Float64Array.of(1, 2, 3, 4) },
    { matrix: normals(5, 4, d), weight: 3 },
  ]),
  composed: composeViews([maskViews({ keep: 0.8 }), affineViews([{ matrix: mixing }]), gaussianViews({ theta: 0.3 })]),
  chosen: chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 2 })], [1, 2]),
};
const fields = ['second', 'meanSecond', 'covariance', 'inputCross', 'targetCross', 'viewMean'] as const;

/** Numbers of a field. */
const numbers = (moments: ViewMoments, field: (typeof fields)[number]) => {
  const value = moments[field] as Matrix | Float64Array;
  return value instanceof Matrix ? value.data : value;
};

describe('moments of drawn views', () => {
  it.each(Object.keys(processes))('are those of the views themselves: %s', async (name) => {
    const views = processes[name] as ViewProcess;
    const m = 5;
    const [moments, drawn] = [
      await viewMoments(x, views, { target, samples: m, seed: 3, firstSample: 7 }),
      await sampleViews(x, views, { samples: m, seed: 3, firstSample: 7 }),
    ];
    // By definition, in double precision.
    const w = drawn.cols;
    const [second, means, cross] = [new Matrix(w, w), new Matrix(w, w), new Matrix(d, w)];
    for (let i = 0; i < x.rows; i++) {
      const rows = Array.from({ length: m }, (_, view) => drawn.row(i * m + view));
      const mean = Float64Array.from(
        { length: w },
        (_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / m,
      );
      for (let a = 0; a < w; a++) {
        for (let b = 0; b < w; b++) {
          const products = rows.reduce((sum, row) => sum + (row[a] as number) * (row[b] as number), 0);
          const square = (mean[a] as number) * (mean[b] as number);
          (second.data[a * w + b] as number) += products / m / x.rows;
          (means.data[a * w + b] as number) += (m * m * square - products) / (m * (m - 1)) / x.rows;
        }
      }
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < w; b++) (cross.data[a * w + b] as number) += (x.get(i, a) * (mean[b] as number)) / x.rows;
      }
    }
    // Sums of products of numbers up to about 10 in floats, 256 at a time: off by some 1e-6 of their square.
    const tolerance = 1e-4;
    expect(moments.second).toBeCloseToArray(second, tolerance);
    expect(moments.meanSecond).toBeCloseToArray(means, tolerance);
    expect(moments.inputCross).toBeCloseToArray(cross, tolerance);
    const covariance = second.data.map((value, at) => value - (means.data[at] as number));
    expect(moments.covariance.data).toBeCloseToArray(covariance, tolerance);
    expect(moments.expectation).toBe('sampled');
    expect(moments.samples).toBe(m);
    expect((await viewMoments(x, views)).expectation).toBe('exact');
  });

  it.each(Object.keys(processes))('are unbiased: %s', async (name) => {
    const views = processes[name] as ViewProcess;
    const exact = await viewMoments(x, views, { target });
    const runs = 60;
    const all = await Promise.all(
      Array.from({ length: runs }, (_, seed) => viewMoments(x, views, { target, samples: 2, seed })),
    );
    for (const field of fields) {
      const truth = numbers(exact, field);
      let worst = 0;
      for (let at = 0; at < truth.length; at++) {
        const values = all.map((moments) => numbers(moments, field)[at] as number);
        const mean = values.reduce((sum, value) => sum + value, 0) / runs;
        const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1) / runs);
        worst = Math.max(worst, Math.abs(mean - (truth[at] as number)) / (spread + 1e-5));
      }
      // Of 36 elements with 59 degrees of freedom one exceeds 5 standard errors once in 5000 runs; the bias of x̂x̂ᵀ as an
      // estimate of G, Σ/2, is 10 to 30 of them.
      expect(worst, `${name} ${field}`).toBeLessThan(5);
    }
  });

  it('have the same bits for any chunking and number of threads, on either backend', async () => {
    for (const backend of ['native', 'js'] as const) {
      const options = { target, samples: 3, seed: 1, backend };
      const views = processes.composed as ViewProcess;
      const whole = bits(await viewMoments(x, views, options));
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 1, max: 89 }), { maxLength: 8 }),
          fc.integer({ min: 1, max: 4 }),
          async (at, count) => {
            setThreads(count);
            expect(bits(await viewMoments(cut(x, at), views, { ...options, target: cut(target, at) }))).toEqual(whole);
          },
        ),
        { numRuns: backend === 'native' ? 15 : 5 },
      );
    }
  });

  it('have the same bits through several areas, prefixes and custom steps included', async () => {
    // 700 columns and 16 views: an area holds 800 samples.
    const rows = normals(9, 1700, 700);
    const views = gaussianViews({ theta: 1 });
    const options = { samples: 16, seed: 5 };
    const whole = await viewMoments(rows, views, options);
    setThreads(1);
    const parts = await viewMoments(cut(rows, [1, 799, 800, 801, 1600]), views, {
      ...options,
      prefixes: [1, 900, 1700],
    });
    expect(bits(parts[2] as ViewMoments)).toEqual(bits(whole));
    const first = await viewMoments(cut(rows, [900])[0] as Matrix, views, options);
    expect(bits(parts[1] as ViewMoments)).toEqual(bits(first));
  });

  it('are the same for given views as for views drawn natively', async () => {
    const same = customViews((batch, draws) => {
      const views = new Matrix(batch.rows, batch.cols, batch.data.slice());
      for (let i = 0; i < batch.rows; i++) {
        const noise = draws.normals(i, d);
        for (let j = 0; j < d; j++) views.data[i * d + j] = (views.data[i * d + j] as number) + (noise[j] as number);
      }
      return views;
    });
    const options = { samples: 4, seed: 11, target };
    const [mine, native] = [
      await viewMoments(x, same, options),
      await viewMoments(x, gaussianViews({ theta: 1 }), options),
    ];
    // Native normals are single precision.
    for (const field of fields) expect(numbers(mine, field)).toBeCloseToArray(numbers(native, field), 2e-5);
    expect(mine.drawn?.views).toBeCloseToArray(native.drawn?.views as Matrix, 1e-5);
  });

  it('add up over shards that say where they begin', async () => {
    const views = processes.mask as ViewProcess;
    const options = { samples: 4, seed: 2 };
    const whole = await viewMoments(x, views, { ...options, target });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 89 }), async (at) => {
        const [a, b] = cut(x, [at]) as [Matrix, Matrix];
        const [ya, yb] = cut(target, [at]) as [Matrix, Matrix];
        const merged = (await viewMoments(b, views, { ...options, target: yb, firstSample: at })).merge(
          await viewMoments(a, views, { ...options, target: ya }),
        );
        // Floats are summed in other blocks.
        for (const field of fields) expect(numbers(merged, field)).toBeCloseToArray(numbers(whole, field), 2e-5);
        expect(merged.drawn).toEqual(whole.drawn);
        expect(merged.count).toBe(90);
      }),
      { numRuns: 10 },
    );
  });

  it('do not merge with exact ones, nor with those of another number of views', async () => {
    const views = processes.mask as ViewProcess;
    const four = await viewMoments(x, views, { samples: 4 });
    for (const other of [await viewMoments(x, views), await viewMoments(x, views, { samples: 2 })]) {
      const error = await failure(() => four.merge(other));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH' });
      expect(error.message).toMatch(/exact|2 views/);
    }
  });

  it('agree between backends to single precision', async () => {
    for (const [name, views] of Object.entries(processes)) {
      const options = { target, samples: 3, seed: 4 };
      const [native, js] = [
        await viewMoments(x, views, { ...options, backend: 'native' }),
        await viewMoments(x, views, { ...options, backend: 'js' }),
      ];
      for (const field of fields) expect(numbers(native, field), name).toBeCloseToArray(numbers(js, field), 1e-4);
      expect(native.drawn?.views, name).toBeCloseToArray(js.drawn?.views as Matrix, 1e-5);
    }
  });

  it('survive JSON and .npz with all they remember', async () => {
    const moments = await viewMoments(x, processes.chosen as ViewProcess, { target, samples: 4 });
    const back = ViewMoments.fromJSON(JSON.parse(JSON.stringify(moments)));
    expect(bits(back)).toEqual(bits(moments));
    const folder = new TemporaryFolder();
    await moments.save(folder.at('moments.npz'));
    const loaded = await ViewMoments.load(folder.at('moments.npz'));
    expect(bits(loaded)).toEqual(bits(moments));
    expect(loaded.samples).toBe(4);
  });

  it('become exact under another Gaussian process', async () => {
    const moments = await viewMoments(x, processes.mask as ViewProcess, { samples: 2 });
    const other = moments.withCovariance({ theta: 1 });
    expect(other.expectation).toBe('exact');
    expect(bits(other)).toEqual(bits(await viewMoments(x, gaussianViews({ theta: 1 }))));
  });

  it('draw new views for another seed and sample index', async () => {
    const views = processes.noise as ViewProcess;
    const one = await viewMoments(x, views, { samples: 2, seed: 1 });
    for (const other of [{ seed: 2 }, { seed: 1, firstSample: 1 }, { seed: 2 ** 33 + 1 }]) {
      expect(bits(await viewMoments(x, views, { samples: 2, ...other })).second).not.toBe(bits(one).second);
    }
  });

  it('do not depend on the scale of the data', async () => {
    const views = imageViews({ ...shape, white: 1 }, [{ transform: 'horizontalFlip', probability: 0.5 }]);
    const one = await viewMoments(x, views, { samples: 4 });
    for (const power of [-300, -40, 40, 300]) {
      const scale = 2 ** (power / 2);
      const scaled = new Matrix(
        x.rows,
        d,
        x.data.map((value) => value * scale),
      );
      const other = await viewMoments(scaled, views, { samples: 4 });
      expect(other.covariance.data.map((value) => value / scale / scale)).toEqual(one.covariance.data);
    }
  });
});

describe('refusals', () => {
  const views = processes.mask as ViewProcess;
  const image = imageViews(shape, [{ transform: 'horizontalFlip' }]);

  it.each<[object, string, string]>([
    [{ samples: 1 }, 'OUT_OF_RANGE', 'samples'],
    [{ samples: 2.5 }, 'INVALID_ARGUMENT', 'samples'],
    [{ samples: 5000 }, 'OUT_OF_RANGE', 'samples'],
    [{ samples: 'many' }, 'INVALID_ARGUMENT', 'samples'],
    [{ samples: 2, seed: -1 }, 'OUT_OF_RANGE', 'seed'],
    [{ samples: 2, firstSample: -1 }, 'OUT_OF_RANGE', 'firstSample'],
    [{ samples: 2, targetError: 0.1 }, 'INVALID_ARGUMENT', 'targetError'],
    [{ targetError: 0.1 }, 'INVALID_ARGUMENT', 'targetError'],
    [{ samples: 'auto', targetError: 0 }, 'OUT_OF_RANGE', 'targetError'],
  ])('refuses %j', async (options, code, argument) => {
    expect(await failure(() => viewMoments(x, views, options))).toMatchObject({ code, argument });
  });

  it('asks for views where there is no closed form', async () => {
    const error = await failure(() => viewMoments(x, image));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'samples' });
    expect(error.fix).toContain('samples: 8');
  });

  it('names the first number that is not finite, wherever it is', async () => {
    for (const [row, column, value] of [
      [0, 3, Number.NaN],
      [89, 0, Number.POSITIVE_INFINITY],
      [45, 5, Number.NEGATIVE_INFINITY],
    ] as const) {
      const spoilt = new Matrix(x.rows, d, x.data.slice());
      spoilt.data[row * d + column] = value;
      for (const backend of ['native', 'js'] as const) {
        const error = await failure(() => viewMoments(spoilt, views, { samples: 2, backend }));
        expect(error, backend).toMatchObject({ code: 'NOT_FINITE', argument: 'source' });
        expect(error.message).toContain(`row ${row}, column ${column}`);
      }
    }
    const y = new Matrix(90, 2, target.data.slice());
    y.data[7] = Number.NaN;
    for (const backend of ['native', 'js'] as const) {
      const error = await failure(() => viewMoments(x, views, { target: y, samples: 2, backend }));
      expect(error.message, backend).toContain('target has NaN at row 3, column 1');
    }
  });

  it('says when views overflow', async () => {
    const huge = affineViews([{ matrix: Matrix.diagonal(Array(d).fill(1e200)) }]);
    for (const backend of ['native', 'js'] as const) {
      expect(await failure(() => viewMoments(x, huge, { samples: 2, backend }))).toMatchObject({
        code: 'OUT_OF_RANGE',
        argument: 'views',
      });
    }
  });

  it('stops when aborted, amid drawing too', async () => {
    const rows = normals(1, 3000, 64);
    const reason = new Error('enough');
    for (const backend of ['native', 'js'] as const) {
      const controller = new AbortController();
      const options = { samples: 64, signal: controller.signal, backend };
      const running = viewMoments(rows, gaussianViews({ theta: 1 }), options);
      setTimeout(() => controller.abort(reason), 5);
      await expect(running).rejects.toBe(reason);
    }
  });

  it('does not wait for a custom function that never answers once it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const silent = customViews(() => new Promise(() => {}));
    const running = viewMoments(x, silent, { samples: 2, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(running).rejects.toBe(reason);
  });

  it('refuses shards whose indices would not be whole numbers', async () => {
    const options = { samples: 2, firstSample: Number.MAX_SAFE_INTEGER - 1 };
    expect(await failure(() => viewMoments(x, views, options))).toMatchObject({ argument: 'firstSample' });
    const alone = { firstSample: options.firstSample };
    expect(await failure(() => sampleViews(x, views, alone))).toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  it('lets sampleViews be aborted between pieces', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = sampleViews(normals(1, 4000, 300), gaussianViews({ theta: 1 }), {
      samples: 16,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 10);
    await expect(running).rejects.toBe(reason);
  });

  it('calls a custom function no more once it has failed', async () => {
    let calls = 0;
    const failing = customViews((batch) => {
      if (++calls === 2) throw new Error('no more');
      return batch;
    });
    const error = await failure(() => viewMoments(normals(1, 2000, d), failing, { samples: 2 }));
    expect(error).toMatchObject({ code: 'CUSTOM_FAILED', argument: 'views' });
    expect((error.cause as Error).message).toBe('no more');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(2);
  });
});
