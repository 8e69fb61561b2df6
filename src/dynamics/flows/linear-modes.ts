/** The modes of linear encoders: the common eigenvectors of xx and xy, where these commute. */
import type { LinearSimsiamField } from '../../backends/dynamics.js';
import type { LinalgKernels } from '../../backends/linalg.js';
import { EigenviewError } from '../../errors.js';
import { maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { orbitDimension, predictorRoots, type Root, signOf, type Theory, TIE } from '../equilibria/theory.js';
import type { Decomposed, Modes } from './model.js';

/** Common eigenvectors, one a row, with the variance a and the covariance c of each mode. */
interface LinearModes {
  functions: Matrix;
  a: Float64Array;
  c: Float64Array;
}

/** An irrational share, so that no two modes of everyday numbers tie in the mixture unless both a and c do. */
const SHARE = (Math.sqrt(5) - 1) / 2;

/** A matrix whose eigenvectors are those of both xx and xy where these commute. */
export function mixture({ xx, xy }: LinearSimsiamField): Matrix {
  const scale = (SHARE * (maxAbs(xy.data) || 1)) / (maxAbs(xx.data) || 1);
  return new Matrix(
    xx.rows,
    xx.cols,
    Float64Array.from(xy.data, (c, i) => c + scale * (xx.data[i] as number)),
  );
}

/** @param decomposed of the mixture, of xx and of xy */
export function linearModes(
  field: LinearSimsiamField,
  [mixed, variances, covariances]: readonly Decomposed[],
  linalg: LinalgKernels,
): Modes {
  const { lambda } = field;
  const a = variances?.values[0] as number;
  const c = scaleOf(field) * maxAbs(covariances?.values as Float64Array);
  // Moments without any covariance leave the penalty to set the scales, and without one the variance.
  const rate = Math.max(a > 0 ? c ** 2 / a : 0, lambda) || a || 1;
  const common = commonModes(field, (mixed as Decomposed).right, linalg);
  const decoupled = () => {
    if (common === undefined) throw notCommuting();
    return common;
  };
  return {
    get correlations() {
      return common === undefined ? linalg.eigh(field.xy, field.xx, undefined).values : ratios(common);
    },
    ties: common === undefined ? [] : tiesOf(common),
    rate,
    relaxation: Math.min(rate, lambda || rate, 'rate' in field.target ? field.target.rate : rate),
    amplitude: (a > 0 ? c / a : 0) || 1,
    canonical: undefined,
    functions: () => new Array<Matrix>('rate' in field.target ? 2 : 1).fill(decoupled().functions),
    theory: () => linearTheory(field, decoupled()),
  };
}

/** τ, where the target is τ U; its average has settled at U itself. */
function scaleOf({ target }: LinearSimsiamField): number {
  return 'scale' in target ? target.scale : 1;
}

/** Undefined where xx or xy is not diagonal, to rounding, in the eigenvectors of their mixture. */
function commonModes({ xx, xy }: LinearSimsiamField, vectors: Matrix, linalg: LinalgKernels): LinearModes | undefined {
  const a = diagonalIn(vectors, xx, linalg);
  const c = diagonalIn(vectors, xy, linalg);
  if (a === undefined || c === undefined) return undefined;
  const ratio = ratios({ a, c });
  const order = Array.from(a.keys()).sort((i, j) => (ratio[j] as number) - (ratio[i] as number));
  const functions = Matrix.zeros(xx.rows, xx.rows);
  order.forEach((from, to) => {
    functions.row(to).set(vectors.row(from));
  });
  return {
    functions,
    a: Float64Array.from(order, (i) => a[i] as number),
    c: Float64Array.from(order, (i) => c[i] as number),
  };
}

/** The diagonal of Q A Qᵀ, if there is nothing beside it. */
function diagonalIn(q: Matrix, a: Matrix, linalg: LinalgKernels): Float64Array | undefined {
  const inside = linalg.matmul(linalg.matmul(q, a, false, false), q, false, true);
  const rounding = TIE * maxAbs(inside.data);
  const diagonal = Float64Array.from({ length: a.rows }, (_, i) => inside.data[i * a.cols + i] as number);
  for (let i = 0; i < a.rows; i++) inside.data[i * a.cols + i] = 0;
  return maxAbs(inside.data) <= rounding ? diagonal : undefined;
}

/** Canonical correlations c / a; a direction in which the views do not vary has none. */
function ratios({ a, c }: Pick<LinearModes, 'a' | 'c'>): Float64Array {
  const least = TIE * maxAbs(a);
  return a.map((variance, i) => (variance > least ? (c[i] as number) / variance : 0));
}

/** Whether two modes have the same variance and the same covariance. */
function likeness({ a, c }: LinearModes): (i: number, j: number) => boolean {
  const [largestA, largestC] = [maxAbs(a), maxAbs(c)];
  return (i, j) =>
    Math.abs((a[i] as number) - (a[j] as number)) <= TIE * largestA &&
    Math.abs((c[i] as number) - (c[j] as number)) <= TIE * largestC;
}

function tiesOf(modes: LinearModes): number[][] {
  const alike = likeness(modes);
  const groups: number[][] = [];
  for (let i = 0; i < modes.a.length; i++) {
    const group = groups.find(([first]) => first !== undefined && alike(first, i));
    if (group === undefined) groups.push([i]);
    else group.push(i);
  }
  return groups.filter(({ length }) => length > 1);
}

function notCommuting(): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'The modes of these linear encoders do not decouple.', {
    argument: 'xx',
    expected: 'a matrix that commutes with xy',
    received: 'one that does not',
    fix: 'There is no closed form: integrate, and ask stability about where that ends; or whiten the views, which makes xx the identity.',
  });
}

