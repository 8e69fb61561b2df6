/** Velocities, Jacobians, energies and predictors of the dynamics, against the losses they come from. */
import { describe, expect, test } from 'vitest';
import type { DynamicsBackend, Field, SimsiamField } from '../../src/backends/dynamics.js';
import { stateColumns } from '../../src/backends/dynamics.js';
import { Ridge } from '../../src/backends/js/dynamics/ridge.js';
import { dynamics as js } from '../../src/backends/js/dynamics.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, solved, energy as square, times, trace } from '../support/algebra.js';
import { normals, orthogonal, orthonormalRows } from '../support/normals.js';
import fc from '../support/properties.js';
import {
  DYNAMICS,
  exchangeableTable,
  fieldsOf,
  gramOf,
  jointTable,
  linearMoments,
  pairs,
  rowSums,
  stateOf,
} from './dynamics-cases.js';

/** Central differences err by h² ≈ 1e-10 and eps/h ≈ 1e-11 of the sizes here, which are about 1. */
const H = 1e-5;
const TOLERANCE = 1e-7;

/** ∂f/∂a by central differences. */
function gradient(f: (a: Matrix) => number, a: Matrix): Matrix {
  const moved = (at: number, by: number) => {
    const data = Float64Array.from(a.data);
    (data[at] as number) += by;
    return f(new Matrix(a.rows, a.cols, data));
  };
  return new Matrix(
    a.rows,
    a.cols,
    Float64Array.from(a.data, (_, at) => (moved(at, H) - moved(at, -H)) / (2 * H)),
  );
}

/** The derivative of f along a direction. */
function slope(f: (a: Matrix) => number, a: Matrix, direction: Matrix): number {
  return (f(plus(a, direction, H)) - f(plus(a, direction, -H))) / (2 * H);
}

function part(a: Matrix, from: number, to: number): Matrix {
  return Matrix.from(a.toArray().map((row) => row.slice(from, to)));
}

/** Row sums of squares of M z, summed. */
function applied(m: Matrix, z: ArrayLike<number>): number[] {
  return m.toArray().map((row) => row.reduce((sum, x, j) => sum + x * (z[j] as number), 0));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + (x - (b[i] as number)) ** 2, 0);
}

/** The functions' values at point x: coefficients of 1{x = j}/√p_j. */
function valueAt(u: Matrix, p: Float64Array, x: number): number[] {
  return u.toArray().map((row) => (row[x] as number) / Math.sqrt(p[x] as number));
}

