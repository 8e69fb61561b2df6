import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { uniforms as referenceUniforms } from '../../src/backends/js/views/draw.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { corrupt } from '../../src/moments/corrupt.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import {
  CUSTOM_BATCH,
  type CustomDraws,
  type CustomFunction,
  type CustomOptions,
  customViews,
} from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { rowsBetween, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { bits, cut, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const x = normals(1, 10, 3);
const mapped = (batch: Matrix, map: (value: number) => number) =>
  new Matrix(batch.rows, batch.cols, batch.data.map(map));
const doubled = customViews((batch) => mapped(batch, (value) => 2 * value), { name: 'doubled' });

/** A function that adds uniforms of its own to each row. */
const shifted: CustomFunction = (batch, draws) => {
  const views = new Matrix(batch.rows, batch.cols, batch.data.slice());
  for (let i = 0; i < batch.rows; i++) {
    draws.uniforms(i, batch.cols).forEach((u, j) => {
      (views.data[i * batch.cols + j] as number) += u;
    });
  }
  return views;
};

/** Everything a function is called with, the batch copied. */
function recording(draw: CustomFunction = (batch) => batch) {
  const calls: { batch: Matrix; draws: CustomDraws }[] = [];
  const views = customViews((batch, draws) => {
    calls.push({ batch: new Matrix(batch.rows, batch.cols, batch.data.slice()), draws });
    return draw(batch, draws);
  });
  return { calls, views };
}

describe.each(BACKENDS)('customViews on %s', (backend) => {
  it('gives what the function returns, at once or later, in either precision', async () => {
    for (const draw of [
      (batch: Matrix) => mapped(batch, (value) => 2 * value),
      async (batch: Matrix) => {
        await wait(1);
        return mapped(batch, (value) => 2 * value);
      },
    ]) {
      expect(await sampleViews(x, customViews(draw), { backend })).toEqual(times(x, 2));
    }
    const single = (batch: Matrix) => new Matrix(batch.rows, batch.cols, Float32Array.from(batch.data));
    const narrowed = await sampleViews(x, customViews(single), { backend });
    expect(narrowed.data).toEqual(Float64Array.from(Float32Array.from(x.data)));
  });

  it('may change the width of rows', async () => {
    const sums = customViews((batch) => Matrix.from(batch.toArray().map(([a = 0, b = 0, c = 0]) => [a + b, b + c])), {
      input: 3,
      output: 2,
    });
    expect(sums.dimensions).toEqual({ input: 3, output: 2 });
    const views = await sampleViews(x, sums, { samples: 2, backend });
    expect(views).toMatchObject({ rows: 20, cols: 2 });
    expect(views.get(19, 1)).toBe(x.get(9, 1) + x.get(9, 2));
    const moments = await viewMoments(x, sums, { samples: 2, backend });
    expect([moments.dim, moments.inputCross.rows, moments.inputCross.cols]).toEqual([2, 3, 2]);
    const error = await failure(() => sampleViews(normals(1, 2, 4), sums, { backend }));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '4' });
  });

  it('calls the function with batches of bounded size that are its own', async () => {
    const many = normals(2, 300, 2);
    const copy = many.data.slice();
    const { calls, views } = recording((batch) => {
      batch.data.fill(0);
      return batch;
    });
    await viewMoments(many, views, { samples: 3, backend });
    await corrupt(many, views, { seed: 1, backend });
    await sampleViews(many, chooseViews([views, views]), { backend });
    expect(calls.every(({ batch }) => batch.rows <= CUSTOM_BATCH && batch.cols === 2)).toBe(true);
    expect(many.data).toEqual(copy);
  });

  it('tells which sample and view each row is', async () => {
    const { calls, views } = recording();
    await sampleViews(x, views, { samples: 30, firstSample: 7, firstView: 5, backend });
    expect(calls.map(({ batch }) => batch.rows)).toEqual([256, 44]);
    const samples = calls.flatMap(({ draws }) => [...draws.samples]);
    const indices = calls.flatMap(({ draws }) => [...draws.views]);
    const rows = calls.flatMap(({ batch }) => batch.toArray());
    for (let i = 0; i < 300; i++) {
      expect([samples[i], indices[i]]).toEqual([7 + Math.floor(i / 30), 5 + (i % 30)]);
      expect(rows[i]).toEqual([...x.row(Math.floor(i / 30))]);
    }
  });

  it('draws the numbers that (seed, sample, view) and the place in the tree stand for', async () => {
    const { calls, views } = recording();
    await sampleViews(x, composeViews([gaussianViews(), views]), { samples: 2, seed: 2 ** 40 + 3, backend });
    const [{ draws } = { draws: undefined }] = calls;
    for (const [row, count] of [
      [0, 1],
      [5, 7],
      [19, 4],
    ] as const) {
      const draw = { seed: 2 ** 40 + 3, sample: Math.floor(row / 2), view: row % 2, step: 2 };
      expect(draws?.uniforms(row, count)).toEqual(referenceUniforms(draw, 0, new Float64Array(count)));
    }
    const { calls: later, views: many } = recording();
    await sampleViews(x, many, { samples: 30, seed: 9, backend });
    // Row 40 of the second batch is row 296 of all.
    const draw = { seed: 9, sample: 9, view: 26, step: 0 };
    expect(later[1]?.draws.uniforms(40, 3)).toEqual(referenceUniforms(draw, 0, new Float64Array(3)));
    expect(draws?.uniforms(3, 0)).toHaveLength(0);
    expect(draws?.uniforms(3, 5)).toEqual(draws?.uniforms(3, 5));
    expect(draws?.uniforms(3, 5)).not.toEqual(draws?.uniforms(4, 5));
    expect(draws?.normals(3, 5)).not.toEqual(draws?.normals(2, 5));
    for (const row of [-1, 20, 0.5, Number.NaN, '0']) {
      const error = await failure(() => draws?.uniforms(row as number, 1));
      expect(['OUT_OF_RANGE', 'INVALID_ARGUMENT']).toContain(error.code);
      expect(error.argument).toBe('row');
    }
  });

  it('gives the same views for any chunking, and whichever way they are asked for', async () => {
    const data = normals(3, 40, 3);
    const views = customViews(shifted);
    const options = { samples: 4, seed: 5, backend };
    const whole = bits(await viewMoments(data, views, options));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), async (at) => {
        expect(bits(await viewMoments(cut(data, at), views, options))).toEqual(whole);
      }),
      { numRuns: 10 },
    );
    const all = await sampleViews(data, views, options);
    const late = await sampleViews(rowsBetween(data, 30, 40), views, { ...options, firstSample: 30 });
    expect(late).toEqual(rowsBetween(all, 120, 160));
    const last = await sampleViews(data, views, { ...options, samples: 1, firstView: 3 });
    for (let i = 0; i < 40; i++) expect(last.row(i)).toEqual(all.row(4 * i + 3));
  });

  it('is sampled, never exact', async () => {
    expect(doubled.exact).toBeUndefined();
    expect(await failure(() => viewMoments(x, doubled, { backend }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'samples',
    });
    const moments = await viewMoments(x, doubled, { samples: 2, backend });
    expect(moments).toMatchObject({ expectation: 'sampled', samples: 2 });
    // Views that are not random have no spread, and S = G = 4 XᵀX/n: products in single precision of numbers below 3.
    expect(moments.covariance).toBeCloseToArray(Matrix.zeros(3, 3), 1e-5);
    expect(moments.meanSecond).toBeCloseToArray(times(moments.inputSecond, 4), 1e-5);
  });
});