/** On a mode: a p² − τ c p + λ = 0 and amplitude |p|. @throws EigenviewError `OUT_OF_RANGE` for λ = 0 */
function linearTheory(field: LinearSimsiamField, modes: LinearModes): Theory {
  const { a, c } = modes;
  const { k, lambda } = field;
  if (lambda === 0) {
    throw new EigenviewError('OUT_OF_RANGE', 'Without a penalty nothing fixes the amplitude of an equilibrium.', {
      argument: 'lambda',
      expected: 'above 0 for a list of equilibria',
      received: '0',
      fix: 'Integrate: the limit keeps the U Uᵀ of its start (optimal predictor) or its U Uᵀ − Pᵀ P (learned).',
    });
  }
  const tau = scaleOf(field);
  const [largestA, largestC] = [maxAbs(a), tau * maxAbs(c)];
  const variances = a.map((variance) => (variance > TIE * largestA ? variance : 0));
  const roots = Array.from(variances, (variance, i) =>
    predictorRoots(variance, tau * (c[i] as number), lambda).map(
      (root): Root => ({
        ...root,
        amplitude: Math.abs(root.predictor),
        energy: modeEnergy(field, variance, c[i] as number, root.predictor),
      }),
    ),
  );
  return {
    most: k,
    roots,
    collapseEnergy: collapseEnergy(field),
    invasion: (picked, other) => {
      const p = roots[picked]?.[0]?.predictor as number;
      const gain =
        tau * ((c[other] as number) - (c[picked] as number)) - p * ((a[other] as number) - (a[picked] as number));
      return signOf(p * gain, Math.abs(p) * (largestC + Math.abs(p) * largestA));
    },
    alike: likeness(modes),
    // P is quadratic in U, so that only the penalty acts on a small output.
    growth: () => -1,
    neutral: (r) => orbitDimension(k, r),
  };
}

/** The Lyapunov function of the optimal predictor on isotropic views, else the loss; both at amplitude |p|. */
function modeEnergy(field: LinearSimsiamField, a: number, c: number, p: number): number {
  const tau = scaleOf(field);
  const { lambda, predictor, isotropic } = field;
  const square = p * p;
  if (predictor === 'learned' || isotropic === undefined)
    return (a * square * (square + tau * tau)) / 2 - tau * c * p * square + lambda * square;
  const s = (tau * c) / a;
  const ridge = lambda / a;
  return -(s * s * square * square) / 2 + ((square + ridge) ** 3 - ridge ** 3) / 3;
}

function collapseEnergy({ k, lambda, predictor, isotropic }: LinearSimsiamField): number {
  return predictor === 'learned' || isotropic === undefined ? 0 : (k * (lambda / isotropic) ** 3) / 3;
}