describe.each(DYNAMICS)('$name: velocity', ({ dynamics }) => {
  test.each([false, true])('SimSiam descends E‖PU(x) − V(y)‖² with P* and V held fixed (swapping %s)', (swapping) => {
    const table = exchangeableTable(3, 5, swapping);
    const [predictorRidge, encoderRidge] = [0.2, 0.1];
    const field: Field = { kind: 'simsiam', k: 3, gram: gramOf(table), predictorRidge, encoderRidge };
    const u = stateOf(field, 4, 0.7);
    const p = rowSums(table);
    const loss = (predictor: Matrix, moving: Matrix) => {
      let sum = (predictorRidge / 2) * square(predictor);
      pairs(table, (x, y, weight) => {
        const ux = valueAt(moving, p, x);
        sum += (weight / 2) * distance(applied(predictor, ux), valueAt(u, p, y));
        sum += ((weight * encoderRidge) / 2) * distance(ux, [0, 0, 0]);
      });
      return sum;
    };
    const { velocity, predictor, predictorTrace } = dynamics.evaluate(field, u);
    expect(velocity).toBeCloseToArray(
      times(
        gradient((a) => loss(predictor, a), u),
        -1,
      ),
      TOLERANCE,
    );
    expect(gradient((a) => loss(a, u), predictor)).toBeCloseToArray(Matrix.zeros(3, 3), TOLERANCE);
    expect(predictorTrace).toBeCloseTo(trace(predictor), 13);
  });

  test.each(['two', 'shared'] as const)('PEIRA descends −½ Tr P + λ/2 E[‖U‖² + ‖V‖²], encoders %s', (encoders) => {
    const table = encoders === 'two' ? jointTable(5, 4, 6) : exchangeableTable(5, 4, true);
    const [mx, my] = [table.rows, table.cols];
    const lambda = 0.15;
    const field: Field = { kind: 'peira', k: 3, gram: gramOf(table), lambda, encoders };
    const state = stateOf(field, 6, 0.6);
    const [px, py] = [rowSums(table), rowSums(table.transpose())];
    const energy = (at: Matrix) => {
      const [u, v] = encoders === 'two' ? [part(at, 0, mx), part(at, mx, mx + my)] : [at, at];
      const [c, h] = [Matrix.zeros(3, 3), Matrix.diagonal([lambda, lambda, lambda])];
      let norms = 0;
      pairs(table, (x, y, weight) => {
        const [ux, vy] = [valueAt(u, px, x), valueAt(v, py, y)];
        norms += weight * (distance(ux, [0, 0, 0]) + distance(vy, [0, 0, 0]));
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            const [ui, uj, vi, vj] = [ux[i], ux[j], vy[i], vy[j]] as [number, number, number, number];
            (c.data[i * 3 + j] as number) += weight * (ui * vj + vi * uj);
            (h.data[i * 3 + j] as number) += weight * (ui * uj + vi * vj);
          }
        }
      });
      return -trace(solved(h, c)) / 2 + (lambda / 2) * norms;
    };
    const evaluation = dynamics.evaluate(field, state);
    expect(evaluation.velocity).toBeCloseToArray(times(gradient(energy, state), -1), TOLERANCE);
    expect(evaluation.energy).toBeCloseTo(energy(state), 12);
  });

  test.each([
    ['optimal', { scale: 0.9 }],
    ['learned', { scale: 0.9 }],
    ['learned', { rate: 0.4 }],
  ] as const)(
    'linear SimSiam, predictor %s and target %o, descends its loss with V held fixed',
    (predictor, target) => {
      const [k, d, lambda] = [2, 4, 0.1];
      const table = exchangeableTable(7, d + 3, false);
      const points = normals(7, d + 3, d);
      const field: Field = {
        kind: 'linear-simsiam',
        k,
        ...linearMoments(7, d),
        isotropic: undefined,
        lambda,
        predictor,
        target,
      };
      const state = stateOf(field, 8, 0.5);
      const u = predictor === 'optimal' ? state : part(state, k, k + d);
      const v = 'rate' in target ? part(state, k + d, k + 2 * d) : times(u, target.scale);
      const loss = (p: Matrix, moving: Matrix) => {
        let sum = (lambda / 2) * (square(p) + square(moving));
        pairs(table, (x, y, weight) => {
          sum += (weight / 2) * distance(applied(product(p, moving), points.row(x)), applied(v, points.row(y)));
        });
        return sum;
      };
      const evaluation = dynamics.evaluate(field, state);
      const p = evaluation.predictor;
      const along = [
        times(
          gradient((a) => loss(a, u), p),
          -1,
        ),
        times(
          gradient((a) => loss(p, a), u),
          -1,
        ),
      ] as const;
      if (predictor === 'optimal') {
        expect(along[0]).toBeCloseToArray(Matrix.zeros(k, k), TOLERANCE);
        expect(evaluation.velocity).toBeCloseToArray(along[1], TOLERANCE);
      } else {
        expect(part(evaluation.velocity, 0, k)).toBeCloseToArray(along[0], TOLERANCE);
        expect(part(evaluation.velocity, k, k + d)).toBeCloseToArray(along[1], TOLERANCE);
        expect(p).toBeCloseToArray(part(state, 0, k), 0);
      }
      if ('rate' in target) {
        const followed = times(plus(u, v, -1), target.rate);
        expect(part(evaluation.velocity, k + d, k + 2 * d)).toBeCloseToArray(followed, 1e-15);
      }
      expect(evaluation.energy).toBeCloseTo(loss(p, u), 12);
    },
  );

  test.each(['deep, latent prediction', 'deep, reconstruction', 'shallow, reconstruction'])(
    '%s descends its energy',
    (name) => {
      const field = fieldsOf(1)[name] as Field;
      const w = Matrix.from([[0.3, 0.8, 1.4]]);
      const { velocity } = dynamics.evaluate(field, w);
      const descent = gradient((a) => -dynamics.evaluate(field, a).energy, w);
      expect(velocity).toBeCloseToArray(descent, TOLERANCE);
    },
  );

  test('of deep linear networks it is the textbook formula, and the predictor the L-th root', () => {
    const [rho, kappa, w] = [0.5, 2, 0.7];
    const field = (objective: 'latent-prediction' | 'reconstruction'): Field => {
      return {
        kind: 'deep-linear',
        k: 1,
        rho: Float64Array.of(rho),
        kappa: Float64Array.of(kappa),
        depth: 3,
        objective,
      };
    };
    const at = (objective: 'latent-prediction' | 'reconstruction') => {
      return dynamics.evaluate(field(objective), Matrix.from([[w]]));
    };
    const decay = (kappa / rho) * w ** 3;
    expect(at('latent-prediction').velocity.get(0, 0)).toBeCloseTo(kappa * w ** (8 / 3) - decay, 14);
    expect(at('reconstruction').velocity.get(0, 0)).toBeCloseTo(kappa * w ** (5 / 3) - decay, 14);
    expect(at('reconstruction').predictorTrace).toBeCloseTo(Math.cbrt(w), 14);
  });

  test.each(['simsiam', 'peira'] as const)('%s is the same with the dictionary rotated', (kind) => {
    const s = Float64Array.of(1, 0.7, 0.4, -0.2);
    const q = orthogonal(9, 4);
    const dense = product(q, Matrix.diagonal(s), q.transpose());
    const field = (gram: Matrix | Float64Array): Field =>
      kind === 'simsiam'
        ? { kind, k: 2, gram, predictorRidge: 0.1, encoderRidge: 0.2 }
        : { kind, k: 2, gram, lambda: 0.1, encoders: 'shared' };
    const u = stateOf(field(s), 10, 0.8);
    const [plain, rotated] = [
      dynamics.evaluate(field(s), u),
      dynamics.evaluate(field(dense), product(u, q.transpose())),
    ];
    expect(rotated.velocity).toBeCloseToArray(product(plain.velocity, q.transpose()), 1e-14);
    expect(rotated.energy).toBeCloseTo(plain.energy, 13);
    expect(rotated.predictor).toBeCloseToArray(plain.predictor, 1e-14);
  });

  test('a state too large for double precision has none', () => {
    const field = fieldsOf(1).simsiam as Field;
    const { velocity } = dynamics.evaluate(field, stateOf(field, 1, 1e200));
    expect(velocity.data.every(Number.isFinite)).toBe(false);
  });
});

