import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { selectBackend } from '../../src/backends/select.js';
import type { RowDraws, ViewStep } from '../../src/backends/views.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { corrupt } from '../../src/moments/corrupt.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { composeViews } from '../../src/views/compose.js';
import { type CustomFunction, type CustomStep, customViews } from '../../src/views/custom.js';
import { checkSteps, drawViews, isNative } from '../../src/views/draw.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { imageViews } from '../../src/views/image.js';
import type { DrawnStep, ViewProcess } from '../../src/views/view-process.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

/** A tree of native steps, and the same with some of its leaves written as functions. */
interface Twins {
  native: ViewStep;
  mixed: DrawnStep;
}

type Leaf = { native: ViewStep; twin: CustomStep };

const WIDTH = 3;
const none = new Float64Array(0);
const identity: ViewStep = { kind: 'identity', numbers: none };

interface Drawn {
  u: Float64Array;
  g: Float64Array;
}

/** A function for each number of a row; it may use all numbers of the row, and what is drawn for it. */
function twin(value: (x: Float64Array, j: number, drawn: Drawn) => number): CustomStep {
  const draw: CustomFunction = (batch, draws) => {
    const views = new Matrix(batch.rows, WIDTH);
    for (let i = 0; i < batch.rows; i++) {
      const x = Float64Array.from(batch.row(i));
      const drawn = { u: draws.uniforms(i, WIDTH), g: draws.normals(i, WIDTH) };
      for (let j = 0; j < WIDTH; j++) views.data[i * WIDTH + j] = value(x, j, drawn);
    }
    return views;
  };
  return { kind: 'custom', name: 'twin', output: WIDTH, draw };
}

function mask(keep: number, factor: number): Leaf {
  const groups = [0, 1, 0];
  return {
    native: { kind: 'mask', numbers: Float64Array.of(keep, factor, ...groups) },
    twin: twin((x, j, { u }) => ((u[groups[j] as number] as number) < keep ? factor * (x[j] as number) : 0)),
  };
}

function noise(deviation: number): Leaf {
  const deviations = Float64Array.of(deviation, 0, 2 * deviation);
  return {
    native: { kind: 'noise', numbers: deviations },
    twin: twin((x, j, { g }) => (x[j] as number) + (deviations[j] as number) * (g[j] as number)),
  };
}

/** The cyclic shift or a flip of the signs, with probabilities p and 1 − p. */
function permutation(p: number): Leaf {
  return {
    native: { kind: 'permutation', numbers: Float64Array.of(2, p, 1, 2, 3, 1, -1, -2, -3) },
    twin: twin((x, j, { u }) => ((u[0] as number) < p ? (x[(j + 1) % WIDTH] as number) : -(x[j] as number))),
  };
}

function affine(seed: number): Leaf {
  const [a, b] = [normals(seed, WIDTH, WIDTH), normals(seed + 1, 1, WIDTH)];
  return {
    native: { kind: 'affine', numbers: Float64Array.of(1, WIDTH, 1, ...a.data, ...b.data) },
    twin: twin((x, j) =>
      Array.from(a.row(j)).reduce((sum, factor, i) => sum + factor * (x[i] as number), b.data[j] as number),
    ),
  };
}

const leaves: fc.Arbitrary<Twins> = fc
  .tuple(
    fc.oneof(
      fc.constant<Leaf>({ native: identity, twin: twin((x, j) => x[j] as number) }),
      fc.tuple(fc.double({ min: 0.1, max: 0.9, noNaN: true }), fc.constantFrom(1, 2)).map((both) => mask(...both)),
      fc.constantFrom(0.5, 1).map(noise),
      fc.double({ min: 0.1, max: 0.9, noNaN: true }).map(permutation),
      fc.nat({ max: 50 }).map(affine),
    ),
    fc.boolean(),
  )
  .map(([{ native, twin }, swapped]) => ({ native, mixed: swapped ? twin : native }));

function trees(depth: number): fc.Arbitrary<Twins> {
  if (depth === 0) return leaves;
  const below = fc.array(trees(depth - 1), { minLength: 1, maxLength: 3 });
  const combined = (kind: 'sequence' | 'choice', numbers: Float64Array, parts: readonly Twins[]): Twins => ({
    native: { kind, numbers, steps: parts.map(({ native }) => native) },
    mixed: { kind, numbers, steps: parts.map(({ mixed }) => mixed) },
  });
  const equally = (count: number) => Float64Array.from({ length: count }, (_, i) => (i + 1) / count);
  return fc.oneof(
    leaves,
    below.map((parts) => combined('sequence', none, parts)),
    below.map((parts) => combined('choice', equally(parts.length), parts)),
  );
}

/** Rows of several samples and views, in no order. */
const x = normals(1, 30, WIDTH);
const draws: RowDraws = {
  seed: 2 ** 45 + 11,
  samples: Float64Array.from({ length: 30 }, (_, i) => 2 ** 33 + ((i * 7) % 30)),
  views: Uint32Array.from({ length: 30 }, (_, i) => (i * 5) % 4),
};

const process = (step: DrawnStep): ViewProcess => ({ name: 'tree', step: async () => step });

