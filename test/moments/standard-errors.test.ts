import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { standardErrors } from '../../src/moments/standard-errors.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { cyclicShifts, flips, groupViews } from '../../src/views/group.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { failure } from '../support/failure.js';
import { bits, cut } from '../support/moments.js';
import { normals } from '../support/normals.js';

const d = 6;
const n = 120;
const x = normals(1, n, d);
x.data.forEach((value, at) => {
  x.data[at] = value * (1 + (at % d)) + 2;
});
const shape = { width: 3, height: 2 };
/** Every process that has both forms. */
const processes: Record<string, ViewProcess> = {
  noise: gaussianViews({ theta: Float64Array.of(1, 1, 2, 0.5, 1, 3) }),
  mask: maskViews({ keep: 0.5 }),
  dropout: maskViews({ keep: 0.8, rescale: true }),
  patches: maskViews({ keep: 0.6, patch: { ...shape, size: 2 } }),
  flips: groupViews(flips(shape, { horizontal: true, vertical: true }), { weights: [4, 3, 2, 1] }),
  shifts: groupViews(cyclicShifts(shape, { x: 1 })),
  signs: groupViews([
    { permutation: [0, 1, 2, 3, 4, 5] },
    { permutation: [0, 1, 2, 3, 4, 5], signs: [-1, -1, -1, -1, -1, -1] },
  ]),
  swap: groupViews([{ permutation: [0, 1, 2, 3, 4, 5] }, { permutation: [5, 4, 3, 2, 1, 0] }]),
  rare: maskViews({ keep: 0.15, rescale: true }),
  affine: affineViews([{ matrix: normals(4, 4, d) }, { matrix: normals(5, 4, d), weight: 3 }]),
  composed: composeViews([maskViews({ keep: 0.8 }), groupViews(cyclicShifts(shape)), gaussianViews({ theta: 0.3 })]),
  chosen: chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 2 })], [1, 2]),
};
const fields = ['second', 'meanSecond', 'covariance', 'inputCross'] as const;
const runs = 60;

async function drawMany(views: ViewProcess, samples: number): Promise<ViewMoments[]> {
  const all: ViewMoments[] = [];
  for (let seed = 0; seed < runs; seed++) all.push(await viewMoments(x, views, { samples, seed }));
  return all;
}