const scales = [0.1, 0.8, 3];

describe.each(DYNAMICS)('$name: Jacobian', ({ dynamics }) => {
  test.each(Object.entries(fieldsOf(11)))('%s, against differences of the velocity', async (_, field) => {
    for (const scale of scales) {
      const state = stateOf(field, 12, scale);
      const j = dynamics.jacobian(field, state);
      for (let column = 0; column < state.data.length; column++) {
        const unit = new Matrix(state.rows, state.cols);
        unit.data[column] = scale;
        const ahead = dynamics.evaluate(field, plus(state, unit, H)).velocity;
        const behind = dynamics.evaluate(field, plus(state, unit, -H)).velocity;
        const expected = times(plus(ahead, behind, -1), 1 / (2 * H * scale));
        const size = Math.max(1, maxAbs(j.data));
        expect(j.transpose().row(column)).toBeCloseToArray(expected, TOLERANCE * size);
      }
      expect((await dynamics.jacobianAsync({}, field, state)).data).toEqual(j.data);
    }
  });

  test('is symmetric for PEIRA, a gradient flow, and not for SimSiam', () => {
    const asymmetry = (name: string) => {
      const field = fieldsOf(13)[name] as Field;
      const j = dynamics.jacobian(field, stateOf(field, 14, 0.7));
      return maxAbs(plus(j, j.transpose(), -1).data);
    };
    expect(asymmetry('peira, two')).toBeLessThan(1e-13);
    expect(asymmetry('peira, shared')).toBeLessThan(1e-13);
    expect(asymmetry('simsiam')).toBeGreaterThan(0.01);
  });

  test('speaks of the arguments as they were at the call', async () => {
    const field = fieldsOf(15).simsiam as SimsiamField & { gram: Matrix };
    const state = stateOf(field, 16, 0.7);
    const expected = dynamics.jacobian(field, state);
    const promise = dynamics.jacobianAsync({}, field, state);
    state.data.fill(0);
    field.gram.data.fill(0);
    expect((await promise).data).toEqual(expected.data);
  });

  test('rejects with the reason of an abort', async () => {
    const field = fieldsOf(15).simsiam as Field;
    const reason = new Error('enough');
    const control = { signal: AbortSignal.abort(reason) };
    await expect(dynamics.jacobianAsync(control, field, stateOf(field, 16, 0.7))).rejects.toBe(reason);
  });
});

