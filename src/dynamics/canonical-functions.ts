/**
 * The canonical functions of a pair: T uᵢ = sᵢ vᵢ for the conditional expectation T of functions of y given x, by the
 * singular value decomposition of its gram M = Σ sᵢ aᵢ bᵢᵀ (Lancaster 1958); where the pair is exchangeable by the
 * eigendecomposition, which keeps the signs.
 */
import type { Eigh, Svd } from '../backends/linalg.js';
import { beginCall, beginSync, type CallOptions, type SyncOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkSymmetric } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { ViewPair } from './pairs/view-pair.js';

export interface CanonicalFunctionsOptions {
  /** How many, 1 … min(mx, my): the largest correlations. */
  k: number;
}

export interface CanonicalFunctions {
  /** k of them, descending; of an exchangeable pair signed, the most negative last. */
  correlations: Float64Array;
  /** Coefficients of the functions of x, k×mx, orthonormal rows: for `pair.evaluate(functions, points)`. */
  functions: Matrix;
  /** Coefficients of their partners, functions of y, k×my; of an exchangeable pair the functions themselves. */
  partners: Matrix;
  /** Relative error of the decomposition, as of svd or eigh. */
  residual: number;
}

/**
 * The k most correlated pairs of functions of two views, in the pair's dictionary: the singular functions of the conditional
 * expectation (Lancaster, "The structure of bivariate distributions", Ann. Math. Statist. 29, 1958).
 *
 * Signs: in each row of `partners` the first coefficient within 1e-8 of the largest is positive.
 *
 * @throws EigenviewError `OUT_OF_RANGE` for k, `NO_CONVERGENCE`, `INVALID_ARGUMENT`; the signal's reason when aborted
 * @example
 * ```ts
 * const pair = gaussianPair({ rho: 0.5, degree: 4, centered: true });
 * const { correlations } = await canonicalFunctions(pair, { k: 2 }); // 0.5, 0.25
 * ```
 */
export async function canonicalFunctions(
  pair: ViewPair,
  options: CanonicalFunctionsOptions & CallOptions,
): Promise<CanonicalFunctions> {
  const { backend, control } = beginCall('canonicalFunctions', options, ['k']);
  const { eigh, svd } = backend.linalg.async;
  const { gram, exchangeable, k } = checkProblem(pair, options);
  return exchangeable ? ofEigh(await eigh(control, gram, undefined, k)) : ofSvd(await svd(control, gram, k));
}

/**
 * {@link canonicalFunctions} on this thread, of the same source and with the same errors.
 *
 * @example
 * ```ts
 * const { functions } = canonicalFunctionsSync(gaussianPair({ rho: 0.5, degree: 4 }), { k: 2 }); // 2×5
 * ```
 */
export function canonicalFunctionsSync(
  pair: ViewPair,
  options: CanonicalFunctionsOptions & SyncOptions,
): CanonicalFunctions {
  const { eigh, svd } = beginSync('canonicalFunctionsSync', options, ['k']).linalg.sync;
  const { gram, exchangeable, k } = checkProblem(pair, options);
  return exchangeable ? ofEigh(eigh(gram, undefined, k)) : ofSvd(svd(gram, k));
}

function ofEigh({ values, vectors, residual }: Eigh): CanonicalFunctions {
  const functions = vectors.transpose();
  return { correlations: values, functions, partners: functions, residual };
}

function ofSvd({ u, s, vt, residual }: Svd): CanonicalFunctions {
  return { correlations: s, functions: u.transpose(), partners: vt, residual };
}

function checkProblem(pair: ViewPair, options: CanonicalFunctionsOptions | undefined) {
  if (typeof pair !== 'object' || pair === null || !('gram' in pair)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Canonical functions are those of a pair of views.', {
      argument: 'pair',
      expected: 'a pair, such as that of discretePair or samplePair',
      received: describe(pair),
    });
  }
  const { gram, exchangeable } = pair;
  if (exchangeable) checkSymmetric('pair.gram', gram);
  else checkDense('pair.gram', gram);
  const { k } = options ?? {};
  checkInteger('k', k, { min: 1, max: Math.min(gram.rows, gram.cols) });
  return { gram, exchangeable, k };
}
