/**
 * SimSiam with linear encoders, from the second moments of the views alone. Learned predictor: Tian, Chen, Ganguli
 * ("Understanding self-supervised learning dynamics without contrastive pairs", ICML 2021); optimal predictor: Tang et al.
 * ("Understanding self-predictive learning for reinforcement learning", ICML 2023).
 */
import type { LinearSimsiamField } from '../../backends/dynamics.js';
import type { LinalgKernels } from '../../backends/linalg.js';
import { selectBackend } from '../../backends/select.js';
import { describe, EigenviewError } from '../../errors.js';
import { checkNumber, checkOneOf, checkOptions, checkSameShape, checkSymmetric, maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import type { Flow } from '../flow.js';
import { symmetrise } from '../symmetrise.js';
import { checkFunctions } from './check-pair.js';
import { FieldFlow } from './field-flow.js';
import { columnsOf, layoutOf } from './layout.js';
import { linearModes, mixture } from './linear-modes.js';
import type { Model } from './model.js';

/** Second moments of exchangeable views. */
export interface LinearMoments {
  /** E[x xᵀ] = E[y yᵀ], d×d. */
  xx: Matrix;
  /** E[x yᵀ], d×d, symmetric. */
  xy: Matrix;
}

export interface LinearSimsiamFlowOptions {
  /** Outputs, 1 … d. */
  k: number;
  /** λ ≥ 0: of ½λ(‖P‖² + ‖U‖²), Frobenius norms. */
  lambda: number;
  /** At its optimum at every time, or following its own gradient at the encoder's rate. */
  predictor: 'optimal' | 'learned';
  /** The target encoder: a multiple of the encoder (default 1), or its moving average, V̇ = rate · (U − V). */
  target?: { scale: number } | { rate: number };
}

/**
 * The SimSiam flow of linear encoders: with a learned predictor that of Tian, Chen, Ganguli (ICML 2021, arXiv 2102.06810), with the
 * optimal one that of Tang et al. (ICML 2023, arXiv 2212.03319), who take λ = 0.
 *
 * Canonical modes exist where xx and xy commute; elsewhere the flow integrates all the same, and its `correlations` are
 * those of (xy, xx), but equilibria, amplitudes and classifications have no closed form.
 *
 * @returns a {@link Flow} whose states are U, k×d, with the optimal predictor, [P U], k×(k + d), with a learned one, or
 * [P U V], k×(k + 2d), with a moving average too
 * @throws EigenviewError `NOT_SYMMETRIC`, `NOT_POSITIVE_DEFINITE`, `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const xx = Matrix.diagonal([1.5, 1.5]);
 * const flow = linearSimsiamFlow({ xx, xy: Matrix.identity(2) }, { k: 2, lambda: 0.05, predictor: 'learned' });
 * const { final } = await flow.integrate({ seed: 1 });
 * console.log(flow.invariants(final)); // { balance: U Uᵀ − Pᵀ P }, gone like e^{−2λt}
 * ```
 */
export function linearSimsiamFlow(moments: LinearMoments, options: LinearSimsiamFlowOptions): Flow {
  const { xx, xy } = readMoments(moments);
  checkOptions('linearSimsiamFlow', options, ['k', 'lambda', 'predictor', 'target']);
  const { k, lambda, predictor, target = { scale: 1 } } = options ?? {};
  checkFunctions(k, xx.rows);
  checkNumber('lambda', lambda, { min: 0 });
  checkOneOf('predictor', predictor, ['optimal', 'learned']);
  checkVariances(xx, predictor === 'optimal' && lambda === 0);
  const field: LinearSimsiamField = {
    kind: 'linear-simsiam',
    k,
    xx,
    xy,
    isotropic: isotropicVariance(xx),
    lambda,
    predictor,
    target: readTarget(target, predictor),
  };
  return new FieldFlow(linearModel(field));
}

function readMoments(moments: unknown): LinearMoments {
  if (typeof moments !== 'object' || moments === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'linearSimsiamFlow takes the second moments of the views.', {
      argument: 'moments',
      expected: 'an object { xx, xy }',
      received: describe(moments),
    });
  }
  checkOptions('linearSimsiamFlow moments', moments, ['xx', 'xy']);
  const { xx, xy } = moments as LinearMoments;
  checkSymmetric('xx', xx);
  checkSymmetric('xy', xy);
  checkSameShape('xy', xy, xx.rows, xx.cols);
  const exact = { xx: copied(xx), xy: copied(xy) };
  symmetrise(exact.xx);
  symmetrise(exact.xy);
  return exact;
}

function copied({ rows, cols, data }: Matrix): Matrix {
  return new Matrix(rows, cols, Float64Array.from(data));
}