/** The Lyapunov function's printed form, with the square of the trace instead of the trace of the square. */
function literal(field: SimsiamField & { gram: Matrix }, u: Matrix): number {
  const c = product(u, field.gram, u.transpose());
  const ridge = Matrix.diagonal(new Float64Array(field.k).fill(field.encoderRidge));
  const h = plus(product(u, u.transpose()), ridge);
  return -(trace(c) ** 2) / 2 + trace(product(h, h, h)) / 3;
}

describe.each(DYNAMICS)('$name: energy', ({ dynamics }) => {
  const along = (field: Field, state: Matrix) => {
    const { velocity } = dynamics.evaluate(field, state);
    return { velocity, slope: slope((a) => dynamics.evaluate(field, a).energy, state, velocity) };
  };

  test('of SimSiam never rises, for any exchangeable pair and ridges', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.boolean(),
        fc.constantFrom(...scales),
        fc.constantFrom(0.02, 0.1, 0.5),
        fc.constantFrom(0.02, 0.1, 0.5),
        (seed, swapping, scale, predictorRidge, encoderRidge) => {
          const gram = gramOf(exchangeableTable(seed, 5, swapping));
          const field: Field = { kind: 'simsiam', k: 3, gram, predictorRidge, encoderRidge };
          const state = stateOf(field, seed + 1, scale);
          const size = Math.abs(dynamics.evaluate(field, state).energy) + 1;
          expect(along(field, state).slope).toBeLessThan(TOLERANCE * size);
        },
      ),
    );
  });

  test('of SimSiam as printed, −½(Tr C)² + ⅓Tr(H³), rises somewhere', () => {
    const gram = Matrix.diagonal([1, 0.8]);
    const field = { kind: 'simsiam', k: 2, gram, predictorRidge: 0.1, encoderRidge: 0.1 } as const;
    // The first mode rests at its upper root; the second is below its lower root, 0.155, and dies out.
    const state = Matrix.diagonal([(1 + Math.sqrt(0.6)) / 2, 0.1]);
    const it = along(field, state);
    expect(it.slope).toBeLessThan(-1e-6);
    expect(slope((u) => literal(field, u), state, it.velocity)).toBeGreaterThan(1e-4);
  });

  test.each(['peira, two', 'peira, two, diagonal', 'peira, shared', 'peira, shared, diagonal'])(
    'of %s falls at the rate ‖velocity‖²',
    (name) => {
      const field = fieldsOf(17)[name] as Field;
      const it = along(field, stateOf(field, 18, 0.6));
      expect(it.slope).toBeCloseTo(-square(it.velocity), 7);
    },
  );

  test('of linear SimSiam with equal variances never rises, with a ridge', () => {
    const field = fieldsOf(19)['linear, optimal, isotropic'] as Field;
    for (let seed = 0; seed < 30; seed++) expect(along(field, stateOf(field, seed, 0.7)).slope).toBeLessThan(TOLERANCE);
  });

  test('of linear SimSiam with equal variances and no ridge never rises from orthonormal rows', () => {
    const field = fieldsOf(19)['linear, optimal, isotropic, without ridge'] as Field;
    for (let seed = 0; seed < 30; seed++) {
      const u = orthonormalRows(normals(seed, field.k, stateColumns(field)));
      const it = along(field, u);
      expect(it.slope).toBeLessThan(TOLERANCE);
      const conserved = product(u, it.velocity.transpose());
      expect(plus(conserved, conserved.transpose())).toBeCloseToArray(Matrix.zeros(3, 3), 1e-14);
    }
  });

  test('of linear SimSiam with equal variances is that of SimSiam in orthonormal coordinates', () => {
    const field = fieldsOf(20)['linear, optimal, isotropic'] as Field & { kind: 'linear-simsiam' };
    const a = field.isotropic as number;
    const u = stateOf(field, 21, 0.7);
    const twin: Field = {
      kind: 'simsiam',
      k: field.k,
      gram: times(field.xy, 0.9 / a),
      predictorRidge: field.lambda,
      encoderRidge: field.lambda / a,
    };
    const [linear, orthonormal] = [dynamics.evaluate(field, u), dynamics.evaluate(twin, times(u, Math.sqrt(a)))];
    expect(linear.energy).toBeCloseTo(orthonormal.energy, 13);
    expect(linear.predictor).toBeCloseToArray(orthonormal.predictor, 1e-14);
    expect(linear.velocity).toBeCloseToArray(times(orthonormal.velocity, Math.sqrt(a)), 1e-14);
  });
});

