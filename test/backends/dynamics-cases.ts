/** Fields and states for the tests of the dynamics: random tables, and the losses by plain loops over their pairs. */
import type { Field, Integration } from '../../src/backends/dynamics.js';
import { stateColumns } from '../../src/backends/dynamics.js';
import { selectBackend } from '../../src/backends/select.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';

/** Every backend's dynamics. */
export const DYNAMICS = BACKENDS.map((name) => ({ name, dynamics: selectBackend(name).dynamics }));

/** A joint table of positive numbers with sum 1. */
export function jointTable(seed: number, rows: number, cols: number): Matrix {
  const raw = Float64Array.from(normals(seed, rows, cols).data, (z) => z * z + 0.05);
  const sum = raw.reduce((total, x) => total + x, 0);
  return new Matrix(
    rows,
    cols,
    raw.map((x) => x / sum),
  );
}

/** One of exchangeable views; `swapping` puts most of its mass off the diagonal, so that correlations are negative too. */
export function exchangeableTable(seed: number, m: number, swapping: boolean): Matrix {
  const table = jointTable(seed, m, m);
  const mixed = Float64Array.from(table.data, (x, at) => {
    const diagonal = at % (m + 1) === 0;
    return x + (table.data[(at % m) * m + Math.floor(at / m)] as number) + (diagonal !== swapping ? 0.5 : 0);
  });
  const sum = mixed.reduce((total, x) => total + x, 0);
  return new Matrix(
    m,
    m,
    mixed.map((x) => x / sum),
  );
}

export function rowSums(table: Matrix): Float64Array {
  return Float64Array.from({ length: table.rows }, (_, i) =>
    (table.row(i) as Float64Array).reduce((sum, x) => sum + x, 0),
  );
}

/** E[φ(x) φ(y)ᵀ] of the dictionary 1{x = j}/√p_j. */
export function gramOf(table: Matrix): Matrix {
  const px = rowSums(table);
  const py = rowSums(table.transpose());
  return new Matrix(
    table.rows,
    table.cols,
    Float64Array.from(
      table.data,
      (p, at) => p / Math.sqrt((px[Math.floor(at / table.cols)] as number) * (py[at % table.cols] as number)),
    ),
  );
}

/** Random numbers in the shape of the field's states, of this root mean square. */
export function stateOf(field: Field, seed: number, scale: number): Matrix {
  const state = normals(seed, field.k, stateColumns(field));
  return new Matrix(
    state.rows,
    state.cols,
    state.data.map((z) => scale * (field.kind === 'deep-linear' ? Math.abs(z) : z)),
  );
}

/** Two moments of exchangeable views in d dimensions, each positive definite. */
export function linearMoments(seed: number, d: number): { xx: Matrix; xy: Matrix } {
  const z = normals(seed, d + 3, d);
  const table = exchangeableTable(seed, d + 3, false);
  const xx = new Matrix(d, d);
  const xy = new Matrix(d, d);
  pairs(table, (i, j, p) => {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        (xx.data[a * d + b] as number) += p * z.get(i, a) * z.get(i, b);
        (xy.data[a * d + b] as number) += p * z.get(i, a) * z.get(j, b);
      }
    }
  });
  return { xx, xy };
}

export function pairs(table: Matrix, visit: (x: number, y: number, p: number) => void): void {
  for (let x = 0; x < table.rows; x++) for (let y = 0; y < table.cols; y++) visit(x, y, table.get(x, y));
}

/** Fields of every kind, dense and diagonal, of k rows. */
export function fieldsOf(seed: number, k = 3): Record<string, Field> {
  const gram = gramOf(exchangeableTable(seed, 5, false));
  const swapping = gramOf(exchangeableTable(seed + 1, 5, true));
  const diagonal = Float64Array.of(1, 0.8, 0.5, -0.3);
  const { xx, xy } = linearMoments(seed + 2, 4);
  const linear = { kind: 'linear-simsiam', k, xx, xy, isotropic: undefined, lambda: 0.1 } as const;
  const isotropic = {
    ...linear,
    xx: Matrix.diagonal([1.5, 1.5, 1.5, 1.5]),
    isotropic: 1.5,
    predictor: 'optimal',
  } as const;
  const deep = {
    kind: 'deep-linear',
    k: 1,
    rho: Float64Array.of(0.9, 0.5, 0.2),
    kappa: Float64Array.of(1, 2, 0.7),
  } as const;
  return {
    simsiam: { kind: 'simsiam', k, gram, predictorRidge: 0.1, encoderRidge: 0.15 },
    'simsiam, indefinite': { kind: 'simsiam', k, gram: swapping, predictorRidge: 0.2, encoderRidge: 0.1 },
    'simsiam, diagonal': { kind: 'simsiam', k, gram: diagonal, predictorRidge: 0.1, encoderRidge: 0.1 },
    'peira, two': { kind: 'peira', k, gram: gramOf(jointTable(seed + 3, 4, 6)), lambda: 0.1, encoders: 'two' },
    'peira, two, diagonal': { kind: 'peira', k, gram: diagonal, lambda: 0.1, encoders: 'two' },
    'peira, shared': { kind: 'peira', k, gram: swapping, lambda: 0.2, encoders: 'shared' },
    'peira, shared, diagonal': { kind: 'peira', k, gram: diagonal, lambda: 0.1, encoders: 'shared' },
    'linear, optimal': { ...linear, predictor: 'optimal', target: { scale: 1 } },
    'linear, optimal, isotropic': { ...isotropic, target: { scale: 0.9 } },
    'linear, optimal, isotropic, without ridge': { ...isotropic, lambda: 0, target: { scale: 0.9 } },
    'linear, learned': { ...linear, predictor: 'learned', target: { scale: 0.8 } },
    'linear, learned, averaged target': { ...linear, predictor: 'learned', target: { rate: 0.3 } },
    'deep, latent prediction': { ...deep, depth: 3, objective: 'latent-prediction' },
    'deep, reconstruction': { ...deep, depth: 2, objective: 'reconstruction' },
    'shallow, reconstruction': { ...deep, depth: 1, objective: 'reconstruction' },
  };
}

/** As flows ask by default, in units of 1. */
export const DEFAULTS: Integration = {
  tMax: Number.POSITIVE_INFINITY,
  minTime: 1,
  rtol: 1e-8,
  atol: 1e-10,
  steadyTolerance: 1e-9,
  rate: 1,
  amplitude: 1,
  relaxation: 1,
  maxSteps: 100_000,
  method: 'auto',
  descends: true,
  save: 'ends',
};
