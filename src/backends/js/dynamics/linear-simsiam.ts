/**
 * SimSiam with linear encoders and Frobenius penalties (Tian, Chen, Ganguli, "Understanding self-supervised learning dynamics
 * without contrastive pairs", ICML 2021; optimal predictor: Tang et al., ICML 2023). With Σ = Σxx, K = Σxy and the target
 * V = τU, or one that follows by V̇ = r (U − V):
 *
 *     L = ½[Tr(P UΣUᵀ Pᵀ) − 2 Tr(P U K Vᵀ) + Tr(VΣVᵀ)] + λ/2 (‖P‖² + ‖U‖²),
 *     Ṗ = −∂_P L = V K Uᵀ − P UΣUᵀ − λP,    U̇ = −∂_U L = Pᵀ(V K − P U Σ) − λU,    V held fixed.
 *
 * The optimal predictor has Ṗ = 0: P = V K Uᵀ (UΣUᵀ + λI)⁻¹.
 */
import type { Matrix } from '../../../matrix/matrix.js';
import type { LinearSimsiamField } from '../../dynamics.js';
import { scaledBy } from '../dense.js';
import {
  beside,
  columns,
  inner,
  plus,
  plusTransposed,
  scaled,
  times,
  timesTransposed,
  transposedTimes,
} from './matrices.js';
import { Ridge } from './ridge.js';
import { simsiamEnergy } from './simsiam.js';
import { type Energy, energyOf, type System } from './system.js';

export function linearSimsiam(field: LinearSimsiamField): System {
  const owned = { ...field, xx: scaledBy(field.xx, 1), xy: scaledBy(field.xy, 1) };
  return field.predictor === 'optimal' ? optimal(owned) : learned(owned);
}

function optimal(field: LinearSimsiamField): System {
  const { xx, xy, isotropic, lambda, target } = field;
  const scale = 'scale' in target ? target.scale : 1;

  const at = (u: Matrix) => {
    const us = times(u, xx);
    const vk = scaled(times(u, xy), scale);
    const ridge = new Ridge(timesTransposed(us, u), lambda);
    const p = ridge.right(timesTransposed(vk, u));
    return { us, vk, ridge, p, residual: plus(vk, times(p, us), -1) };
  };

  return {
    velocity(u) {
      const { p, residual } = at(u);
      return plus(transposedTimes(p, residual), u, -lambda);
    },

    tangent(u) {
      const { us, vk, ridge, p, residual } = at(u);
      return (d) => {
        const dus = times(d, xx);
        const dvk = scaled(times(d, xy), scale);
        const dn = plusTransposed(timesTransposed(us, d));
        const dc = plus(timesTransposed(dvk, u), timesTransposed(vk, d));
        const dp = ridge.right(plus(dc, times(p, dn), -1));
        const dResidual = plus(plus(dvk, times(dp, us), -1), times(p, dus), -1);
        return plus(plus(transposedTimes(dp, residual), transposedTimes(p, dResidual)), d, -lambda);
      };
    },

    energy(u) {
      if (isotropic === undefined) return loss(field, at(u).p, u, scaled(u, scale));
      const c = scaled(timesTransposed(times(u, xy), u), scale);
      if (lambda === 0) return energyOf([-inner(c, c.transpose()) / 2]);
      // In the orthonormal coordinates A = √a U: M = τK/a, λ_P = λ, λ_U = λ/a, so that √(λ_U/λ_P) A = U.
      return simsiamEnergy(scaled(c, 1 / isotropic), timesTransposed(u, u), lambda / isotropic);
    },

    predictor: (u) => at(u).p,
  };
}

interface Parts {
  p: Matrix;
  u: Matrix;
  /** The target's encoder. */
  v: Matrix;
}

function learned(field: LinearSimsiamField): System {
  const { k, xx, xy, lambda, target } = field;
  const d = xx.rows;

  /** Linear in the state, so it splits directions too. */
  const split = (state: Matrix): Parts => {
    const u = columns(state, k, k + d);
    const v = 'scale' in target ? scaled(u, target.scale) : columns(state, k + d, k + 2 * d);
    return { p: columns(state, 0, k), u, v };
  };
  const joined = (p: Matrix, u: Matrix, state: Parts) =>
    'scale' in target ? beside(p, u) : beside(p, u, scaled(plus(state.u, state.v, -1), target.rate));

  return {
    velocity(state) {
      const { p, u, v } = split(state);
      const residual = plus(times(v, xy), times(p, times(u, xx)), -1);
      return joined(plus(timesTransposed(residual, u), p, -lambda), plus(transposedTimes(p, residual), u, -lambda), {
        p,
        u,
        v,
      });
    },

    tangent(state) {
      const { p, u, v } = split(state);
      const us = times(u, xx);
      const residual = plus(times(v, xy), times(p, us), -1);
      return (direction) => {
        const moved = split(direction);
        const dPredicted = plus(times(moved.p, us), times(p, times(moved.u, xx)));
        const dResidual = plus(times(moved.v, xy), dPredicted, -1);
        const dp = plus(timesTransposed(dResidual, u), timesTransposed(residual, moved.u));
        const du = plus(transposedTimes(moved.p, residual), transposedTimes(p, dResidual));
        return joined(plus(dp, moved.p, -lambda), plus(du, moved.u, -lambda), moved);
      };
    },

    energy(state) {
      const { p, u, v } = split(state);
      return loss(field, p, u, v);
    },

    predictor: (state) => columns(state, 0, k),
  };
}

function loss({ xx, xy, lambda }: LinearSimsiamField, p: Matrix, u: Matrix, v: Matrix): Energy {
  const pu = times(p, u);
  return energyOf([
    inner(times(pu, xx), pu) / 2,
    -inner(times(pu, xy), v),
    inner(times(v, xx), v) / 2,
    (lambda * (inner(p, p) + inner(u, u))) / 2,
  ]);
}