interface Fault {
  draw: CustomFunction;
  code: string;
}

const oops = new Error('oops');
const faults: [string, Fault][] = [
  ['rejects', { draw: () => Promise.reject(oops), code: 'CUSTOM_FAILED' }],
  ['throws', { draw: thrower(oops), code: 'CUSTOM_FAILED' }],
  ['throws a word', { draw: thrower('oops'), code: 'CUSTOM_FAILED' }],
  ['throws nothing', { draw: thrower(undefined), code: 'CUSTOM_FAILED' }],
  [
    'asks for a row there is not',
    { draw: (_, draws) => Matrix.from([[...draws.normals(999, 1)]]), code: 'CUSTOM_FAILED' },
  ],
  ['returns nothing', { draw: (() => undefined) as never, code: 'INVALID_ARGUMENT' }],
  ['returns rows', { draw: ((batch: Matrix) => batch.toArray()) as never, code: 'INVALID_ARGUMENT' }],
  ['returns numbers', { draw: ((batch: Matrix) => batch.data) as never, code: 'INVALID_ARGUMENT' }],
  ['loses a row', { draw: (batch) => rowsBetween(batch, 1, batch.rows), code: 'SHAPE_MISMATCH' }],
  ['adds a column', { draw: (batch) => new Matrix(batch.rows, batch.cols + 1), code: 'SHAPE_MISMATCH' }],
  ['transposes', { draw: (batch) => new Matrix(batch.cols, batch.rows), code: 'SHAPE_MISMATCH' }],
  ['returns NaN', { draw: (batch) => mapped(batch, () => Number.NaN), code: 'NOT_FINITE' }],
  ['returns infinities', { draw: (batch) => mapped(batch, () => -1 / 0), code: 'NOT_FINITE' }],
  ['gives its result away', { draw: transferred, code: 'DETACHED' }],
];

