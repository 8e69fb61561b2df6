/**
 * Balanced deep linear networks on decoupled features, w the product of an encoder's L weights: latent prediction
 * ẇ = κ w^{3−1/L} − (κ/ρ) w³, reconstruction ẇ = κ w^{2−1/L} − (κ/ρ) w³ (Littwin et al., "How JEPA avoids noisy features:
 * the implicit bias of deep linear self distillation networks", NeurIPS 2024).
 */
import type { DeepLinearField } from '../../backends/dynamics.js';
import { describe, EigenviewError } from '../../errors.js';
import { checkInteger, checkNumber, checkOneOf, checkOptions, maxAbs } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import type { Root, Theory } from '../equilibria/theory.js';
import type { Flow } from '../flow.js';
import { readNumbers } from '../read-numbers.js';
import { FieldFlow } from './field-flow.js';
import { layoutOf } from './layout.js';
import type { Model, Modes } from './model.js';

/** Of each feature, d of them. */
export interface DeepLinearFeatures {
  /** ρ = E[xy] / E[x²], in (0, 1]: how well a view predicts the other. */
  rho: ArrayLike<number>;
  /** κ = E[xy] > 0: how strongly both carry it. */
  kappa: ArrayLike<number>;
}

export interface DeepLinearFlowOptions {
  /** L ≥ 1 layers of the encoder. */
  depth: number;
  objective: 'latent-prediction' | 'reconstruction';
}

/**
 * The flow of one weight for each feature, from balanced layers: Littwin et al. ("How JEPA avoids noisy features: the implicit
 * bias of deep linear self distillation networks", NeurIPS 2024).
 *
 * @returns a {@link Flow} whose states are w ≥ 0, 1×d; its correlations are ρ in descending order
 * @throws EigenviewError `OUT_OF_RANGE`, `SHAPE_MISMATCH`, `EMPTY`, `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const flow = deepLinearFlow({ rho: [0.9, 0.5], kappa: [1, 2] }, { depth: 2, objective: 'latent-prediction' });
 * const { final } = await flow.integrate(Matrix.from([[0.1, 0.1]])); // ρ² = [0.81, 0.25]
 * ```
 */
export function deepLinearFlow(features: DeepLinearFeatures, options: DeepLinearFlowOptions): Flow {
  const { rho, kappa } = readFeatures(features);
  checkOptions('deepLinearFlow', options, ['depth', 'objective']);
  const { depth, objective } = options ?? {};
  checkInteger('depth', depth, { min: 1 });
  checkOneOf('objective', objective, ['latent-prediction', 'reconstruction']);
  const field: DeepLinearField = { kind: 'deep-linear', k: 1, rho, kappa, depth, objective };
  return new FieldFlow(deepLinearModel(field));
}

function readFeatures(features: unknown): { rho: Float64Array; kappa: Float64Array } {
  if (typeof features !== 'object' || features === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'deepLinearFlow takes what is known of each feature.', {
      argument: 'features',
      expected: 'an object { rho, kappa }',
      received: describe(features),
    });
  }
  checkOptions('deepLinearFlow features', features, ['rho', 'kappa']);
  const { rho: rhoGiven, kappa: kappaGiven } = features as Partial<Record<'rho' | 'kappa', unknown>>;
  const rho = readNumbers('rho', rhoGiven);
  const kappa = readNumbers('kappa', kappaGiven);
  if (rho.length === 0) throw new EigenviewError('EMPTY', 'There are no features.', { argument: 'rho' });
  if (rho.length !== kappa.length) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each feature has one ρ and one κ.', {
      argument: 'kappa',
      expected: `of length ${rho.length}`,
      received: `length ${kappa.length}`,
    });
  }
  for (let i = 0; i < rho.length; i++) {
    checkNumber(`rho[${i}]`, rho[i], { min: 0, above: true, max: 1 });
    checkNumber(`kappa[${i}]`, kappa[i], { min: 0, above: true });
  }
  return { rho, kappa };
}

function deepLinearModel(field: DeepLinearField): Model {
  return {
    field,
    layout: layoutOf(1, [field.rho.length], false, 1),
    lyapunov: true,
    nonNegative: true,
    requests: [],
    modes: () => deepLinearModes(field),
    invariants: () => ({}),
  };
}

function deepLinearModes(field: DeepLinearField): Modes {
  const { rho, kappa } = field;
  const order = Array.from(rho.keys()).sort((a, b) => (rho[b] as number) - (rho[a] as number) || a - b);
  const limits = rho.map((_, i) => deepLinearLimit(field, i));
  // κ w*^{1 − 1/L} or κ w*^{2 − 1/L} at the limit, up to the factors 1/L and 1 + 1/L.
  const rate =
    maxAbs(limits.map((limit, i) => ((kappa[i] as number) * limit * limit) / (rho[i] as number))) || maxAbs(kappa);
  const functions = Matrix.zeros(rho.length, rho.length);
  order.forEach((feature, mode) => {
    functions.data[mode * rho.length + feature] = 1;
  });
  return {
    correlations: Float64Array.from(order, (feature) => rho[feature] as number),
    ties: [],
    rate,
    relaxation: rate,
    amplitude: maxAbs(limits) || 1,
    canonical: undefined,
    functions: () => [functions],
    theory: () => deepLinearTheory(field, order),
  };
}

/** Where the feature's weight ends: ρ^L, or ρ^{L/(L+1)} under reconstruction. */
function deepLinearLimit({ rho, depth, objective }: DeepLinearField, feature: number): number {
  return (rho[feature] as number) ** (objective === 'latent-prediction' ? depth : depth / (depth + 1));
}

function deepLinearTheory(field: DeepLinearField, order: readonly number[]): Theory {
  return {
    most: order.length,
    roots: order.map((feature) => [deepLinearRoot(field, feature)]),
    collapseEnergy: 0,
    // Features do not share a row's amplitude.
    invasion: () => -1,
    alike: () => false,
    // Every positive weight grows, though only algebraically where L > 1.
    growth: () => 1,
    neutral: () => 0,
  };
}

function deepLinearRoot(field: DeepLinearField, feature: number): Root {
  const { kappa, rho, depth, objective } = field;
  const amplitude = deepLinearLimit(field, feature);
  const power = (objective === 'latent-prediction' ? 4 : 3) - 1 / depth;
  const strength = kappa[feature] as number;
  const energy =
    -(strength * amplitude ** power) / power + ((strength / (rho[feature] as number)) * amplitude ** 4) / 4;
  return { root: 'upper', amplitude, predictor: amplitude ** (1 / depth), energy, double: false };
}
