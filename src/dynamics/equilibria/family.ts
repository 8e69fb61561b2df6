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
  readonly attracts: boolean;
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
    const { verdict, attracts } = judge(theory, this.#picks);
    this.verdict = verdict;
    this.stable = verdict === 'stable';
    this.attracts = attracts;
    this.neutral = theory.neutral(this.#picks.length);
  }

  /** A new matrix at each call: an enumeration of many families holds none. */
  get state(): Matrix {
    return this.#template(this.#picks);
  }
}

/**
 * Unstable if a mode is at its lower root, if an unpicked mode would displace a picked one, or grow in an empty row;
 * degenerate if none of these, but one nearly. It attracts if no more than a tie of modes that are alike is in the way: along
 * the rotations of these the flow stands still, and from all other directions it returns.
 */
export function judge(theory: Theory, picks: readonly Pick[]): { verdict: StabilityVerdict; attracts: boolean } {
  if (picks.some(({ root }) => root.root === 'lower')) return { verdict: 'unstable', attracts: false };
  const picked = new Set(picks.map(({ mode }) => mode));
  let worst = picks.some(({ root }) => root.double) ? 0 : -1;
  let tied = false;
  for (let other = 0; other < theory.roots.length && worst < 1; other++) {
    if (picked.has(other)) continue;
    if (picks.length < theory.most) worst = Math.max(worst, theory.growth(other));
    for (const { mode } of picks) {
      if (theory.alike(mode, other)) tied = true;
      else worst = Math.max(worst, theory.invasion(mode, other));
    }
  }
  const verdict = worst > 0 ? 'unstable' : worst === 0 || tied ? 'degenerate' : 'stable';
  return { verdict, attracts: worst < 0 };
}

export function verdictOf(theory: Theory, picks: readonly Pick[]): StabilityVerdict {
  return judge(theory, picks).verdict;
}