describe('H⁻¹ = (N + λI)⁻¹', () => {
  test('from either side', () => {
    const a = normals(22, 4, 6);
    const n = product(a, a.transpose());
    const ridge = new Ridge(n, 0.3);
    const b = normals(23, 4, 3);
    expect(product(ridge.matrix, ridge.left(b))).toBeCloseToArray(b, 1e-13);
    expect(product(ridge.right(b.transpose()), ridge.matrix)).toBeCloseToArray(b.transpose(), 1e-13);
  });

  test('is finite where rounding of a large singular N exceeds the ridge, and is not without a ridge', () => {
    const a = times(normals(24, 6, 2), 1e12);
    const n = product(a, a.transpose());
    expect(new Ridge(n, 1).left(Matrix.identity(6)).data.every(Number.isFinite)).toBe(true);
    expect(new Ridge(Matrix.zeros(2, 2), 0).left(Matrix.identity(2)).data.every(Number.isFinite)).toBe(false);
  });
});

describe.each(DYNAMICS.filter(({ name }) => name !== 'js'))('$name agrees with js', ({ dynamics }) => {
  const agrees = (a: DynamicsBackend, b: DynamicsBackend, field: Field, state: Matrix) => {
    const [mine, reference] = [a.evaluate(field, state), b.evaluate(field, state)];
    const close = (x: Matrix, y: Matrix) => expect(x).toBeCloseToArray(y, 1e-12 * Math.max(1, maxAbs(y.data)));
    close(mine.velocity, reference.velocity);
    close(mine.predictor, reference.predictor);
    close(a.jacobian(field, state), b.jacobian(field, state));
    expect(mine.energy).toBeCloseTo(reference.energy, 10);
    expect(Math.abs(mine.energy - reference.energy)).toBeLessThan(1e-12 * (1 + Math.abs(reference.energy)));
    expect(Math.abs(mine.predictorTrace - reference.predictorTrace)).toBeLessThan(1e-12 * field.k);
  };

  test.each(Object.keys(fieldsOf(0)))('%s', (name) => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 5 }), fc.constantFrom(0.1, 0.8), (seed, k, scale) => {
        // Without a ridge UΣUᵀ must have full rank, well within the 4 dimensions.
        const field = fieldsOf(seed, name.includes('without ridge') ? Math.min(k, 2) : k)[name] as Field;
        agrees(dynamics, js, field, stateOf(field, seed + 1, scale));
      }),
      { numRuns: 30 },
    );
  });
});