function readTarget(target: unknown, predictor: 'optimal' | 'learned'): LinearSimsiamField['target'] {
  checkOptions('linearSimsiamFlow target', target, ['scale', 'rate']);
  const { scale, rate } = (target ?? {}) as { scale?: unknown; rate?: unknown };
  if ((scale === undefined) === (rate === undefined)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'The target is either a multiple of the encoder or its average.', {
      argument: 'target',
      expected: '{ scale } or { rate }',
      received: scale === undefined ? 'neither' : 'both',
    });
  }
  if (rate === undefined) {
    checkNumber('target.scale', scale, { min: 0, above: true });
    return { scale };
  }
  checkNumber('target.rate', rate, { min: 0, above: true });
  if (predictor === 'learned') return { rate };
  throw new EigenviewError('INVALID_ARGUMENT', 'A moving average needs a learned predictor.', {
    argument: 'target',
    expected: '{ scale } with the optimal predictor',
    received: '{ rate }',
    fix: "The optimal predictor is the flow's limit of an infinitely fast one, with V = scale · U; use predictor: 'learned'.",
  });
}

/** xx is positive semi-definite; without a ridge the optimal predictor inverts U xx Uᵀ, so that it must be definite. */
function checkVariances(xx: Matrix, definite: boolean): void {
  const shifted = copied(xx);
  // Rounding of a second moment: eps · n of its largest variance, with room.
  const shift = definite ? 0 : 1e-12 * (maxAbs(xx.data) || 1);
  for (let i = 0; i < xx.rows; i++) shifted.data[i * xx.cols + i] = (shifted.data[i * xx.cols + i] as number) + shift;
  try {
    selectBackend(undefined).linalg.sync.cholesky(shifted);
  } catch (cause) {
    if (!(cause instanceof EigenviewError)) throw cause;
    const { direction } = cause;
    throw new EigenviewError('NOT_POSITIVE_DEFINITE', 'These are not the variances of views.', {
      argument: 'xx',
      expected: definite ? 'positive definite, as lambda is 0' : 'positive semi-definite',
      received: 'a matrix that is not',
      ...(definite && { fix: 'Drop the directions in which the views do not vary, or use lambda > 0.' }),
      ...(direction !== undefined && { direction }),
      cause,
    });
  }
}

/** a where xx = a I, to the last digits. */
function isotropicVariance({ rows: n, data }: Matrix): number | undefined {
  const a = data[0] as number;
  if (!(a > 0)) return undefined;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (Math.abs((data[i * n + j] as number) - (i === j ? a : 0)) > 1e-14 * a) return undefined;
    }
  }
  return a;
}

/** Without a ridge the optimal predictor inverts U xx Uᵀ. */
function checkFullRank(argument: string, state: Matrix, xx: Matrix): void {
  const { matmul, eigh } = selectBackend(undefined).linalg.sync;
  const { values } = eigh(matmul(matmul(state, xx, false, false), state, false, true), undefined, undefined);
  const [largest, least] = [values[0] as number, values.at(-1) as number];
  // Rounding of a product of three matrices.
  if (least > 1e-15 * xx.rows * largest) return;
  throw new EigenviewError('SINGULAR', 'The outputs of this state are linearly dependent.', {
    argument,
    expected: 'of full row rank, as lambda is 0: the optimal predictor inverts U xx Uᵀ',
    received: `variances of the outputs from ${largest} down to ${least}`,
    fix: 'Start elsewhere, or use lambda > 0.',
  });
}

function linearModel(field: LinearSimsiamField): Model {
  const { k, xx, xy, predictor, target, isotropic } = field;
  const learned = predictor === 'learned';
  const widths = 'rate' in target ? [xx.rows, xx.rows] : [xx.rows];
  return {
    field,
    layout: layoutOf(k, widths, learned, 1),
    lyapunov: !learned && isotropic !== undefined,
    nonNegative: false,
    requests: [mixture(field), xx, xy].map((matrix) => ({ kind: 'eigh', matrix })),
    modes: (decomposed, linalg) => linearModes(field, decomposed, linalg),
    ...(!learned && field.lambda === 0 && { check: (argument, state) => checkFullRank(argument, state, xx) }),
    invariants: (state, linalg) => linearInvariants(field, state, linalg),
  };
}

/**
 * Learned predictor: d/dt (U Uᵀ − Pᵀ P) = −2λ (U Uᵀ − Pᵀ P), whatever the target. Optimal predictor without a ridge:
 * U̇ Uᵀ = Pᵀ (τ U xy Uᵀ − P U xx Uᵀ) = 0.
 */
function linearInvariants(
  { k, xx, lambda, predictor }: LinearSimsiamField,
  state: Matrix,
  linalg: LinalgKernels,
): Record<string, Matrix | number> {
  if (predictor === 'optimal') return lambda === 0 ? { gram: linalg.matmul(state, state, false, true) } : {};
  const p = columnsOf(state, { from: 0, cols: k });
  const u = columnsOf(state, { from: k, cols: xx.rows });
  const balance = linalg.matmul(u, u, false, true);
  const predicted = linalg.matmul(p, p, true, false);
  return {
    balance: new Matrix(
      k,
      k,
      Float64Array.from(balance.data, (x, i) => x - (predicted.data[i] as number)),
    ),
  };
}
