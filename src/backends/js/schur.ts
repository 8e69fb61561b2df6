/**
 * The real Schur form by Francis's implicit double-shift QR iteration (Golub and Van Loan, Matrix Computations, 7.5).
 * Our own because ml-matrix's iteration never ends on matrices as plain as [[0, −1, 0], [1, 0, 1], [0, −1, 0]].
 */
import { Matrix } from '../../matrix/matrix.js';
import { kernelError } from '../failure.js';
import { frobenius, scaledBy } from './dense.js';
import { reflect, reflectorOf } from './reflector.js';

/** A = Q T Qᵀ. */
export interface Schur {
  /** Block upper triangular: 1×1 blocks, and 2×2 blocks with a pair of complex eigenvalues. */
  t: Matrix;
  /** Orthogonal. */
  q: Matrix;
}

/** Steps allowed for each row on average, as in LAPACK; two or three are usual. */
const STEPS_PER_ROW = 30;

export function schur(a: Matrix): Schur {
  const n = a.rows;
  const form = { t: scaledBy(a, 1), q: Matrix.identity(n) };
  for (let k = 0; k + 2 < n; k++) eliminate(form, k, k + 1, n);
  // Below eps² of the norm nothing matters, and elements of size 0 to underflow would not converge relative to each other.
  const nothing = Number.EPSILON ** 2 * frobenius(a);
  let budget = STEPS_PER_ROW * Math.max(10, n);
  let steps = 0;
  for (let high = n - 1; high > 0; ) {
    const low = blockStart(form.t, high, nothing);
    if (high - low < 2) {
      if (low < high) splitReal(form, low);
      high = low - 1;
      steps = 0;
      continue;
    }
    if (budget-- === 0) throw kernelError({ code: 'NO_CONVERGENCE', operation: 'eig' });
    francis(form, low, high, ++steps % 10 === 0);
  }
  return form;
}

/** Where the block that ends at `high` begins: the elements before it, next to the diagonal, are negligible. */
function blockStart(t: Matrix, high: number, nothing: number): number {
  for (let l = high; l > 0; l--) {
    const below = Math.abs(t.get(l, l - 1));
    const beside = Math.abs(t.get(l - 1, l - 1)) + Math.abs(t.get(l, l));
    if (below > Number.EPSILON * beside && below > nothing) continue;
    t.data[l * t.cols + l - 1] = 0;
    return l;
  }
  return 0;
}

/** One double-shift step on rows low … high, with the eigenvalues of the last 2×2 block as shifts. */
function francis(form: Schur, low: number, high: number, exceptional: boolean): void {
  const { t } = form;
  let [p, r] = [t.get(high - 1, high - 1), t.get(high, high)];
  let w = t.get(high - 1, high) * t.get(high, high - 1);
  if (exceptional) {
    // The customary shifts that break a cycle, as in LAPACK's dlahqr.
    const size = Math.abs(t.get(high, high - 1)) + Math.abs(t.get(high - 1, high - 2));
    p = r = r + 0.75 * size;
    w = -0.4375 * size * size;
  }
  // First column of (T − s₁)(T − s₂) for the shifts' sum p + r and product pr − w.
  const a = t.get(low, low);
  const c = t.get(low + 1, low);
  const first = [
    (a - p) * (a - r) - w + t.get(low, low + 1) * c,
    c * (a + t.get(low + 1, low + 1) - p - r),
    c * t.get(low + 2, low + 1),
  ];
  similarity(form, low, low, reflectorOf(first));
  for (let k = low; k + 2 <= high; k++) eliminate(form, k, k + 1, Math.min(k + 4, high + 1));
}

/** Zeros column k below row `from` and above row `to` by a reflection of rows and columns from … to − 1. */
function eliminate(form: Schur, k: number, from: number, to: number): void {
  const { t } = form;
  const column = Array.from({ length: to - from }, (_, i) => t.get(from + i, k));
  similarity(form, k, from, reflectorOf(column));
  for (let i = from + 1; i < to; i++) t.data[i * t.cols + k] = 0;
}

/** P T P and Q P for the reflection P = I − v vᵀ of coordinates from `at` on; T is zero there left of column `first`. */
function similarity({ t, q }: Schur, first: number, at: number, v: Float64Array | undefined): void {
  if (v === undefined) return;
  const n = t.rows;
  for (let j = first; j < n; j++) reflect(t.data, at * n + j, n, v);
  // Below the row after the reflected ones T is zero in these columns.
  const last = Math.min(n - 1, at + v.length);
  for (let i = 0; i <= last; i++) reflect(t.data, i * n + at, 1, v);
  for (let i = 0; i < n; i++) reflect(q.data, i * n + at, 1, v);
}

/** Makes the 2×2 block at `l` triangular if its eigenvalues are real. */
function splitReal(form: Schur, l: number): void {
  const { t } = form;
  const below = t.get(l + 1, l);
  const half = (t.get(l, l) - t.get(l + 1, l + 1)) / 2;
  const discriminant = half * half + t.get(l, l + 1) * below;
  if (discriminant < 0 || below === 0) return;
  const root = half + Math.sign(half || 1) * Math.sqrt(discriminant);
  // (root, below) is an eigenvector of the block.
  similarity(form, l, l, reflectorOf([root, below]));
  t.data[(l + 1) * t.cols + l] = 0;
}
