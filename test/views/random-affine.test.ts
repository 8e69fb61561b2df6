import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { native } from '../../src/backends/native/index.js';
import { eighSync } from '../../src/linalg/eigh.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import {
  block,
  checkNoOverflow,
  composed,
  homogeneous,
  mixed,
  type RandomAffine,
  sandwich,
  symmetrise,
  transpose,
  unbordered,
} from '../../src/views/random-affine.js';
import { meanProduct, plus, product, symmetrised, times } from '../support/algebra.js';
import { expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { viewTrees } from '../support/view-trees.js';

const side = fc.integer({ min: 1, max: 3 });
const trees = (depth: number) =>
  fc
    .tuple(side, side)
    .chain(([input, output]) => viewTrees(input, output, depth).map((tree) => ({ input, output, ...tree })));

/** 5 samples with a mean, 2 targets. */
const data = (d: number): [Matrix, Matrix] => [
  plus(normals(d, 5, d), new Matrix(5, d, new Float64Array(5 * d).fill(1))),
  normals(90 + d, 5, 2),
];

/** A map that is not random, in homogeneous coordinates. */
function fixed(matrix: Matrix): RandomAffine {
  return {
    mean: async (rows) => product(rows, matrix.transpose()),
    spread: async () => Matrix.zeros(matrix.rows - 1, matrix.rows - 1),
  };
}

/** Linear, without offset. */
function linear(a: Matrix): RandomAffine {
  const matrix = new Matrix(a.rows + 1, a.cols + 1);
  for (let i = 0; i < a.rows; i++) matrix.data.set(a.row(i), i * matrix.cols);
  matrix.data[matrix.data.length - 1] = 1;
  return fixed(matrix);
}

/** Σ w (A_j − Ā) M (A_j − Ā)ᵀ. */
function spreadOf(maps: readonly Matrix[], weights: readonly number[], m: Matrix): Matrix {
  const average = maps.map((a, j) => times(a, weights[j] as number)).reduce((a, b) => plus(a, b));
  return maps
    .map((a) => plus(a, average, -1))
    .map((difference, j) => times(product(difference, m, difference.transpose()), weights[j] as number))
    .reduce((a, b) => plus(a, b));
}

describe('random affine maps', () => {
  it('have the moments that all their outcomes give, composed and chosen at random', async () => {
    await fc.assert(
      fc.asyncProperty(trees(2), async ({ input, output, views, outcomes }) => {
        if (views.dimensions) expect(views.dimensions).toEqual({ input, output });
        await expectEnumerated(views, outcomes, ...data(input));
      }),
      { numRuns: 150 },
    );
  });

  it('have a positive semi-definite Σ, to rounding of S', async () => {
    await fc.assert(
      fc.asyncProperty(trees(1), async ({ input, views }) => {
        const { covariance, second } = await expectationOf(views, ...data(input));
        const { values } = eighSync(covariance, { backend: 'js' });
        expect(values.at(-1)).toBeGreaterThanOrEqual(-1e-13 * Math.max(1, maxAbs(second.data)));
      }),
    );
  });
});

describe('sandwich', () => {
  it('is Ā M Āᵀ, and M itself for additive noise', async () => {
    const [a, root] = [normals(1, 3, 4), normals(2, 4, 4)];
    const m = symmetrised(product(root, root.transpose()));
    expect(await sandwich(fixed(a), m, js.linalg)).toBeCloseToArray(product(a, m, a.transpose()), 1e-13);
    expect(await sandwich({ ...fixed(a), additive: true }, m, js.linalg)).toBe(m);
  });
});

describe('composed', () => {
  it('carries the spread of what comes first through the mean of what follows', async () => {
    const [a, b] = [normals(1, 2, 2), normals(2, 2, 2)];
    const [thetaA, thetaB] = [Matrix.diagonal([1, 4]), Matrix.diagonal([0.5, 0])];
    const first = { ...linear(a), spread: async () => thetaA };
    const second = { ...linear(b), spread: async () => thetaB };
    const spread = await composed([first, second]).spread(Matrix.identity(3), js.linalg);
    expect(spread).toBeCloseToArray(plus(product(b, thetaA, b.transpose()), thetaB), 1e-14);
  });

  it('gives what follows the second moment of the views, spread included', async () => {
    const seen: Matrix[] = [];
    const first = { ...linear(Matrix.identity(1)), spread: async () => Matrix.diagonal([3]) };
    const watching: RandomAffine = {
      ...linear(Matrix.identity(1)),
      spread: async (second) => {
        seen.push(second);
        return Matrix.zeros(1, 1);
      },
    };
    const second = Matrix.from([
      [5, 2],
      [2, 1],
    ]);
    await composed([first, watching]).spread(second, js.linalg);
    expect(seen.map((each) => each.toArray())).toEqual([
      [
        [8, 2],
        [2, 1],
      ],
    ]);
  });

  it('is additive if all are', () => {
    const noise: RandomAffine = { ...fixed(Matrix.identity(2)), additive: true };
    expect(composed([noise, noise]).additive).toBe(true);
    expect(composed([noise, fixed(Matrix.identity(2))]).additive).toBe(false);
    expect(mixed([noise, noise], [0.5, 0.5]).additive).toBe(true);
    expect(mixed([noise, fixed(Matrix.identity(2))], [0.5, 0.5]).additive).toBe(false);
  });
});

describe('mixed', () => {
  it('keeps the digits of maps that hardly differ, where moments are nearly equal', async () => {
    // Maps 1e-9 apart: Σ is of size 1e-18 where S and G are of size 1, which S − G cannot show.
    const maps = [1, 2, 3].map((seed) => plus(Matrix.identity(3), normals(seed, 3, 3), 1e-9));
    const weights = [0.5, 0.25, 0.25];
    const x = normals(5, 20, 3);
    const m = meanProduct(x, x);
    const expected = times(spreadOf(maps, weights, m), 1e18);
    for (const { linalg } of [js, native()]) {
      const spread = await mixed(maps.map(linear), weights).spread(homogeneous(m, new Float64Array(3)), linalg);
      // 1 + 1e-9 g has g to a relative 1e-7, which the expected matrix shares; then products of such differences.
      expect(times(spread, 1e18)).toBeCloseToArray(expected, 1e-5);
      expect(maxAbs(expected.data)).toBeGreaterThan(0.1);
    }
  });

  it('asks for each map a number of times that does not grow with their number', async () => {
    const calls = Array.from({ length: 10 }, () => 0);
    const counting = calls.map((_, i): RandomAffine => {
      const map = linear(normals(i, 2, 2));
      return {
        spread: map.spread,
        mean: (rows, linalg) => {
          calls[i] = (calls[i] as number) + 1;
          return map.mean(rows, linalg);
        },
      };
    });
    await mixed(
      counting,
      counting.map(() => 0.1),
    ).spread(Matrix.identity(3), js.linalg);
    expect(Math.max(...calls)).toBeLessThanOrEqual(4);
  });

  it('does not touch the matrices that maps return', async () => {
    // Additive noise returns the very rows as its mean.
    const noise: RandomAffine = {
      additive: true,
      mean: async (rows) => rows,
      spread: async () => theta,
    };
    const theta = Matrix.diagonal([1, 2]);
    const second = Matrix.identity(3);
    const choice = mixed([noise, fixed(Matrix.identity(3))], [0.5, 0.5]);
    await choice.mean(second, js.linalg);
    await choice.spread(second, js.linalg);
    await composed([noise, noise, fixed(Matrix.identity(3))]).spread(second, js.linalg);
    expect(second).toEqual(Matrix.identity(3));
    expect(theta).toEqual(Matrix.diagonal([1, 2]));
  });
});

it('homogeneous moments are bordered by the mean and 1, which unbordered takes away', () => {
  const second = Matrix.from([
    [2, 3],
    [3, 7],
  ]);
  const whole = homogeneous(second, Float64Array.of(5, 6));
  expect(whole.toArray()).toEqual([
    [2, 3, 5],
    [3, 7, 6],
    [5, 6, 1],
  ]);
  expect(unbordered(whole)).toEqual(second);
  expect(block(whole, 1, 3).toArray()).toEqual([
    [3, 7],
    [5, 6],
  ]);
});

it('transpose works for shapes beyond its tiles', async () => {
  for (const [rows, cols] of [
    [1, 1],
    [3, 40],
    [70, 33],
    [300, 5],
  ] as const) {
    const a = normals(rows, rows, cols);
    expect(await transpose(a)).toEqual(a.transpose());
  }
});

it('symmetrise averages a matrix with its transpose, in place', async () => {
  for (const n of [1, 2, 33, 300]) {
    const a = normals(n, n, n);
    const expected = symmetrised(a);
    expect(await symmetrise(a)).toBe(a);
    expect(a).toEqual(expected);
  }
});

it('checkNoOverflow names the process and lets finite numbers through', async () => {
  const finite = Matrix.diagonal([1e308]);
  expect(checkNoOverflow('mine', finite)).toBe(finite);
  for (const value of [Number.POSITIVE_INFINITY, Number.NaN]) {
    const matrix = new Matrix(1, 1, Float64Array.of(value));
    const error = await failure(() => checkNoOverflow('mine', matrix));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'views' });
    expect(error.message).toContain('mine');
  }
});
