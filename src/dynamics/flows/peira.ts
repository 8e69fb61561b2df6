/**
 * PEIRA in function space: the gradient flow of −½ Tr P + ½λ Tr N with P = C (N + λI)⁻¹, N = E[U Uᵀ + V Vᵀ],
 * C = E[U Vᵀ + V Uᵀ] (Arbel, Terver, Ponce, "PEIRA: Learning predictive encoders through inter-view regressor
 * alignment", 2026).
 */
import type { PeiraField } from '../../backends/dynamics.js';
import { checkOneOf, checkOptions } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import { orbitDimension, type Root, signOf, type Theory } from '../equilibria/theory.js';
import type { Flow } from '../flow.js';
import type { ViewPair } from '../pairs/view-pair.js';
import { checkFunctions, checkPositiveRidge, gramOf, symmetricGramOf } from './check-pair.js';
import { FieldFlow } from './field-flow.js';
import { type GramModes, gramModes, gramRequests } from './gram-modes.js';
import { layoutOf } from './layout.js';
import type { Model, Modes } from './model.js';

export interface PeiraFlowOptions {
  /** Functions learned, 1 … min(mx, my). */
  k: number;
  /** λ > 0. */
  lambda: number;
  /** An encoder for each view (default), or one for both: it then uses positive correlations alone. */
  encoders?: 'two' | 'shared';
}

/**
 * The PEIRA flow of a pair of views.
 *
 * @returns a {@link Flow} whose states are [U V], k×(mx + my), or U, k×m, of a shared encoder
 * @throws EigenviewError `NOT_SYMMETRIC` for a shared encoder of views that are not exchangeable, `OUT_OF_RANGE`
 * @example
 * ```ts
 * const flow = peiraFlow(discretePair(Matrix.from([[0.3, 0.1], [0.2, 0.4]])), { k: 2, lambda: 0.1 });
 * const { final } = await flow.integrate({ seed: 1 });
 * console.log(flow.energy(final)); // peiraMinimum(flow.correlations, { k: 2, lambda: 0.1 })
 * ```
 */
export function peiraFlow(pair: ViewPair, options: PeiraFlowOptions): Flow {
  checkOptions('peiraFlow', options, ['k', 'lambda', 'encoders']);
  const { k, lambda, encoders = 'two' } = options ?? {};
  checkOneOf('encoders', encoders, ['two', 'shared']);
  const shared = encoders === 'shared';
  const gram = shared
    ? symmetricGramOf("peiraFlow with encoders: 'shared'", pair, "; or use encoders: 'two'")
    : gramOf(pair);
  checkFunctions(k, Math.min(gram.rows, gram.cols));
  checkPositiveRidge('lambda', lambda, 'The predictor inverts N + λI, singular without λ once an output vanishes.');
  return new FieldFlow(peiraModel({ kind: 'peira', k, gram, lambda, encoders }, gram));
}

function peiraModel(field: PeiraField, gram: Matrix): Model {
  const shared = field.encoders === 'shared';
  const widths = shared ? [gram.rows] : [gram.rows, gram.cols];
  return {
    field,
    layout: layoutOf(field.k, widths, false, widths.length),
    lyapunov: true,
    nonNegative: false,
    requests: gramRequests(gram, shared ? 'eigh' : 'svd'),
    modes: ([decomposed]) => peiraModes(field, gramModes(gram, widths.length, decomposed)),
    invariants: () => ({}),
  };
}

function peiraModes(field: PeiraField, { correlations, functions, gram, trivial, ties }: GramModes): Modes {
  const root = Math.sqrt(Math.max(correlations[0] as number, 0));
  return {
    correlations,
    ties,
    rate: Math.max(root, field.lambda),
    // On a kept mode f moves at 4λ (1 − λ/√s): without the penalty no amplitude is better than another.
    relaxation: field.lambda,
    amplitude: Math.sqrt(root / 2) || Math.sqrt(field.lambda / 2),
    canonical:
      gram === undefined ? undefined : { field: { ...field, gram }, rotations: trivial ? undefined : functions },
    functions: () => functions,
    theory: () => peiraTheory(field, correlations),
  };
}

/** On a mode of correlation s > λ²: 2f² + λ = √s, and 0 is no minimum. */
export function peiraTheory({ k, lambda }: Pick<PeiraField, 'k' | 'lambda'>, correlations: Float64Array): Theory {
  const root = (mode: number) => Math.sqrt(Math.max(correlations[mode] as number, 0));
  const growth = (mode: number) => signOf(root(mode) - lambda, Math.max(root(mode), lambda));
  const strongest = root(0);
  return {
    most: k,
    roots: Array.from(correlations, (_, mode) => (growth(mode) > 0 ? [peiraRoot(root(mode), lambda)] : [])),
    collapseEnergy: 0,
    invasion: (picked, other) =>
      signOf(Math.max(correlations[other] as number, 0) - (correlations[picked] as number), strongest ** 2),
    alike: (one, other) =>
      signOf((correlations[one] as number) - (correlations[other] as number), strongest ** 2) === 0,
    growth,
    neutral: (r) => orbitDimension(k, r),
  };
}

function peiraRoot(root: number, lambda: number): Root {
  const excess = root - lambda;
  return {
    root: 'upper',
    amplitude: Math.sqrt(excess / 2),
    predictor: root * excess,
    energy: -(excess ** 2) / 2,
    double: false,
  };
}