describe.each(BACKENDS)('drawViews on %s', (name) => {
  const backend = selectBackend(name);
  // Native normals are those of double precision to 1e-6, through maps with factors of a few each.
  const tolerance = name === 'native' ? 1e-4 : 1e-12;

  it('draws through functions what native steps draw, wherever in a tree they are', async () => {
    await fc.assert(
      fc.asyncProperty(trees(3), fc.constantFrom(0, 1, 100), async ({ native, mixed }, first) => {
        const expected = await drawViews(backend, {}, native, x, draws, first);
        expect(await drawViews(backend, {}, mixed, x, draws, first)).toBeCloseToArray(expected, tolerance);
      }),
      { numRuns: 150 },
    );
  });

  it('makes of mixed trees the moments and corrupted data of native ones', async () => {
    await fc.assert(
      fc.asyncProperty(trees(2), async ({ native, mixed }) => {
        const options = { samples: 3, seed: 4, backend: name };
        const [a, b] = [process(native), process(mixed)];
        expect(await sampleViews(x, b, options)).toBeCloseToArray(await sampleViews(x, a, options), tolerance);
        const corruption = { seed: 4, backend: name };
        expect(await corrupt(x, b, corruption)).toBeCloseToArray(await corrupt(x, a, corruption), tolerance);
        const expected = await viewMoments(x, a, options);
        const moments = await viewMoments(x, b, options);
        // Sums of products in single precision on both sides, of numbers that maps may have made large.
        const size = Math.max(1, ...expected.second.data.map(Math.abs));
        for (const field of ['second', 'meanSecond', 'covariance', 'inputCross'] as const) {
          expect(moments[field], field).toBeCloseToArray(expected[field], 1e-4 * size);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('hands each function the rows of its branch and no others', async () => {
    const seen: number[][] = [[], []];
    const branch = (i: number): CustomStep => ({
      kind: 'custom',
      name: 'branch',
      output: WIDTH,
      draw: (batch, { samples }) => {
        seen[i]?.push(...samples);
        return batch;
      },
    });
    const tree: DrawnStep = { kind: 'choice', numbers: Float64Array.of(0.3, 1), steps: [branch(0), branch(1)] };
    await drawViews(backend, {}, tree, x, { ...draws, samples: Float64Array.from({ length: 30 }, (_, i) => i) });
    expect(seen.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(seen.every((rows) => rows.length > 0)).toBe(true);
  });

  it('does not call a function of a branch without weight', async () => {
    const never = customViews(() => {
      throw new Error('called');
    });
    const step: DrawnStep = {
      kind: 'choice',
      numbers: Float64Array.of(0, 1),
      steps: [await never.step(WIDTH, backend.linalg), identity],
    };
    expect(await drawViews(backend, {}, step, x, draws)).toEqual(x);
  });

  it('keeps widths that change on the way', async () => {
    const wide = customViews((batch) => new Matrix(batch.rows, 5, new Float64Array(5 * batch.rows).fill(2)), {
      input: WIDTH,
      output: 5,
    });
    const last = customViews(
      (batch) =>
        new Matrix(
          batch.rows,
          1,
          batch.data.filter((_, i) => i % batch.cols === 0),
        ),
      {
        input: 5,
        output: 1,
      },
    );
    const views = composeViews([gaussianViews({ theta: 1 }), wide, gaussianViews(), last]);
    const drawn = await sampleViews(x, views, { samples: 2, backend: name });
    expect(drawn).toEqual(new Matrix(60, 1, new Float64Array(60).fill(2)));
  });
});

it('isNative looks through the whole tree', () => {
  const mine: CustomStep = { kind: 'custom', name: 'mine', output: 1, draw: (batch) => batch };
  const sequence = (...steps: DrawnStep[]): DrawnStep => ({ kind: 'sequence', numbers: none, steps });
  expect(isNative(identity)).toBe(true);
  expect(isNative(sequence(identity, sequence(identity)))).toBe(true);
  expect(isNative(mine)).toBe(false);
  expect(isNative(sequence(identity, sequence(identity, mine)))).toBe(false);
});

describe('a process of too many steps', () => {
  const flip = { transform: 'horizontalFlip' } as const;
  const shape = { width: WIDTH, height: 1, channels: 1 };

  it('is refused where it would be drawn, and one step fewer is not', async () => {
    // The sequence itself is one of the 256.
    const most = imageViews(shape, Array(255).fill(flip));
    const twice = await sampleViews(x, most);
    // An odd number of flips is one.
    expect(twice).toEqual(await sampleViews(x, imageViews(shape, [flip])));
    const more = imageViews(shape, Array(256).fill(flip));
    for (const call of [
      () => sampleViews(x, more),
      () => viewMoments(x, more, { samples: 2 }),
      () => viewMoments(x, more, { samples: 'auto' }),
      () => corrupt(x, more, { seed: 1 }),
    ]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'TOO_LARGE', argument: 'views', received: '257' });
      expect(error.expected).toContain('256');
    }
  });

  it('counts steps of branches and functions', async () => {
    // A flip with a probability is a choice of two steps.
    const choices = imageViews(shape, Array(85).fill({ ...flip, probability: 0.5 }));
    const step = await choices.step(WIDTH, js.linalg);
    expect(() => checkSteps(step)).not.toThrow();
    const mine = customViews((batch) => batch);
    const more = composeViews([choices, mine, mine]);
    const error = await failure(() => sampleViews(x, more));
    expect(error).toMatchObject({ code: 'TOO_LARGE', received: '259' });
  });

  it('may be as long as it likes where moments are exact', async () => {
    const long = composeViews(Array(300).fill(gaussianViews({ theta: 1 })));
    const { covariance } = await viewMoments(x, long);
    expect(covariance).toBeCloseToArray(Matrix.diagonal([300, 300, 300]), 1e-9);
  });
});
