/**
 * PEIRA: minus the gradient of −½ Tr P + λ/2 Tr N, P = C H⁻¹, H = N + λI. Two encoders, state [U V]:
 *
 *     N = UUᵀ + VVᵀ,  C = U M Vᵀ + V Mᵀ Uᵀ,  U̇ = H⁻¹(V Mᵀ − P U) − λU,  V̇ = H⁻¹(U M − P V) − λV.
 *
 * One shared encoder, V = U and M symmetric: N = 2UUᵀ, C = 2 U M Uᵀ, U̇ = 2[H⁻¹(U M − P U) − λU].
 */
import type { Matrix } from '../../../matrix/matrix.js';
import { gramShape, type PeiraField } from '../../dynamics.js';
import { gramMap } from './gram.js';
import { beside, columns, plus, plusTransposed, scaled, times, timesTransposed, trace } from './matrices.js';
import { Ridge } from './ridge.js';
import { type Energy, energyOf, type System } from './system.js';

export function peira(field: PeiraField): System {
  return field.encoders === 'two' ? two(field) : shared(field);
}

function two({ gram, lambda }: PeiraField): System {
  const m = gramMap(gram);
  const { rows: mx, cols: my } = gramShape(gram);
  const split = (state: Matrix) => ({ u: columns(state, 0, mx), v: columns(state, mx, mx + my) });

  const at = (state: Matrix) => {
    const { u, v } = split(state);
    const um = m.after(u);
    const vm = m.afterTransposed(v);
    const n = plus(timesTransposed(u, u), timesTransposed(v, v));
    const ridge = new Ridge(n, lambda);
    const p = ridge.right(plusTransposed(timesTransposed(um, v)));
    const pullU = ridge.left(plus(vm, times(p, u), -1));
    const pullV = ridge.left(plus(um, times(p, v), -1));
    return { u, v, um, n, ridge, p, pullU, pullV };
  };

  return {
    velocity(state) {
      const { u, v, pullU, pullV } = at(state);
      return beside(plus(pullU, u, -lambda), plus(pullV, v, -lambda));
    },

    tangent(state) {
      const { u, v, um, ridge, p, pullU, pullV } = at(state);
      return (direction) => {
        const { u: du, v: dv } = split(direction);
        const dum = m.after(du);
        const dn = plusTransposed(plus(timesTransposed(du, u), timesTransposed(dv, v)));
        const dc = plusTransposed(plus(timesTransposed(dum, v), timesTransposed(um, dv)));
        const dp = ridge.right(plus(dc, times(p, dn), -1));
        const part = (coupled: Matrix, w: Matrix, dw: Matrix, pull: Matrix) =>
          plus(pullTangent(ridge, coupled, { p, dp, w, dw, dn, pull }), dw, -lambda);
        return beside(part(m.afterTransposed(dv), u, du, pullU), part(dum, v, dv, pullV));
      };
    },

    energy(state) {
      const { n, p } = at(state);
      return peiraEnergy(n, p, lambda);
    },

    predictor: (state) => at(state).p,
  };
}

function shared({ gram, lambda }: PeiraField): System {
  const m = gramMap(gram);

  const at = (u: Matrix) => {
    const um = m.after(u);
    const n = scaled(timesTransposed(u, u), 2);
    const ridge = new Ridge(n, lambda);
    const p = ridge.right(scaled(timesTransposed(um, u), 2));
    return { um, n, ridge, p, pull: ridge.left(plus(um, times(p, u), -1)) };
  };

  return {
    velocity: (u) => scaled(plus(at(u).pull, u, -lambda), 2),

    tangent(u) {
      const { um, ridge, p, pull } = at(u);
      return (d) => {
        const dm = m.after(d);
        const dn = scaled(plusTransposed(timesTransposed(d, u)), 2);
        const dc = scaled(plus(timesTransposed(dm, u), timesTransposed(um, d)), 2);
        const dp = ridge.right(plus(dc, times(p, dn), -1));
        const moved = pullTangent(ridge, dm, { p, dp, w: u, dw: d, dn, pull });
        return scaled(plus(moved, d, -lambda), 2);
      };
    },

    energy(u) {
      const { n, p } = at(u);
      return peiraEnergy(n, p, lambda);
    },

    predictor: (u) => at(u).p,
  };
}

/** The derivative of X = H⁻¹(coupled − P W): Ẋ = H⁻¹(coupled˙ − Ṗ W − P Ẇ − Ṅ X). */
function pullTangent(
  ridge: Ridge,
  dCoupled: Matrix,
  { p, dp, w, dw, dn, pull }: Record<'p' | 'dp' | 'w' | 'dw' | 'dn' | 'pull', Matrix>,
): Matrix {
  const dPredicted = plus(times(dp, w), times(p, dw));
  return ridge.left(plus(plus(dCoupled, dPredicted, -1), times(dn, pull), -1));
}

function peiraEnergy(n: Matrix, p: Matrix, lambda: number): Energy {
  return energyOf([-trace(p) / 2, (lambda * trace(n)) / 2]);
}
