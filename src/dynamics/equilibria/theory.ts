/**
 * What is known in closed form of a flow whose modes decouple: on each canonical mode, at which amplitudes it can rest, and
 * by which other mode it would be displaced. All families of equilibria and their stability follow (docs/dynamics.md).
 */

/** Below this share of the largest of their kind, two numbers are the same: a tie, a double root, a marginal mode. */
export const TIE = 1e-9;

/** Where one mode can rest. */
export interface Root {
  root: 'upper' | 'lower';
  amplitude: number;
  /** The predictor's eigenvalue. */
  predictor: number;
  /** Energy over that of the mode at amplitude 0. */
  energy: number;
  /** Upper and lower root coincide. */
  double: boolean;
}

/** Whether a small perturbation decays (−1), stays (0) or grows (1). */
export type Growth = -1 | 0 | 1;

export interface Theory {
  /** How many modes an equilibrium can have: k; of decoupled features, all. */
  readonly most: number;
  /** Of each mode: the upper root first; none where it can only vanish. */
  readonly roots: readonly (readonly Root[])[];
  /** Energy of the state 0. */
  readonly collapseEnergy: number;
  /** Of the unpicked mode `other`, in the row that holds mode `picked` at its upper root. */
  invasion(picked: number, other: number): Growth;
  /** Whether two modes are one and the same to the flow, so that rotations of both change nothing. */
  alike(one: number, other: number): boolean;
  /** Of an unpicked mode in a row that holds none. */
  growth(mode: number): Growth;
  /** Dimension of the family of equilibria with so many modes. */
  neutral(modes: number): number;
}

/** Sign of a rate that is exact to `scale` times a few roundings. */
export function signOf(rate: number, scale: number): Growth {
  if (Math.abs(rate) <= TIE * scale) return 0;
  return rate > 0 ? 1 : -1;
}

/** Of q ↦ q R with q in O(k) and R of rank r: k r − r(r + 1)/2. */
export function orbitDimension(k: number, rank: number): number {
  return k * rank - (rank * (rank + 1)) / 2;
}

/**
 * The predictor's eigenvalue on a mode of variance a and covariance c rests where a p² − c p + λ = 0: that of the upper
 * root first, both with the sign of c. λ > 0.
 */
export function predictorRoots(a: number, c: number, lambda: number): Pick<Root, 'root' | 'predictor' | 'double'>[] {
  if (!(a > 0)) return [];
  const discriminant = c * c - 4 * lambda * a;
  const rounding = TIE * c * c;
  if (discriminant < -rounding || c === 0) return [];
  if (discriminant <= rounding) return [{ root: 'upper', predictor: c / (2 * a), double: true }];
  const upper = (c + Math.sign(c) * Math.sqrt(discriminant)) / (2 * a);
  return [
    { root: 'upper', predictor: upper, double: false },
    // By the product of the roots: the difference that defines it would cancel.
    { root: 'lower', predictor: lambda / (a * upper), double: false },
  ];
}

/**
 * The most modes that an equilibrium which attracts can keep. Those of the largest predictors always do: none of the others
 * displaces them, and a double root has the smallest predictor of all.
 */
export function fullest(theory: Theory): number {
  return Math.min(theory.most, theory.roots.filter(([upper]) => upper !== undefined && !upper.double).length);
}

/** The least energy of any equilibrium: the upper roots that lower it most. */
export function leastEnergy(theory: Theory): number {
  const gains = theory.roots.map(([upper]) => upper?.energy ?? 0).sort((a, b) => a - b);
  return gains.slice(0, theory.most).reduce((sum, gain) => sum + Math.min(gain, 0), theory.collapseEnergy);
}
