/** States as vectors of n numbers. */

/** ‖v‖₂, of numbers whose squares may overflow or underflow; NaN and infinities come out as they are. */
export function length(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] as number) ** 2;
  if (sum > 1e-280 && sum < 1e280) return Math.sqrt(sum);
  const largest = v.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  return largest * Math.sqrt(v.reduce((total, x) => total + (x / largest) ** 2, 0));
}

/** ‖v‖₂/√n: the same for a state and for one rotated by an orthogonal matrix on either side. */
export function rootMeanSquare(v: Float64Array): number {
  return length(v) / Math.sqrt(v.length);
}

export function allFinite(v: Float64Array): boolean {
  for (let i = 0; i < v.length; i++) {
    // x − x is 0 for every finite x and NaN otherwise.
    if ((v[i] as number) - (v[i] as number) !== 0) return false;
  }
  return true;
}

export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) - (b[i] as number);
  return out;
}

/** y + Σ weightᵢ vᵢ; zero weights are skipped. */
export function combined(y: Float64Array, weights: readonly number[], vs: readonly Float64Array[]): Float64Array {
  const out = y.slice();
  for (const [at, v] of vs.entries()) {
    const weight = weights[at] ?? 0;
    if (weight === 0) continue;
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + weight * (v[i] as number);
  }
  return out;
}
