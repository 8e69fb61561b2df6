import { maxAbs } from '../../matrix/check.js';
import type { Stability, StabilityVerdict } from '../flow.js';

/** Counts the directions in which perturbations grow, stay and decay. */
export function countDirections(
  re: Float64Array,
  im: Float64Array,
  tolerance: number,
): Pick<Stability, 'unstable' | 'neutral' | 'stable'> {
  const threshold = tolerance * maxAbs(re.map((x, i) => Math.hypot(x, im[i] as number)));
  const unstable = re.filter((x) => x > threshold).length;
  const stable = re.filter((x) => x < -threshold).length;
  return { unstable, neutral: re.length - unstable - stable, stable };
}

export function verdictOf(unstable: number, neutral: number, orbit: number): StabilityVerdict {
  if (unstable > 0) return 'unstable';
  return neutral <= orbit ? 'stable' : 'degenerate';
}