describe('standardErrors', () => {
  it.each(Object.keys(processes))('cover the exact moments as often as they say: %s', async (name) => {
    const views = processes[name] as ViewProcess;
    const exact = await viewMoments(x, views);
    const rounding = 1e-5 * Math.max(...exact.second.data);
    const tallies = new Map(fields.map((field) => [field, { off: 0, said: 0, covered: 0, count: 0 }]));
    for (const moments of await drawMany(views, 6)) {
      const errors = await standardErrors(moments);
      for (const field of fields) {
        const tally = tallies.get(field) as { off: number; said: number; covered: number; count: number };
        const sizes = (errors[field] as Matrix).data;
        moments[field].data.forEach((value, at) => {
          const size = sizes[at] as number;
          const off = Math.abs(value - (exact[field].data[at] as number));
          // Where all views agree on an element, its error is a bound on rounding, which is another matter.
          if (size < rounding) expect(off).toBeLessThanOrEqual(size);
          else {
            tally.off += off ** 2;
            tally.said += size ** 2;
            tally.covered += Number(off <= 1.96 * size);
            tally.count++;
          }
        });
      }
    }
    for (const [field, { off, said, covered, count }] of tallies) {
      if (count === 0) continue;
      // Squares, on average: known to 10 to 25 %, from 60 runs of up to 21 free elements that depend on each other (all of them
      // where a view is one of two).
      expect(said / off, field).toBeGreaterThan(0.7);
      expect(said / off, field).toBeLessThan(1.6);
      // The interval of 95 %: some less where views rarely differ, and so errors are skewed.
      expect(covered / count, field).toBeGreaterThan(name === 'rare' ? 0.85 : 0.88);
      expect(covered / count, field).toBeLessThan(0.99);
    }
  });

  it('shrink like one over the root of samples and views', async () => {
    const views = processes.noise as ViewProcess;
    const size = async (samples: number, rows: Matrix) => {
      const { second, relative } = await standardErrors(await viewMoments(rows, views, { samples }));
      return [second.get(0, 0), relative.second];
    };
    const [few, fewRelative] = (await size(4, normals(1, 400, d))) as [number, number];
    const [many, manyRelative] = (await size(16, normals(1, 1600, d))) as [number, number];
    // Four times the views and samples: a quarter. Each is known to some 5 %.
    expect(few / many).toBeGreaterThan(3.2);
    expect(few / many).toBeLessThan(5);
    expect(fewRelative / manyRelative).toBeGreaterThan(3.2);
    expect(fewRelative / manyRelative).toBeLessThan(5);
  });

  it('say how far all elements together are off', async () => {
    const views = processes.mask as ViewProcess;
    const exact = await viewMoments(x, views);
    const norm = (a: Matrix, b?: Matrix) =>
      Math.hypot(...a.data.map((value, at) => value - ((b?.data[at] as number) ?? 0)));
    const all = await drawMany(views, 8);
    for (const field of ['second', 'meanSecond', 'inputCross'] as const) {
      // C in units of the root of ‖S‖ times ‖XᵀX/n‖, the others of ‖S‖.
      const unit =
        field === 'inputCross' ? Math.sqrt(norm(exact.second) * norm(exact.inputSecond)) : norm(exact.second);
      const off = all.map((moments) => (norm(moments[field], exact[field]) / unit) ** 2);
      const observed = Math.sqrt(off.reduce((sum, value) => sum + value, 0) / runs);
      const { relative } = await standardErrors(all[0] as ViewMoments);
      // A root mean square over 60 runs is good to 9 %.
      expect((relative[field] as number) / observed, field).toBeGreaterThan(0.75);
      expect((relative[field] as number) / observed, field).toBeLessThan(1.3);
    }
  });

  it.each([2, 3])('have none for G, Σ and ω from %d views, which have no two halves of two', async (samples) => {
    const moments = await viewMoments(x, processes.mask as ViewProcess, { samples });
    const errors = await standardErrors(moments);
    for (const field of ['covariance', 'meanSecond']) expect(errors).not.toHaveProperty(field);
    expect(errors.relative).not.toHaveProperty('meanSecond');
    expect(await jointEmbedding(moments, { k: 1 })).not.toHaveProperty('standardErrors');
    expect((await reconstruction(moments, { k: 1 })).standardErrors).toHaveLength(d);
    expect(errors.second.rows).toBe(d);
  });

  it.each([1e-60, 1e-12, 1e12, 1e60])('scale with the data, times %d', async (factor) => {
    const views = processes.mask as ViewProcess;
    const large = new Matrix(
      n,
      d,
      x.data.map((value) => value * factor),
    );
    const one = await viewMoments(x, views, { samples: 4 });
    const other = await viewMoments(large, views, { samples: 4 });
    const [errors, scaled] = [await standardErrors(one), await standardErrors(other)];
    for (const field of fields) {
      const expected = (errors[field] as Matrix).data;
      // Numbers are rounded to floats at other places.
      expect((scaled[field] as Matrix).data.map((value) => value / factor / factor)).toBeCloseToArray(expected, 1e-5);
    }
    const [je, jeScaled] = [await jointEmbedding(one, { k: 2 }), await jointEmbedding(other, { k: 2 })];
    expect(jeScaled.standardErrors).toBeCloseToArray(je.standardErrors as Float64Array, 1e-5);
    const merged = other.merge(await viewMoments(large, views, { samples: 4, firstSample: n }));
    expect((await standardErrors(merged)).second.data.every(Number.isFinite)).toBe(true);
  });

  it('are the same on either backend', async () => {
    const moments = await viewMoments(x, processes.chosen as ViewProcess, { samples: 5 });
    const [native, js] = [
      await standardErrors(moments, { backend: 'native' }),
      await standardErrors(moments, { backend: 'js' }),
    ];
    // Differences of sums, in another order.
    for (const field of fields) expect(native[field]).toBeCloseToArray(js[field] as Matrix, 1e-9);
  });

  it('are refused for exact moments', async () => {
    for (const moments of [await viewMoments(x, processes.mask as ViewProcess), {}, undefined]) {
      const error = await failure(() => standardErrors(moments as ViewMoments));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    }
  });
});

