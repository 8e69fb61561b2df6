import { describe, expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { addCovariance, type Covariance, checkCovariance, covarianceRoot } from '../../src/views/covariance.js';
import { product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';

/** A positive semi-definite d×d matrix of the given rank. */
const semidefinite = (seed: number, d: number, rank: number) => {
  const factor = normals(seed, d, rank);
  return product(factor, factor.transpose());
};

/** Q diag(values) Qᵀ, symmetric to the last bit. */
function withEigenvalues(seed: number, values: number[]): Matrix {
  const q = orthogonal(seed, values.length);
  const a = product(q, Matrix.diagonal(values), q.transpose());
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < i; j++) a.data[i * a.cols + j] = a.get(j, i);
  return a;
}

describe('checkCovariance', () => {
  it('accepts numbers, diagonals and semi-definite matrices of any rank and scale', () => {
    const shapes = fc.record({
      seed: fc.nat({ max: 999 }),
      d: fc.integer({ min: 1, max: 8 }),
      rank: fc.integer({ min: 1, max: 8 }),
      scale: fc.constantFrom(1e-200, 1e-8, 1, 1e8, 1e140),
    });
    fc.assert(
      fc.property(shapes, ({ seed, d, rank, scale }) => {
        checkCovariance('gamma', times(semidefinite(seed, d, rank), scale));
      }),
      { numRuns: 60 },
    );
    for (const covariance of [0, 3, new Float64Array(2), Float64Array.of(0, 1e300), Matrix.zeros(2, 2)]) {
      expect(() => checkCovariance('gamma', covariance)).not.toThrow();
    }
  });

  it('finds a negative eigenvalue of 1e-8 of the largest, and says along which direction', async () => {
    for (const least of [-1, -1e-8]) {
      const matrix = withEigenvalues(4, [3, 2, 1, least]);
      const error = await failure(() => checkCovariance('theta', matrix));
      expect(error).toMatchObject({ code: 'NOT_POSITIVE_DEFINITE', argument: 'theta' });
      const direction = new Matrix(1, 4, error.direction as Float64Array);
      expect(product(direction, direction.transpose()).get(0, 0)).toBeCloseTo(1, 12);
      expect(product(direction, matrix, direction.transpose()).get(0, 0)).toBeCloseTo(least, 12);
    }
  });

  it.each<[string, unknown, string, string]>([
    ['negative', -1, 'OUT_OF_RANGE', 'gamma'],
    ['NaN', Number.NaN, 'INVALID_ARGUMENT', 'gamma'],
    ['infinite', Number.POSITIVE_INFINITY, 'INVALID_ARGUMENT', 'gamma'],
    ['a diagonal with a negative variance', Float64Array.of(1, -1e-300), 'OUT_OF_RANGE', 'gamma[1]'],
    ['a diagonal with NaN', Float64Array.of(Number.NaN), 'NOT_FINITE', 'gamma'],
    ['a matrix that is not square', Matrix.zeros(2, 3), 'SHAPE_MISMATCH', 'gamma'],
    ['an empty matrix', Matrix.zeros(0, 0), 'EMPTY', 'gamma'],
    [
      'a matrix that is not symmetric',
      Matrix.from([
        [1, 0.5],
        [0.4, 1],
      ]),
      'NOT_SYMMETRIC',
      'gamma',
    ],
    ['a matrix with NaN', Matrix.from([[Number.NaN]]), 'NOT_FINITE', 'gamma'],
    [
      'indefinite with a zero diagonal',
      Matrix.from([
        [0, 1],
        [1, 0],
      ]),
      'NOT_POSITIVE_DEFINITE',
      'gamma',
    ],
    ['a list', [1, 2], 'INVALID_ARGUMENT', 'gamma'],
    ['float32', new Float32Array(2), 'INVALID_ARGUMENT', 'gamma'],
    ['null', null, 'INVALID_ARGUMENT', 'gamma'],
    ['a string', '1', 'INVALID_ARGUMENT', 'gamma'],
  ])('refuses what is %s', async (_, value, code, argument) => {
    expect(await failure(() => checkCovariance('gamma', value))).toMatchObject({ code, argument });
  });
});

describe('addCovariance', () => {
  const added = (covariance: Covariance, factor = 1) => {
    const sum = Matrix.identity(3);
    addCovariance(sum, 'theta', covariance, factor);
    return sum;
  };

  it('adds a multiple of every kind', () => {
    expect(added(2, 3)).toEqual(Matrix.diagonal([7, 7, 7]));
    expect(added(Float64Array.of(1, 0, 2), 2)).toEqual(Matrix.diagonal([3, 1, 5]));
    const full = semidefinite(1, 3, 2);
    const expected = full.data.map((x, i) => (i % 4 === 0 ? 1 : 0) + 0.5 * x);
    expect(added(full, 0.5).data).toEqual(expected);
  });

  it('refuses another dimension than that of the data', async () => {
    for (const covariance of [new Float64Array(2), Matrix.identity(2)]) {
      const error = await failure(() => added(covariance));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'theta' });
    }
  });
});

describe.each(BACKENDS)('covarianceRoot on %s', (backend) => {
  const { linalg } = selectBackend(backend);
  const root = (covariance: Covariance, dim: number) => covarianceRoot('gamma', covariance, dim, linalg);

  it('is the standard deviations of a diagonal', async () => {
    expect(await root(4, 2)).toEqual(Float64Array.of(2, 2));
    expect(await root(Float64Array.of(0, 9), 2)).toEqual(Float64Array.of(0, 3));
  });

  it('is the symmetric root of a matrix of any rank', async () => {
    const shapes = fc.record({
      seed: fc.nat({ max: 999 }),
      d: fc.integer({ min: 1, max: 7 }),
      rank: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, d, rank }) => {
        const covariance = semidefinite(seed, d, rank);
        const half = (await root(covariance, d)) as Matrix;
        // λ ≤ 100 or so; an eigenvalue dropped as rounding is below d·eps·λ.
        expect(product(half, half.transpose())).toBeCloseToArray(covariance, 1e-12);
        expect(half).toBeCloseToArray(half.transpose(), 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on the choice of eigenvectors where eigenvalues repeat', async () => {
    // The root of aI + b11ᵀ is √a I + (√(a + db) − √a)/d 11ᵀ.
    const [a, b, d] = [2, 0.5, 5];
    const equicorrelated = (diagonal: number, all: number) =>
      Matrix.from(
        Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => all + (i === j ? diagonal : 0))),
      );
    const expected = equicorrelated(Math.sqrt(a), (Math.sqrt(a + d * b) - Math.sqrt(a)) / d);
    expect(await root(equicorrelated(a, b), d)).toBeCloseToArray(expected, 1e-14);
  });

  it('has exact zeros in the rows of coordinates without variance, and no root of rounding elsewhere', async () => {
    const covariance = product(orthogonal(2, 3), Matrix.diagonal([5, 1, 0]), orthogonal(2, 3).transpose());
    const wide = Matrix.zeros(4, 4);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) wide.data[4 * i + j] = covariance.get(j, i);
    const half = (await root(wide, 4)) as Matrix;
    expect([...half.row(3)]).toEqual([0, 0, 0, 0]);
    const null3 = new Matrix(1, 4, Float64Array.of(...orthogonal(2, 3).transpose().row(2), 0));
    expect(product(null3, half)).toBeCloseToArray(new Float64Array(4), 1e-14);
  });
});
