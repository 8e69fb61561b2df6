import { describe, expect, it } from 'vitest';
import type { Field } from '../../src/backends/dynamics.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { misalignment, outputCorrelation } from '../../src/report/dynamics-alignment.js';
import fc from '../support/properties.js';

const numbers = (count: number) =>
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: count, maxLength: count });
const matrix = (rows: number, cols: number) =>
  numbers(rows * cols).map((values) => new Matrix(rows, cols, Float64Array.from(values)));

/** Σ_jl u_j m_jl v_l for each pair of rows. */
function brute(u: Matrix, m: Matrix, v: Matrix): number[][] {
  return u
    .toArray()
    .map((a) =>
      v
        .toArray()
        .map((b) => a.reduce((sum, x, j) => sum + b.reduce((inner, y, l) => inner + x * m.get(j, l) * y, 0), 0)),
    );
}

function near(actual: Matrix | null, expected: number[][]) {
  expect(actual).not.toBeNull();
  // Sums of some 16 products of numbers up to 10.
  expect(actual?.data).toBeCloseToArray(expected.flat(), 1e-9);
}

describe('misalignment', () => {
  it('is the norm of the commutator over the norms', () => {
    const [p, c] = [
      Matrix.from([
        [1, 2],
        [0, 1],
      ]),
      Matrix.from([
        [1, 0],
        [0, 3],
      ]),
    ];
    // PC − CP = [[0, 4], [0, 0]].
    expect(misalignment(p, c)).toBeCloseTo(4 / (Math.sqrt(6) * Math.sqrt(10)), 14);
  });

  it('vanishes where predictor and correlation share their eigenvectors', () => {
    const c = Matrix.from([
      [2, 1],
      [1, 3],
    ]);
    const square = Matrix.from([
      [5, 5],
      [5, 10],
    ]);
    expect(misalignment(square, c)).toBeLessThan(1e-15);
  });

  it('is never above √2 (Böttcher and Wenzel 2008), whatever the scale', () => {
    fc.assert(
      fc.property(matrix(3, 3), matrix(3, 3), (p, c) => {
        const value = misalignment(p, c);
        expect(Number.isNaN(value) || value <= Math.SQRT2 * (1 + 1e-12)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is undefined where either vanishes', () => {
    expect(misalignment(Matrix.zeros(2, 2), Matrix.identity(2))).toBeNaN();
  });
});

describe('outputCorrelation', () => {
  const gram = Matrix.from([
    [1, 0.2, 0],
    [0.2, 0.5, 0.1],
    [0, 0.1, 0.3],
  ]);
  const simsiam = { kind: 'simsiam', k: 2, gram, predictorRidge: 0.1, encoderRidge: 0.1 } satisfies Field;

  it('is U M Uᵀ of one encoder, with M in full or its diagonal', () => {
    fc.assert(
      fc.property(matrix(2, 3), (u) => {
        near(outputCorrelation(simsiam, u), brute(u, gram, u));
        const diagonal = Float64Array.of(1, 0.5, 0.2);
        near(outputCorrelation({ ...simsiam, gram: diagonal }, u), brute(u, Matrix.diagonal(diagonal), u));
      }),
      { numRuns: 20 },
    );
  });

  it('is the symmetric part of U M Vᵀ of two', () => {
    const rectangular = Matrix.from([
      [1, 0.2],
      [0.3, 0.5],
      [0, 0.1],
    ]);
    const field: Field = { kind: 'peira', k: 2, gram: rectangular, lambda: 0.1, encoders: 'two' };
    const state = Matrix.from([
      [1, 2, 3, 4, 5],
      [-1, 0, 2, 1, 1],
    ]);
    const [u, v] = [
      Matrix.from([
        [1, 2, 3],
        [-1, 0, 2],
      ]),
      Matrix.from([
        [4, 5],
        [1, 1],
      ]),
    ];
    const cross = brute(u, rectangular, v);
    const mean = cross.map((row, i) => row.map((value, j) => (value + (cross[j]?.[i] as number)) / 2));
    near(outputCorrelation(field, state), mean);
  });

  it('finds the encoder beside a learned predictor', () => {
    const field: Field = {
      kind: 'linear-simsiam',
      k: 2,
      xx: Matrix.identity(3),
      xy: gram,
      isotropic: 1,
      lambda: 0.1,
      predictor: 'learned',
      target: { scale: 1 },
    };
    const u = Matrix.from([
      [1, 2, 3],
      [-1, 0, 2],
    ]);
    near(
      outputCorrelation(
        field,
        Matrix.from([
          [9, 9, 1, 2, 3],
          [9, 9, -1, 0, 2],
        ]),
      ),
      brute(u, gram, u),
    );
    near(outputCorrelation({ ...field, predictor: 'optimal' }, u), brute(u, gram, u));
  });

  it('is nothing of deep linear networks', () => {
    const [rho, kappa] = [Float64Array.of(0.5), Float64Array.of(1)];
    const field: Field = { kind: 'deep-linear', k: 1, rho, kappa, depth: 2, objective: 'reconstruction' };
    expect(outputCorrelation(field, Matrix.from([[1]]))).toBeNull();
  });
});