describe('standard errors of spectra', () => {
  it.each(['noise', 'mask', 'dropout', 'chosen'])('are the spread over other draws: %s', async (name) => {
    const views = processes[name] as ViewProcess;
    const all = await drawMany(views, 8);
    const spectra = async (moments: ViewMoments) => {
      const je = await jointEmbedding(moments, { k: 2 });
      const rc = await reconstruction(moments, { k: 2 });
      return [
        { values: je.eigenvalues, errors: je.standardErrors as Float64Array },
        { values: rc.singularValues, errors: rc.standardErrors as Float64Array },
      ];
    };
    const results = await Promise.all(all.map(spectra));
    for (const problem of [0, 1]) {
      for (let i = 0; i < d; i++) {
        const values = results.map((result) => result[problem]?.values[i] as number);
        const mean = values.reduce((sum, value) => sum + value, 0) / runs;
        const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
        const said = results.reduce((sum, result) => sum + (result[problem]?.errors[i] as number), 0) / runs;
        // The spread of 60 is known to 9 %. Nearly equal scores repel each other, which takes from their spread, and second
        // orders take or give some per cent.
        expect(said / spread, `problem ${problem}, score ${i}`).toBeGreaterThan(0.75);
        expect(said / spread, `problem ${problem}, score ${i}`).toBeLessThan(1.6);
      }
    }
  });

  it('come with as many scores as are asked for, and not with exact moments', async () => {
    const views = processes.mask as ViewProcess;
    const sampled = await viewMoments(x, views, { samples: 4 });
    for (const spectrum of ['full', 'top'] as const) {
      const { eigenvalues, standardErrors: errors } = await jointEmbedding(sampled, { k: 2, spectrum });
      expect(errors).toHaveLength(eigenvalues.length);
      const rc = await reconstruction(sampled, { k: 2, spectrum });
      expect(rc.standardErrors).toHaveLength(rc.singularValues.length);
    }
    const exact = await viewMoments(x, views);
    expect(await jointEmbedding(exact, { k: 2 })).not.toHaveProperty('standardErrors');
    expect(await reconstruction(exact, { k: 2 })).not.toHaveProperty('standardErrors');
  });
});

describe('samples: auto', () => {
  it.each([0.03, 0.1])('takes as many views as a relative error of %d needs', async (targetError) => {
    const rows = normals(3, 300, d);
    for (const views of [processes.noise, processes.mask] as ViewProcess[]) {
      const moments = await viewMoments(rows, views, { samples: 'auto', targetError });
      const { relative } = await standardErrors(moments);
      const worst = Math.max(...Object.values(relative));
      // Judged from 256 of the samples and 8 views, to some 5 %, with a margin of as much.
      expect(worst).toBeLessThan(1.1 * targetError);
      if ((moments.samples as number) > 4) expect(worst).toBeGreaterThan(0.75 * targetError);
    }
  });

  it('is the same for any chunking, on either backend, and for streams as for matrices', async () => {
    const rows = normals(3, 256, d);
    const views = processes.mask as ViewProcess;
    const options = { samples: 'auto', targetError: 0.05 } as const;
    const one = await viewMoments(rows, views, options);
    expect(await viewMoments(rows, views, { ...options, backend: 'js' })).toHaveProperty('samples', one.samples);
    for (const width of [1, 7, 100, 256]) {
      const at = Array.from({ length: Math.ceil(256 / width) - 1 }, (_, i) => (i + 1) * width);
      expect(bits(await viewMoments(cut(rows, at), views, options))).toEqual(bits(one));
    }
  });

  it('takes a stream of unknown length to have no more rows than it looks at', async () => {
    const rows = normals(3, 1000, d);
    const views = processes.mask as ViewProcess;
    const options = { samples: 'auto', targetError: 0.05 } as const;
    const stream = await viewMoments(cut(rows, [300]), views, options);
    const few = await viewMoments(cut(rows, [256])[0] as Matrix, views, options);
    expect(stream.samples).toBe(few.samples);
    expect((await viewMoments(rows, views, options)).samples).toBeLessThan(few.samples as number);
    expect(stream.count).toBe(1000);
  });

  it('copes with moments that vanish', async () => {
    const moments = await viewMoments(x, processes.signs as ViewProcess, { samples: 'auto', targetError: 0.2 });
    expect(moments.samples).toBeLessThan(100);
    const zeros = await viewMoments(Matrix.zeros(5, d), processes.mask as ViewProcess, { samples: 'auto' });
    expect(zeros.samples).toBe(4);
  });

  it('refuses an error that needs too many views, and says which does not', async () => {
    const error = await failure(() =>
      viewMoments(x, processes.noise as ViewProcess, { samples: 'auto', targetError: 1e-6 }),
    );
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'targetError' });
    const least = Number(/at least (0\.\d+)/.exec(error.expected ?? '')?.[1]);
    expect(error.expected).toContain('of 120 samples');
    const moments = await viewMoments(x, processes.noise as ViewProcess, { samples: 'auto', targetError: least });
    expect(moments.samples).toBeGreaterThan(3000);
  });
});
