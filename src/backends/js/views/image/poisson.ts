/** Poisson numbers by inversion of a uniform. */

/** Terms below this are lost in a uniform of 53 bits. */
const NEGLIGIBLE = 2 ** -64;

/** e^{−m} mᵐ/m!, the probability of m at rate m. */
export function modeProbability(m: number): number {
  let probability = 1;
  for (let i = 1; i <= m; i++) probability *= m / (Math.E * i);
  return probability;
}

/**
 * The Poisson number of `rate` ≥ 0 that stands for u ∈ [0, 1). Numbers are lined up by their distance from the mode
 * m = ⌊rate⌋: m, m + 1, m − 1, m + 2, … (Kemp's order; after 0 only upwards); u stands for the first whose probability,
 * added to those before it, exceeds u. That takes O(√rate) steps, where counting up from 0 takes O(rate). The probability
 * of m is that at rate m times e^{m ln(1 + d/m) − d}, d = rate − m, which loses no digits; the others follow by recurrence.
 *
 * @param modes modeProbability of 0 … ⌊rate⌋ at least
 */
export function poisson(rate: number, u: number, modes: ArrayLike<number>): number {
  const mode = Math.floor(rate);
  const excess = rate - mode;
  let up = (modes[mode] as number) * Math.exp((mode === 0 ? 0 : mode * Math.log1p(excess / mode)) - excess);
  let down = up;
  let rest = u - up;
  if (rest < 0) return mode;
  for (let distance = 1; up + down >= NEGLIGIBLE; distance++) {
    up *= rate / (mode + distance);
    down *= mode < distance ? 0 : (mode - distance + 1) / rate;
    if (rest < up) return mode + distance;
    if (rest < up + down) return mode - distance;
    rest -= up + down;
  }
  // Only rounding leads here.
  return mode;
}
