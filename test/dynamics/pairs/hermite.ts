import type { Dictionary } from '../../../src/dynamics/dictionaries/dictionary.js';
import { gaussianPair } from '../../../src/dynamics/pairs/gaussian-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { normals } from '../../support/normals.js';

/** A dictionary of a caller's own: Hermite polynomials h₀ … h_degree. */
export function hermiteDictionary(degree: number): Dictionary {
  const pair = gaussianPair({ rho: 0, degree });
  const featuresSync = (points: Matrix) => pair.evaluate(Matrix.identity(degree + 1), points);
  return { name: 'Hermite', dimension: 1, count: degree + 1, featuresSync, features: async (x) => featuresSync(x) };
}

/** n draws of two normals of correlation rho. */
export function correlated(seed: number, n: number, rho: number): { x: Matrix; y: Matrix } {
  const z = normals(seed, n, 2);
  const x = new Matrix(n, 1);
  const y = new Matrix(n, 1);
  for (let i = 0; i < n; i++) {
    x.data[i] = z.get(i, 0);
    y.data[i] = rho * z.get(i, 0) + Math.sqrt(1 - rho * rho) * z.get(i, 1);
  }
  return { x, y };
}
