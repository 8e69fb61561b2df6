/** Enough for a float64: each step halves the interval. */
const STEPS = 60;

/**
 * The t for which P(|T| < t) = `coverage`, 0 < coverage < 1, T Student's with a whole number ≥ 1 of degrees of freedom:
 * half the width of that confidence interval in standard errors.
 */
export function studentT(coverage: number, freedom: number): number {
  // P(|T| < √freedom · tan θ) rises with θ from 0 to 1 on [0, π/2].
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < coverage) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan((low + high) / 2);
}

/** P(|T| < √freedom · tan θ): the finite sums of Abramowitz & Stegun, 26.7.3 (odd) and 26.7.4 (even). O(freedom). */
function within(theta: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
