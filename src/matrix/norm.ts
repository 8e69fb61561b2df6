import { maxAbs } from './check.js';

/** Frobenius; scaled, so that no square overflows or vanishes. */
export function norm(values: ArrayLike<number>): number {
  const largest = maxAbs(values);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) / largest) ** 2;
  return largest * Math.sqrt(sum);
}
