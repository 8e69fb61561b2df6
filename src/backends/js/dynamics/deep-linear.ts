/**
 * Balanced deep linear networks on decoupled features (Littwin et al., "How JEPA avoids noisy features", NeurIPS 2024). Of a
 * feature with ρ = E[xy]/E[x²] and κ = E[xy], at depth L:
 *
 *     ẇ = κ w^a − (κ/ρ) w³,  a = 3 − 1/L for latent prediction and 2 − 1/L for reconstruction;
 *
 * w^a is that of |w| with the sign of w. The energy is minus the velocity's integral, summed over features:
 * −κ |w|^{a+1}/(a+1) + (κ/ρ) w⁴/4.
 */
import { Matrix } from '../../../matrix/matrix.js';
import type { DeepLinearField } from '../../dynamics.js';
import { energyOf, type System } from './system.js';

export function deepLinear({ rho, kappa, depth, objective }: DeepLinearField): System {
  const power = (objective === 'latent-prediction' ? 3 : 2) - 1 / depth;
  const gain = kappa.slice();
  const loss = kappa.map((x, i) => x / (rho[i] as number));

  const each = (state: Matrix, value: (w: number, i: number) => number) =>
    new Matrix(1, state.cols, Float64Array.from(state.data, value));

  return {
    velocity: (state) =>
      each(state, (w, i) => (gain[i] as number) * signedPower(w, power) - (loss[i] as number) * w ** 3),

    tangent(state) {
      const slope = each(
        state,
        (w, i) => power * (gain[i] as number) * Math.abs(w) ** (power - 1) - 3 * (loss[i] as number) * w ** 2,
      );
      return (direction) => each(direction, (x, i) => x * (slope.data[i] as number));
    },

    energy(state) {
      const gains = each(state, (w, i) => (-(gain[i] as number) * Math.abs(w) ** (power + 1)) / (power + 1));
      const losses = each(state, (w, i) => ((loss[i] as number) * w ** 4) / 4);
      return energyOf([...gains.data, ...losses.data]);
    },

    predictor: (state) => each(state, (w) => signedPower(w, 1 / depth)),
  };
}

function signedPower(w: number, power: number): number {
  return Math.sign(w) * Math.abs(w) ** power;
}
