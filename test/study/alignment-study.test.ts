import { describe, expect, it, vi } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { STREAMS, uniform } from '../../src/runtime/random.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { alignmentStudy } from '../../src/study/alignment-study.js';
import { builtInDataset } from '../../src/study/built-in.js';
import type { CellCoordinates, FailedCell, StudyCell } from '../../src/study/cell.js';
import type { StudyDataset } from '../../src/study/dataset.js';
import { cellKey } from '../../src/study/key.js';
import { alignmentThresholds } from '../../src/thresholds/alignment.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';
import { collect, fixedDataset, SMALL_GRID, smallDataset } from '../support/study.js';

/** A data set with so many rows of the built-in one, so that only small n are studied. */
const limited = async (rows: number): Promise<StudyDataset> => ({ ...(await builtInDataset()), rows });

const placeOf = ({ problem, noise, theta, k, alpha, n, seed }: CellCoordinates) =>
  [problem, noise, theta, k, alpha, n, seed].join(' ');

describe('the study on the built-in data', () => {
  it('has the same bits at every number of threads', async () => {
    const before = threads();
    const dataset = await limited(1600);
    const run = (count: number) => {
      setThreads(count);
      return collect(dataset, { seeds: 1, backend: 'native' });
    };
    try {
      const one = await run(1);
      expect(await run(2)).toEqual(one);
      expect(await run(3)).toEqual(one);
    } finally {
      setThreads(before);
    }
  });

  it('gives the same results on both backends', async () => {
    const dataset = await builtInDataset(20);
    const grid = { noiseDims: 20, n: [100, 200], k: [10, 20], seeds: 1 };
    const native = await collect(dataset, { ...grid, backend: 'native' });
    const js = await collect(dataset, { ...grid, backend: 'js' });
    expect(js.map(placeOf)).toEqual(native.map(placeOf));
    native.forEach((cell, i) => {
      const other = js[i] as StudyCell;
      expect(other.recovers).toBe(cell.recovers);
      // Losses of order 1 agree to rounding of the whole chain; angles by way of squares to its root.
      expect(Math.abs(other.distance - cell.distance)).toBeLessThan(1e-9);
      expect(Math.abs(other.angle - cell.angle)).toBeLessThan(1e-6);
      // Scores agree to eps times the condition of the whitening, some 1e4.
      if (cell.threshold === null) expect(other.threshold).toBeNull();
      else expect(Math.abs((other.threshold as number) / cell.threshold - 1)).toBeLessThan(1e-8);
    });
  });

  it('stops when aborted, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: StudyCell[] = [];
    const dataset = await limited(800);
    const run = async () => {
      for await (const cell of alignmentStudy({ dataset, signal: controller.signal })) {
        seen.push(cell);
        if (seen.length === 5) controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    // What is computed at once: the four sizes of one noise level at three α for three problems.
    expect(seen.length).toBeLessThanOrEqual(36);
  });

  it('rejects at once with a signal that was aborted between the call and the first cell', async () => {
    const controller = new AbortController();
    const dataset = await smallDataset();
    const signal = vi.spyOn(dataset, 'signal');
    const study = alignmentStudy({ dataset, signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(study.next()).rejects.toThrow('changed my mind');
    expect(signal).not.toHaveBeenCalled();
  });

  it('does not draw the next sample to its end for who has stopped listening', async () => {
    const dataset = await smallDataset();
    let rows = 0;
    let closed = 0;
    const slow: StudyDataset = {
      ...dataset,
      async *signal(seed, n) {
        try {
          for await (const chunk of dataset.signal(seed, n)) {
            if (seed === 1) await new Promise((resolve) => setTimeout(resolve, 20));
            rows += chunk.rows;
            yield chunk;
          }
        } finally {
          closed++;
        }
      },
    };
    for await (const _ of alignmentStudy({ dataset: slow, n: 200_000, seeds: 2, alpha: 1, noise: 1e3 })) break;
    // The first seed's sample whole, of the second what there was time for.
    expect(rows).toBeLessThan(300_000);
    expect(closed).toBe(2);
  });

  it.each([
    [{ dataset: {} }, 'INVALID_ARGUMENT', 'dataset'],
    [{ dataset: { dims: 2, rows: 10, signal: () => [], targets: () => [] } }, 'INVALID_ARGUMENT', 'dataset'],
    [{ dataset: { id: 'x', dims: 2, rows: 10, signal: () => [], targets: () => [] } }, 'OUT_OF_RANGE', 'data'],
    [{ dataset: null }, 'INVALID_ARGUMENT', 'dataset'],
    [{ seeds: 0 }, 'OUT_OF_RANGE', 'seeds'],
    [{ seeds: 1.5 }, 'INVALID_ARGUMENT', 'seeds'],
    [{ noiseDims: 0 }, 'OUT_OF_RANGE', 'noiseDims'],
    [{ n: [100, 101] }, 'OUT_OF_RANGE', 'n[1]'],
    [{ alpha: [1, 1] }, 'INVALID_ARGUMENT', 'alpha'],
    [{ sedes: 1 }, 'UNKNOWN_OPTION', 'sedes'],
    [{ backend: 'gpu' }, 'INVALID_ARGUMENT', 'backend'],
  ])('rejects %o', async (options, code, argument) => {
    const dataset = await limited(100);
    await expect(collect(dataset, options as never)).rejects.toMatchObject({ code, argument });
  });

  it('refuses in the call, not with the first cell', async () => {
    const dataset = await limited(100);
    expect(() => alignmentStudy({ dataset, seeds: -1 })).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});

describe('a grid', () => {
  it('is covered cell by cell, seed after seed, whatever the order it was given in', async () => {
    const { noise, theta, k, alpha, n, ...rest } = SMALL_GRID;
    const study = alignmentStudy({
      dataset: await smallDataset(),
      noise: noise.toReversed(),
      theta: theta.toReversed(),
      k: k.toReversed(),
      alpha: alpha.toReversed(),
      n: n.toReversed(),
      problems: ['reconstruction', 'supervised'],
      ...rest,
    });
    const problems = ['supervised', 'reconstruction'] as const;
    expect(study.grid).toEqual({ problems, noise, theta, k, alpha, n, seeds: [0, 1] });
    const expected: string[] = [];
    for (const seed of [0, 1])
      for (const g of noise)
        for (const t of theta)
          for (const size of n)
            for (const a of alpha)
              for (const dims of k)
                for (const problem of problems)
                  expected.push(placeOf({ problem, noise: g, theta: t, k: dims, alpha: a, n: size, seed }));
    const cells: string[] = [];
    for await (const cell of study) cells.push(placeOf(cell));
    expect(cells).toEqual(expected);
  });

  it.each(BACKENDS)('has cells whose bits do not depend on what else is in it (%s)', async (backend) => {
    const dataset = await smallDataset();
    const all = new Map((await collect(dataset, { ...SMALL_GRID, backend })).map((cell) => [placeOf(cell), cell]));
    const pick = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
    const part = fc.record({
      problems: pick(['supervised', 'joint-embedding', 'reconstruction'] as const),
      noise: pick(SMALL_GRID.noise),
      theta: pick(SMALL_GRID.theta),
      k: pick(SMALL_GRID.k),
      alpha: pick(SMALL_GRID.alpha),
      n: pick(SMALL_GRID.n),
      seeds: pick([0, 1]),
    });
    await fc.assert(
      fc.asyncProperty(part, async (grid) => {
        const cells = await collect(dataset, { noiseDims: 3, ...grid, backend });
        expect(cells).toEqual(cells.map((cell) => all.get(placeOf(cell))));
      }),
      { numRuns: 15 },
    );
  });

  it('shares one draw of the noise between its levels', async () => {
    // Noise g with Θ = t and α is noise 1 scaled: at α = 0 and t → g·t of both levels the noise block only scales by g.
    const dataset = await smallDataset();
    const signal = vi.spyOn(dataset, 'signal');
    await collect(dataset, { ...SMALL_GRID, noise: [1, 10, 100, 1e3], seeds: [5] });
    expect(signal).toHaveBeenCalledTimes(1);
    expect(signal).toHaveBeenCalledWith(5, 300);
  });
});

describe('known cells', () => {
  it('are yielded in their places, and the others have the bits they have without', async () => {
    const dataset = await smallDataset();
    const all = await collect(dataset, SMALL_GRID);
    const keyOf = (cell: CellCoordinates) => cellKey(dataset, SMALL_GRID.noiseDims, cell);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }), async (chosen) => {
        // Marked, so that computing one again would show.
        const marked = all.filter((_, i) => chosen[i]).map((cell) => ({ ...cell, distance: -1 }));
        const known = new Map(marked.map((cell) => [keyOf(cell), cell]));
        const cells = await collect(dataset, { ...SMALL_GRID, known });
        expect(cells).toEqual(all.map((cell, i) => (chosen[i] ? { ...cell, distance: -1 } : cell)));
      }),
      { numRuns: 10 },
    );
  });

  it('need no sample when they are all there', async () => {
    const dataset = await smallDataset();
    const cells = await collect(dataset, SMALL_GRID);
    const known = new Map(cells.map((cell) => [cellKey(dataset, SMALL_GRID.noiseDims, cell), cell]));
    const draw = vi.spyOn(dataset, 'signal');
    expect(await collect(dataset, { ...SMALL_GRID, known })).toEqual(cells);
    expect(draw).not.toHaveBeenCalled();
  });

  it('leave only the sizes and seeds that are missing to be drawn', async () => {
    const dataset = await smallDataset();
    const cells = await collect(dataset, SMALL_GRID);
    const missing = (cell: StudyCell) => cell.seed === 1 && cell.n === 50;
    const known = new Map(
      cells.filter((cell) => !missing(cell)).map((cell) => [cellKey(dataset, SMALL_GRID.noiseDims, cell), cell]),
    );
    const draw = vi.spyOn(dataset, 'signal');
    expect(await collect(dataset, { ...SMALL_GRID, known })).toEqual(cells);
    expect(draw.mock.calls).toEqual([[1, 50]]);
  });

  it('of other data or noise dimensions are not taken', async () => {
    const dataset = await smallDataset();
    const grid = { ...SMALL_GRID, n: 20, seeds: 1 };
    const cells = await collect(dataset, grid);
    const known = new Map(cells.map((cell) => [cellKey({ id: 'other' }, 3, cell), { ...cell, distance: -1 }]));
    for (const cell of cells) known.set(cellKey(dataset, 4, cell), { ...cell, distance: -1 });
    expect(await collect(dataset, { ...grid, known })).toEqual(cells);
  });
});

describe('a cell that cannot be computed', () => {
  /** 5 rows in 7 dimensions leave the views' second moment singular where Θ is too small to count. */
  const grid = { noiseDims: 3, k: 2, theta: [1e-200, 1e4], n: [5, 50], alpha: [0, 1], noise: 1e3, seeds: [0, 1] };
  const impossible = ({ theta, n, alpha }: CellCoordinates) => theta === 1e-200 && n === 5 && alpha === 0;

  it.each(BACKENDS)('is told of, and the others are computed (%s)', async (backend) => {
    const dataset = await smallDataset();
    const failures: FailedCell[] = [];
    const study = alignmentStudy({ dataset, ...grid, backend, onFailure: (failed) => failures.push(failed) });
    const cells: StudyCell[] = [];
    for await (const cell of study) cells.push(cell);
    expect(cells.length + failures.length).toBe(2 * 2 * 2 * 2 * 3);
    expect(failures.filter(impossible)).toHaveLength(6);
    for (const { error, theta, n } of failures) {
      expect([theta, n]).toEqual([1e-200, 5]);
      expect(error.code).toBe('SINGULAR');
      expect(Object.keys(error)).toEqual(['code', 'message']);
    }
    const summary = await study.summary();
    expect(summary.cells).toEqual({ total: 48, finished: cells.length, failed: failures.length });
    expect(summary.failures).toHaveLength(failures.length);
    const sound = await collect(dataset, { ...grid, theta: 1e4, backend });
    expect(cells.filter(({ theta }) => theta === 1e4)).toEqual(sound);
  });

  it('ends the study where nobody is to be told', async () => {
    const dataset = await smallDataset();
    const seen: StudyCell[] = [];
    const run = async () => {
      for await (const cell of alignmentStudy({ dataset, ...grid, theta: [1e-200], n: [5] })) seen.push(cell);
    };
    expect(await failure(run)).toMatchObject({ code: 'SINGULAR' });
    expect(seen).toEqual([]);
  });

  it.each([{ noise: 1e308 }, { theta: 1e308 }, { alpha: 1e200 }, { alpha: [1e160], noise: 1e-12 }])(
    'is what %o makes, with a code and never NaN',
    async (extreme) => {
      const failures: FailedCell[] = [];
      const study = alignmentStudy({
        dataset: await smallDataset(),
        noiseDims: 3,
        n: 50,
        seeds: 1,
        ...extreme,
        onFailure: (failed) => failures.push(failed),
      });
      for await (const { distance, angle, threshold } of study) {
        expect([distance, angle, threshold ?? 0].every(Number.isFinite)).toBe(true);
      }
      for (const { error } of failures) expect(error.code).toMatch(/^(SINGULAR|NOT_FINITE|OUT_OF_RANGE)$/);
    },
  );

  it('is not what bad data make: those end the study', async () => {
    const rows = Matrix.from(Array.from({ length: 20 }, (_, i) => [i, i === 7 ? Number.NaN : 1]));
    const failures: FailedCell[] = [];
    const study = collect(fixedDataset(rows, rows), { n: 20, onFailure: (failed) => failures.push(failed) });
    await expect(study).rejects.toMatchObject({ code: 'NOT_FINITE' });
    expect(failures).toEqual([]);
  });
});

describe('summary', () => {
  const grid = { noiseDims: 3, n: [20, 40, 80, 160], seeds: 2 };

  it('is the same before, amid and after the cells', async () => {
    const dataset = await smallDataset();
    const before = await alignmentStudy({ dataset, ...grid }).summary();
    const amid = alignmentStudy({ dataset, ...grid });
    for (let i = 0; i < 7; i++) await amid.next();
    const after = alignmentStudy({ dataset, ...grid });
    for await (const _ of after);
    expect(await amid.summary()).toEqual(before);
    expect(await after.summary()).toEqual(before);
    expect(await after.summary()).toEqual(before);
    expect(before.cells).toEqual({ total: 144, finished: 144, failed: 0 });
    expect(before.dataset).toEqual({
      name: 'built-in',
      id: dataset.id,
      rows: null,
      signalDims: 4,
      noiseDims: 3,
      target: 'classes',
    });
    expect(before.verdicts).toHaveLength(2 * 2 * 3 * 2);
    expect(before.thresholds).toHaveLength(2 * 2);
    expect(before.advice).toHaveLength(2);
  });

  it('leaves no cell to be iterated', async () => {
    const study = alignmentStudy({ dataset: await smallDataset(), ...grid });
    await study.summary();
    expect(await study.next()).toEqual({ done: true, value: undefined });
  });

  it('tells of no more than there was when the study was left', async () => {
    const study = alignmentStudy({ dataset: await smallDataset(), ...grid });
    for await (const _ of study) break;
    expect((await study.summary()).cells).toEqual({ total: 144, finished: 1, failed: 0 });
  });

  it('fails as the study does', async () => {
    const study = alignmentStudy({ dataset: await smallDataset(), noiseDims: 3, theta: 1e-200, n: 3, k: 2 });
    expect(await failure(() => study.summary())).toMatchObject({ code: 'SINGULAR' });
  });
});

describe('thresholds', () => {
  const NOISE = 1e5;
  const THETA = 1e4;
  const SEED = 6;

  /** Θ and Γ as theory.md section 4 has them: uniform eigenvalues, drawn for the seed. */
  function spectra(dims: number, noiseDims: number) {
    const theta = uniform(SEED, 0, STREAMS.spectrum, new Float64Array(dims + noiseDims)).map((u) => THETA * u);
    const gamma = uniform(SEED, 1, STREAMS.spectrum, new Float64Array(noiseDims)).map((u) => NOISE * u);
    return { theta, gamma };
  }

  it('are those of alignmentThresholds where the sample is diagonal', async () => {
    const energies = [5e5, 2e5, 4e4];
    const n = 30;
    const rows = Matrix.zeros(n, 3);
    // Each row lies on one axis: XᵀX/n = diag(energies), exactly but for rounding.
    for (let i = 0; i < n; i++) rows.data[i * 3 + (i % 3)] = Math.sqrt(3 * (energies[i % 3] as number));
    const cells = await collect(fixedDataset(rows, rows), {
      noiseDims: 4,
      noise: NOISE,
      theta: THETA,
      n,
      alpha: 1,
      seeds: [SEED],
    });
    const { theta, gamma } = spectra(3, 4);
    const expected = alignmentThresholds({ signal: energies, theta, gamma });
    const [supervised, je, rc] = cells.map(({ threshold }) => threshold);
    expect(supervised).toBeNull();
    expect(Math.abs((je as number) / expected.jointEmbedding.alphaSquared - 1)).toBeLessThan(1e-10);
    expect(Math.abs((rc as number) / expected.reconstruction.alphaSquared - 1)).toBeLessThan(1e-10);
  });

  it('follow k: they come from the k-th clean score of the sample', async () => {
    const dataset = await smallDataset();
    const cells = await collect(dataset, {
      noiseDims: 3,
      noise: NOISE,
      theta: THETA,
      n: 500,
      alpha: 1,
      k: [1, 2, 3, 4],
      seeds: [SEED],
    });
    const { theta, gamma } = spectra(4, 3);
    const views = gaussianViews({ theta: theta.slice(0, 4) });
    const moments = await viewMoments(dataset.signal(SEED, 500), views);
    const greatest = (of: (gamma: number, theta: number) => number) =>
      Math.max(...Array.from(gamma, (value, i) => of(value, theta[4 + i] as number)));
    let last = { je: Number.NEGATIVE_INFINITY, rc: Number.NEGATIVE_INFINITY };
    for (const k of [1, 2, 3, 4]) {
      const delta = (await jointEmbedding(moments, { k })).eigenvalues[k - 1] as number;
      const eta = (await reconstruction(moments, { k })).singularValues[k - 1] as number;
      const own = cells.filter((cell) => cell.k === k);
      const [, je, rc] = own.map(({ threshold }) => threshold as number) as [number, number, number];
      // α²_JE = max (1 − δ)/δ − θ/γ and α²_RC = max γ/η² − θ/γ − 1 (theory.md section 4).
      expect(Math.abs(je / greatest((g, t) => (1 - delta) / delta - t / g) - 1)).toBeLessThan(1e-9);
      expect(Math.abs(rc / greatest((g, t) => g / eta ** 2 - t / g - 1) - 1)).toBeLessThan(1e-9);
      expect(je).toBeGreaterThan(last.je);
      expect(rc).toBeGreaterThan(last.rc);
      for (const { alpha, threshold, recovers } of own) {
        expect(recovers).toBe(threshold === null || alpha ** 2 > threshold);
      }
      last = { je, rc };
    }
  });

  it('settle as n grows', async () => {
    const cells = await collect(await smallDataset(), {
      noiseDims: 3,
      n: [400, 1600, 6400, 25600],
      problems: 'joint-embedding',
      alpha: 1,
      noise: NOISE,
      seeds: [SEED],
    });
    const last = cells.at(-1)?.threshold as number;
    // Scores of n rows are off by some n^{-1/2}.
    for (const { n, threshold } of cells)
      expect(Math.abs((threshold as number) / last - 1)).toBeLessThan(10 / Math.sqrt(n));
  });

  it('refuses to run without a data set', () => {
    for (const config of [undefined, {}, { dataset: {} }]) {
      expect(() => alignmentStudy(config as never)).toThrow(expect.objectContaining({ argument: 'dataset' }));
    }
  });
});