const places: [string, (views: ViewProcess) => ViewProcess][] = [
  ['alone', (views) => views],
  ['first of a composition', (views) => composeViews([views, gaussianViews({ theta: 1 })])],
  ['last of a composition', (views) => composeViews([gaussianViews({ theta: 1 }), doubled, views])],
  ['in a choice', (views) => chooseViews([gaussianViews(), composeViews([doubled, views])], [1, 3])],
];

describe('a custom function that fails', () => {
  it.each(faults.flatMap(([what, fault]) => places.map(([where, place]) => [what, where, fault, place] as const)))(
    '%s, %s, ends the call with a code, and is not called again',
    async (_, __, { draw, code }, place) => {
      let calls = 0;
      const failing = customViews(
        (batch, draws) => {
          calls++;
          return draw(batch, draws);
        },
        { name: 'the culprit' },
      );
      const source = new Watched(cut(normals(4, 600, 3), [300]));
      for (const call of [
        () => viewMoments(source, place(failing), { samples: 2 }),
        () => sampleViews(normals(4, 600, 3), place(failing)),
        () => corrupt(normals(4, 600, 3), place(failing), { seed: 1 }),
        () => viewMoments(normals(4, 600, 3), place(failing), { samples: 'auto' }),
      ]) {
        calls = 0;
        const error = await failure(call);
        expect(error).toMatchObject({ code, argument: 'views' });
        expect(error.message).toContain("'the culprit'");
        expect(error.fix).toContain('customViews');
        await wait(0);
        expect(calls).toBe(1);
      }
      expect(source).toMatchObject({ handedOut: 1, closed: true });
    },
  );

  it.each([oops, 'a word', undefined, null, 7])('gives what it threw as the cause: %s', async (thrown) => {
    const error = await failure(() => sampleViews(x, customViews(thrower(thrown))));
    expect(error.code).toBe('CUSTOM_FAILED');
    expect(error.cause).toBe(thrown);
    if (thrown instanceof Error) expect(error.message).toContain('oops');
  });

  it('says where the number that is not finite is', async () => {
    const views = customViews((batch) => {
      batch.data[2 * batch.cols + 1] = Number.NEGATIVE_INFINITY;
      return batch;
    });
    const error = await failure(() => sampleViews(x, views));
    expect(error.received).toBe('-Infinity in row 2, column 1 of its batch');
  });

  it('in a later batch fails there, and the batches before are not run again', async () => {
    const { calls, views } = recording((batch, draws) => {
      if (draws.samples.includes(300)) throw oops;
      return batch;
    });
    const error = await failure(() => sampleViews(normals(5, 1000, 2), views));
    expect(error).toMatchObject({ code: 'CUSTOM_FAILED', cause: oops });
    expect(calls.map(({ batch }) => batch.rows)).toEqual([256, 256]);
  });
});

