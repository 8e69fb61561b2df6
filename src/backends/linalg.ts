/**
 * The linear-algebra operations every backend provides. Arguments are already validated: finite, non-empty, of fitting
 * shapes, symmetric where the operation needs it. Kernels may still discover that a matrix is singular, indefinite or
 * does not converge, and throw a {@link kernelError}.
 *
 * All backends follow one sign rule, so that their vectors can be compared: in each eigenvector, or right singular
 * vector, the first component whose magnitude is within 1e-8 (relative) of the largest is positive.
 */
import type { Matrix } from '../matrix/matrix.js';

/** A ≈ U diag(s) Vᵀ. */
export interface Svd {
  /** m×k, orthonormal columns. */
  u: Matrix;
  /** k singular values, descending. */
  s: Float64Array;
  /** k×n, orthonormal rows. */
  vt: Matrix;
  /**
   * ‖A − U diag(s) Vᵀ‖ / ‖A‖ in the Frobenius norm; for a truncated decomposition the larger of ‖AV − U diag(s)‖ and
   * ‖AᵀU − V diag(s)‖ over ‖A‖. Zero for a zero matrix.
   */
  residual: number;
}

/** A V = V diag(values), or A V = B V diag(values) with VᵀBV = I. */
export interface Eigh {
  /** k eigenvalues, descending. */
  values: Float64Array;
  /** n×k, one eigenvector a column. */
  vectors: Matrix;
  /**
   * ‖AV − VΛ‖ / (‖A‖ ‖V‖), generalised: ‖AV − BVΛ‖ / ((‖A‖ + |λ|max ‖B‖) ‖V‖), in the Frobenius norm. Of 256 vectors and
   * more the native backend estimates it from eight random combinations, to about a quarter.
   */
  residual: number;
}

/** A V = V diag(values) for a general real matrix; complex numbers as pairs of real arrays. */
export interface Eig {
  /** n eigenvalues by descending real part, conjugate pairs with the positive imaginary part first. */
  values: { re: Float64Array; im: Float64Array };
  /** n×n, one right eigenvector a column, of unit length, its largest component real and positive. */
  vectors: { re: Matrix; im: Matrix };
  /** ‖AV − VΛ‖ / (‖A‖ ‖V‖) in the Frobenius norm. */
  residual: number;
}

/** Rows W with W S Wᵀ = I. */
export interface Whitening {
  /** rank×n. */
  whitener: Matrix;
  /** Number of directions kept: n unless a rank tolerance dropped some. */
  rank: number;
}

export interface LinalgKernels {
  /** Thin SVD, k = min(m, n) unless given. */
  svd(a: Matrix, k: number | undefined): Svd;
  /** Symmetric A; with symmetric positive definite B the generalised problem. The largest k. */
  eigh(a: Matrix, b: Matrix | undefined, k: number | undefined): Eigh;
  eig(a: Matrix): Eig;
  /** Lower triangular L with A = L Lᵀ. */
  cholesky(a: Matrix): Matrix;
  /** X with A X = B, A square. */
  solve(a: Matrix, b: Matrix): Matrix;
  /**
   * The symmetric A^{-1/2} of a positive definite A; with a rank tolerance, the pseudo-inverse root of a positive
   * semi-definite one: eigenvalues at or below rankTolerance · λmax are dropped.
   */
  inverseSqrt(a: Matrix, rankTolerance: number | undefined): Matrix;
  /** W with W S Wᵀ = I: the inverse Cholesky factor, or with a rank tolerance Λ_r^{-1/2} Q_rᵀ. */
  whiten(s: Matrix, rankTolerance: number | undefined): Whitening;
  /** op(A) op(B), op the identity or the transpose. */
  matmul(a: Matrix, b: Matrix, transposeA: boolean, transposeB: boolean): Matrix;
  /** The SVD of each matrix of a stack of one shape. */
  svdBatch(stack: readonly Matrix[], k: number | undefined): Svd[];
  /** The symmetric eigendecomposition of each matrix of a stack of one shape. */
  eighBatch(stack: readonly Matrix[], k: number | undefined): Eigh[];
}

/** How a running call is controlled. */
export interface Control {
  signal?: AbortSignal | undefined;
  /** Keeps LAPACK at one thread, so that the bits do not depend on how many there are. */
  reproducible?: boolean;
}

/** The same operations off the JavaScript thread (native), or in a later turn of it (js). */
export type Promised<Kernels> = {
  [Name in keyof Kernels]: Kernels[Name] extends (...args: infer Args) => infer Result
    ? (control: Control, ...args: Args) => Promise<Result>
    : never;
};

export interface LinalgBackend {
  readonly sync: LinalgKernels;
  readonly async: Promised<LinalgKernels>;
}
