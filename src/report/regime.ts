import { regimeKey, regimeOf } from '../study/order.js';
import type { Regime } from '../study/summary.js';
import { level } from './numbers.js';

/** What tells the rows of a study apart: the noise level, and Θ and k where there are several of them. */
export function regimeNames(regimes: readonly Regime[]): (regime: Regime) => string[] {
  const others = otherNames(regimes);
  return (regime) => [`Noise ≤ ${level(regime.noise)}`, ...others(regime)];
}

/** The same without the noise level. */
export function otherNames(regimes: readonly Regime[]): (regime: Pick<Regime, 'theta' | 'k'>) => string[] {
  const several = (key: 'theta' | 'k') => new Set(regimes.map((regime) => regime[key])).size > 1;
  const [thetas, ks] = [several('theta'), several('k')];
  return ({ theta, k }) => [...(thetas ? [`Θ ≤ ${level(theta)}`] : []), ...(ks ? [`k = ${k}`] : [])];
}

/** Each regime once, in ascending order. */
export function distinctRegimes(items: readonly Regime[]): Regime[] {
  const byKey = new Map(items.map((item) => [regimeKey(item), regimeOf(item)]));
  return [...byKey.values()].sort((a, b) => a.noise - b.noise || a.theta - b.theta || a.k - b.k);
}