describe('a custom function and an abort', () => {
  const reason = new Error('enough');

  it.each<[string, CustomFunction]>([
    ['returns', (batch) => batch],
    ['throws', thrower(oops)],
  ])('is not called again if it %s after it', async (_, draw) => {
    const controller = new AbortController();
    const { calls, views } = recording((batch, draws) => {
      controller.abort(reason);
      return draw(batch, draws);
    });
    const { signal } = controller;
    const large = normals(6, 2000, 2);
    await expect(viewMoments(large, views, { samples: 2, signal })).rejects.toBe(reason);
    await wait(0);
    expect(calls).toHaveLength(1);
  });

  it('is not called at all if it came before', async () => {
    const { calls, views } = recording();
    const signal = AbortSignal.abort(reason);
    await expect(sampleViews(x, views, { signal })).rejects.toBe(reason);
    expect(calls).toHaveLength(0);
  });
});

describe('customViews', () => {
  it('has a name, and dimensions if told', () => {
    expect(customViews((batch) => batch)).toMatchObject({ name: 'custom', dimensions: undefined });
    expect(doubled.name).toBe('doubled');
    expect(customViews((batch) => batch, { input: 4 }).dimensions).toEqual({ input: 4, output: 4 });
  });

  it('fits into processes of other dimensions', async () => {
    const narrow = affineViews([{ matrix: Matrix.from([[1, 1, 1]]) }]);
    const composed = composeViews([narrow, doubled]);
    expect(composed.dimensions).toEqual({ input: 3, output: 1 });
    const views = await sampleViews(Matrix.from([[1, 2, 3]]), composed);
    expect(views.toArray()).toEqual([[12]]);
  });

  const identity: CustomFunction = (batch) => batch;

  it.each<[string, unknown, unknown, string, string]>([
    ['nothing', undefined, undefined, 'INVALID_ARGUMENT', 'draw'],
    ['a matrix', Matrix.identity(2), undefined, 'INVALID_ARGUMENT', 'draw'],
    ['a name that is a number', identity, { name: 3 }, 'INVALID_ARGUMENT', 'name'],
    ['an output without input', identity, { output: 3 }, 'INVALID_ARGUMENT', 'input'],
    ['an input of 0', identity, { input: 0 }, 'OUT_OF_RANGE', 'input'],
    ['half an input', identity, { input: 2.5 }, 'INVALID_ARGUMENT', 'input'],
    ['a negative output', identity, { input: 2, output: -1 }, 'OUT_OF_RANGE', 'output'],
    ['an output that is null', identity, { input: 2, output: null }, 'INVALID_ARGUMENT', 'output'],
    ['a misspelt option', identity, { outputs: 2 }, 'UNKNOWN_OPTION', 'outputs'],
    ['null for options', identity, null, 'INVALID_ARGUMENT', 'options'],
    ['a name for options', identity, 'mine', 'INVALID_ARGUMENT', 'options'],
  ])('refuses %s', async (_, draw, options, code, argument) => {
    const error = await failure(() => customViews(draw as CustomFunction, options as CustomOptions));
    expect(error).toMatchObject({ code, argument });
  });
});

function thrower(thrown: unknown): CustomFunction {
  return () => {
    throw thrown;
  };
}

function transferred(batch: Matrix): Matrix {
  structuredClone(batch.data.buffer, { transfer: [batch.data.buffer as ArrayBuffer] });
  return batch;
}
