/**
 * SimSiam with its optimal predictor in function space. With N = UUᵀ, C = U M Uᵀ, H = N + λ_P I and P = C H⁻¹:
 *
 *     U̇ = Pᵀ(U M − P U) − λ_U U,
 *
 * minus the gradient in U of ½E‖PU(x) − V(y)‖² + λ_P/2 ‖P‖² + λ_U/2 E‖U‖² with P and V = U held fixed.
 */
import type { Matrix } from '../../../matrix/matrix.js';
import type { SimsiamField } from '../../dynamics.js';
import { gramMap } from './gram.js';
import { inner, plus, plusTransposed, scaled, shifted, times, timesTransposed, transposedTimes } from './matrices.js';
import { Ridge } from './ridge.js';
import { type Energy, energyOf, type System } from './system.js';

export function simsiam({ gram, predictorRidge, encoderRidge }: SimsiamField): System {
  const m = gramMap(gram);

  const at = (u: Matrix) => {
    const um = m.after(u);
    const ridge = new Ridge(timesTransposed(u, u), predictorRidge);
    const p = ridge.right(timesTransposed(um, u));
    return { um, ridge, p, residual: plus(um, times(p, u), -1) };
  };

  return {
    velocity(u) {
      const { p, residual } = at(u);
      return plus(transposedTimes(p, residual), u, -encoderRidge);
    },

    tangent(u) {
      const { um, ridge, p, residual } = at(u);
      return (d) => {
        const dm = m.after(d);
        const dn = plusTransposed(timesTransposed(d, u));
        const dc = plus(timesTransposed(dm, u), timesTransposed(um, d));
        const dp = ridge.right(plus(dc, times(p, dn), -1));
        const dResidual = plus(plus(dm, times(dp, u), -1), times(p, d), -1);
        const moved = plus(transposedTimes(dp, residual), transposedTimes(p, dResidual));
        return plus(moved, d, -encoderRidge);
      };
    },

    energy(u) {
      const ratio = encoderRidge / predictorRidge;
      const c = timesTransposed(m.after(u), u);
      return simsiamEnergy(scaled(c, ratio), scaled(timesTransposed(u, u), ratio), encoderRidge);
    },

    predictor: (u) => at(u).p,
  };
}

/**
 * −½ Tr(C²) + ⅓ Tr((N + λI)³) for equal ridges λ. Unequal ones become equal in the units U √(λ_U/λ_P), with λ = λ_U: then
 * U̇ times √(λ_U/λ_P) is the same flow.
 */
export function simsiamEnergy(c: Matrix, n: Matrix, lambda: number): Energy {
  const h = shifted(n, lambda);
  return energyOf([-inner(c, c.transpose()) / 2, inner(times(h, h), h) / 3]);
}
