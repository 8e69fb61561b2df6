import type { Matrix } from '../../matrix/matrix.js';
import type { Equilibrium, PickedMode, StabilityVerdict } from '../flow.js';
import type { Root, Theory } from './theory.js';

/** One root of one mode. */
export interface Pick {
  mode: number;
  root: Root;
}

/** Makes one member of a family, mode i in row i. */
export type Template = (picks: readonly Pick[]) => Matrix;

/** All states Σ amplitudeᵢ qᵢ uᵢ with orthonormal qᵢ. */
export class Family implements Equilibrium {
  readonly modes: readonly PickedMode[];
  readonly energy: number;
  readonly predictorTrace: number;
  readonly verdict: StabilityVerdict;
  readonly stable: boolean;
  readonly neutral: number;
  readonly #picks: readonly Pick[];
  readonly #template: Template;

  constructor(theory: Theory, correlations: Float64Array, picks: readonly Pick[], template: Template) {
    this.#picks = [...picks].sort((a, b) => a.mode - b.mode);
    this.#template = template;
    this.modes = this.#picks.map(({ mode, root }) => ({
      index: mode,
      correlation: correlations[mode] as number,
      root: root.root,
      amplitude: root.amplitude,
      predictor: root.predictor,
    }));
    this.energy = this.#picks.reduce((sum, { root }) => sum + root.energy, theory.collapseEnergy);
    this.predictorTrace = this.#picks.reduce((sum, { root }) => sum + root.predictor, 0);
    this.verdict = verdictOf(theory, this.#picks);
    this.stable = this.verdict === 'stable';
    this.neutral = theory.neutral(this.#picks.length);
  }

  /** A new matrix at each call: an enumeration of many families holds none. */
  get state(): Matrix {
    return this.#template(this.#picks);
  }
}

/**
 * Unstable if a mode is at its lower root, if an unpicked mode would displace a picked one, or grow in an empty row;
 * degenerate if none of these, but one nearly.
 */
export function verdictOf(theory: Theory, picks: readonly Pick[]): StabilityVerdict {
  if (picks.some(({ root }) => root.root === 'lower')) return 'unstable';
  const picked = new Set(picks.map(({ mode }) => mode));
  let worst = picks.some(({ root }) => root.double) ? 0 : -1;
  for (let other = 0; other < theory.roots.length && worst < 1; other++) {
    if (picked.has(other)) continue;
    if (picks.length < theory.most) worst = Math.max(worst, theory.growth(other));
    for (const { mode } of picks) worst = Math.max(worst, theory.invasion(mode, other));
  }
  return worst > 0 ? 'unstable' : worst === 0 ? 'degenerate' : 'stable';
}
