import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { failure } from '../support/failure.js';
import { linearProblems } from '../support/fixtures.js';
import { bits, cut } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { viewsOf } from '../support/view-processes.js';

const backend = 'js';
const x = normals(1, 120, 4);
const target = normals(2, 120, 2);
const views = gaussianViews({ theta: 0.5, gamma: Float64Array.of(0, 0, 1, 3), alpha: 2 });
const whole = await viewMoments(x, views, { backend, target });

/** All numbers within `tolerance`, all shapes and names the same. */
function expectClose(actual: ViewMoments, expected: ViewMoments, tolerance: number): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const other = actual[name as keyof ViewMoments] as unknown as typeof value;
    if (typeof value === 'number') expect([other], name).toBeCloseToArray([value], tolerance);
    else expect(other, name).toBeCloseToArray(value, tolerance);
  }
}

describe('merge', () => {
  // Each merge rounds each number, of size up to about 15 (2² · 3), a few times.
  const tolerance = 200 * Number.EPSILON;

  it('makes the moments of the whole from those of any shards, in any order', async () => {
    const splits = fc.record({
      at: fc.uniqueArray(fc.integer({ min: 1, max: 119 }), { maxLength: 6 }),
      order: fc.infiniteStream(fc.nat()),
      targets: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(splits, async ({ at, order, targets }) => {
        const beside = cut(target, at);
        const shards = await Promise.all(
          cut(x, at).map((rows, i) =>
            viewMoments(rows, views, { backend, ...(targets && { target: beside[i] as Matrix }) }),
          ),
        );
        while (shards.length > 1) {
          const [one] = shards.splice((order.next().value as number) % shards.length, 1);
          const other = (order.next().value as number) % shards.length;
          shards[other] = (shards[other] as ViewMoments).merge(one as ViewMoments);
        }
        expectClose(shards[0] as ViewMoments, targets ? whole : await viewMoments(x, views, { backend }), tolerance);
      }),
      { numRuns: 30 },
    );
  });

  it.each(linearProblems)('holds for $name', async ({ inputs, targets, views: spec }) => {
    const part = (from: number, to?: number) =>
      viewMoments(Matrix.from(inputs.slice(from, to)), viewsOf(spec), {
        backend,
        target: Matrix.from(targets.slice(from, to)),
      });
    const all = await part(0);
    const size = Math.max(all.inputEnergy, all.targetEnergy as number, 1);
    expectClose((await part(0, 5)).merge(await part(5)), all, 64 * Number.EPSILON * size);
  });

  it('counts exactly and leaves both alone', async () => {
    const [a, b] = await Promise.all(cut(x, [50]).map((rows) => viewMoments(rows, views, { backend })));
    const before = [bits(a as ViewMoments), bits(b as ViewMoments)];
    expect((a as ViewMoments).merge(b as ViewMoments).count).toBe(120);
    expect([bits(a as ViewMoments), bits(b as ViewMoments)]).toEqual(before);
  });

  it('merges with itself without moving', () => {
    expectClose(whole.merge(whole), { ...whole, count: 240 } as ViewMoments, 0);
  });

  it('refuses what does not fit', async () => {
    const others = {
      'another dimension': await viewMoments(normals(3, 9, 3), gaussianViews(), { backend, target: normals(4, 9, 2) }),
      'no targets': await viewMoments(x, views, { backend }),
      'more targets': await viewMoments(x, views, { backend, target: normals(4, 120, 3) }),
    };
    for (const [name, other] of Object.entries(others)) {
      expect(await failure(() => whole.merge(other)), name).toMatchObject({
        code: 'SHAPE_MISMATCH',
        argument: 'other',
      });
      expect(await failure(() => other.merge(whole)), name).toMatchObject({ code: 'SHAPE_MISMATCH' });
    }
    for (const other of [undefined, null, { ...whole }, 3]) {
      const error = await failure(() => whole.merge(other as ViewMoments));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'other' });
    }
  });
});

describe('withCovariance', () => {
  it('gives the moments of a fresh pass, bit by bit', async () => {
    for (const options of [
      {},
      { theta: 2 },
      { theta: Float64Array.of(1, 2, 3, 4), gamma: Matrix.identity(4), alpha: 0.3 },
      { gamma: Float64Array.of(0, 0, 0, 5), alpha: 0 },
    ]) {
      const fresh = await viewMoments(x, gaussianViews(options), { backend, target });
      expect(bits(whole.withCovariance(options))).toEqual(bits(fresh));
    }
  });

  it('starts from the inputs whatever the process was', async () => {
    for (const { inputs, views: spec } of linearProblems) {
      const rows = Matrix.from(inputs);
      const moments = await viewMoments(rows, viewsOf(spec), { backend });
      const fresh = await viewMoments(rows, gaussianViews({ theta: 3 }), { backend });
      expect(bits(moments.withCovariance({ theta: 3 }))).toEqual(bits(fresh));
    }
  });

  it('refuses covariances that are none or do not fit', async () => {
    const wrong: [object, string][] = [
      [{ theta: -1 }, 'OUT_OF_RANGE'],
      [{ gamma: new Float64Array(3) }, 'SHAPE_MISMATCH'],
      [{ gama: 1 }, 'UNKNOWN_OPTION'],
    ];
    for (const [options, code] of wrong) {
      expect(await failure(() => whole.withCovariance(options))).toMatchObject({ code });
    }
  });
});

it('holds moments that closed forms take as they are, merged or not', async () => {
  const [a, b] = await Promise.all(cut(x, [50]).map((rows) => viewMoments(rows, views, { backend })));
  const merged = (a as ViewMoments).merge(b as ViewMoments);
  const { eigenvalues } = await jointEmbedding(merged, { k: 2, backend });
  const { eigenvalues: expected } = await jointEmbedding(whole, { k: 2, backend });
  expect(eigenvalues).toBeCloseToArray(expected, 1e-13);
});
