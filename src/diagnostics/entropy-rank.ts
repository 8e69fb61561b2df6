/** What the official code of RankMe adds to each share, so that its logarithm exists. */
export const EPSILON = 1e-7;

/**
 * exp(−Σ pᵢ ln pᵢ) of the shares pᵢ = xᵢ/Σx + epsilon of non-negative numbers: how many of them there would be, were they equal.
 * Without a sum all shares are epsilon, and the result 1 to within rounding of a few epsilon.
 */
export function entropyRank(values: ArrayLike<number>, epsilon = 0): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  let entropy = 0;
  for (let i = 0; i < values.length; i++) {
    const share = (sum > 0 ? (values[i] as number) / sum : 0) + epsilon;
    // x ln x → 0.
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}
