/**
 * SimSiam in function space with its optimal predictor at every time: U̇ = Pᵀ (U M − P U) − λ_U U with
 * P = C (N + λ_P I)⁻¹, N = U Uᵀ, C = U M Uᵀ. The optimal predictor is that of Tian, Chen, Ganguli ("Understanding
 * self-supervised learning dynamics without contrastive pairs", ICML 2021) and Tang et al. ("Understanding self-predictive
 * learning for reinforcement learning", ICML 2023), who study linear encoders without ridges.
 */
import type { SimsiamField } from '../../backends/dynamics.js';
import { checkOptions, maxAbs } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import { orbitDimension, predictorRoots, type Root, signOf, type Theory } from '../equilibria/theory.js';
import type { Flow } from '../flow.js';
import type { ViewPair } from '../pairs/view-pair.js';
import { checkFunctions, checkPositiveRidge, symmetricGramOf } from './check-pair.js';
import { FieldFlow } from './field-flow.js';
import { type GramModes, gramModes, gramRequests } from './gram-modes.js';
import { layoutOf } from './layout.js';
import type { Model, Modes } from './model.js';

/** One λ for both penalties, or one for each. */
export type SimsiamRidge = number | { predictor: number; encoder: number };

export interface SimsiamFlowOptions {
  /** Functions learned, 1 … m. */
  k: number;
  /** λ > 0: of ½λ‖P‖² + ½λ E‖U(x)‖². */
  lambda: SimsiamRidge;
}

/**
 * The SimSiam flow of an exchangeable pair of views.
 *
 * @returns a {@link Flow} whose states are U, k×m coefficients in the pair's dictionary
 * @throws EigenviewError `NOT_SYMMETRIC` for a pair that is not exchangeable, `OUT_OF_RANGE` for k above m and λ ≤ 0
 * @example
 * ```ts
 * const pair = gaussianPair({ rho: 0.9, degree: 5 });
 * const flow = simsiamFlow(pair, { k: 2, lambda: 0.01 });
 * const { final, reason } = await flow.integrate({ seed: 1 });
 * console.log(reason, flow.classify(final).words);
 * ```
 */
export function simsiamFlow(pair: ViewPair, options: SimsiamFlowOptions): Flow {
  checkOptions('simsiamFlow', options, ['k', 'lambda']);
  const { k, lambda } = options ?? {};
  const gram = symmetricGramOf('simsiamFlow', pair, '; peiraFlow takes pairs that are not');
  checkFunctions(k, gram.rows);
  return new FieldFlow(simsiamModel({ kind: 'simsiam', k, gram, ...readRidges(lambda) }, gram));
}

function readRidges(lambda: unknown): { predictorRidge: number; encoderRidge: number } {
  if (typeof lambda !== 'object') {
    checkPositiveRidge('lambda', lambda, WHY_POSITIVE);
    return { predictorRidge: lambda, encoderRidge: lambda };
  }
  checkOptions('simsiamFlow lambda', lambda, ['predictor', 'encoder']);
  const { predictor, encoder } = (lambda ?? {}) as Partial<Record<'predictor' | 'encoder', unknown>>;
  checkPositiveRidge('lambda.predictor', predictor, WHY_POSITIVE);
  checkPositiveRidge('lambda.encoder', encoder, WHY_POSITIVE);
  return { predictorRidge: predictor, encoderRidge: encoder };
}

const WHY_POSITIVE =
  'The optimal predictor inverts N + λI, singular without λ as soon as an output vanishes, and without a penalty nothing fixes the amplitudes.';

function simsiamModel(field: SimsiamField, gram: Matrix): Model {
  return {
    field,
    layout: layoutOf(field.k, [gram.rows], false, 1),
    lyapunov: true,
    nonNegative: false,
    requests: gramRequests(gram, 'eigh'),
    modes: ([decomposed]) => simsiamModes(field, gramModes(gram, 1, decomposed)),
    invariants: () => ({}),
  };
}

function simsiamModes(field: SimsiamField, modes: GramModes): Modes {
  const { correlations, functions, gram, trivial, ties } = modes;
  const strongest = maxAbs(correlations);
  const shape = Math.sqrt(field.predictorRidge / field.encoderRidge);
  // A pair without any dependence leaves the penalties alone to set the scales.
  const rate = strongest ** 2 || field.encoderRidge;
  return {
    correlations,
    ties,
    rate,
    // On a kept mode p moves at 2 λ_U √(s² − 4λ_U)/p, an unkept one decays at λ_U.
    relaxation: Math.min(rate, field.encoderRidge),
    amplitude: shape * strongest || Math.sqrt(field.predictorRidge),
    canonical: { field: { ...field, gram: gram ?? field.gram }, rotations: trivial ? undefined : functions },
    functions: () => functions,
    theory: () => simsiamTheory(field, correlations),
  };
}

/** On a mode of correlation s: p² − s p + λ_U = 0 and amplitude |p| √(λ_P / λ_U). */
export function simsiamTheory(
  { k, predictorRidge, encoderRidge }: Pick<SimsiamField, 'k' | 'predictorRidge' | 'encoderRidge'>,
  correlations: Float64Array,
): Theory {
  const strongest = maxAbs(correlations);
  const shape = Math.sqrt(predictorRidge / encoderRidge);
  const roots = Array.from(correlations, (s) =>
    predictorRoots(1, s, encoderRidge).map(
      (root): Root => ({
        ...root,
        amplitude: shape * Math.abs(root.predictor),
        energy: simsiamEnergy(s, root.predictor, encoderRidge),
      }),
    ),
  );
  return {
    most: k,
    roots,
    collapseEnergy: (k * encoderRidge ** 3) / 3,
    // At the rate p_a (s_j − s_a).
    invasion: (picked, other) => {
      const s = correlations[picked] as number;
      return signOf(Math.sign(s) * ((correlations[other] as number) - s), strongest);
    },
    alike: (one, other) => signOf((correlations[one] as number) - (correlations[other] as number), strongest) === 0,
    // P is quadratic in U, so that only the penalty acts on a small output.
    growth: () => -1,
    neutral: (r) => orbitDimension(k, r),
  };
}

/** −½ s² p⁴ + ⅓ ((p² + λ)³ − λ³), in units of U √(λ_U / λ_P). */
function simsiamEnergy(s: number, p: number, lambda: number): number {
  const square = p * p;
  return -(s * s * square * square) / 2 + (square * (square * square + 3 * square * lambda + 3 * lambda * lambda)) / 3;
}
