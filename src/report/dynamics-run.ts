import type { Field, StopReason } from '../backends/dynamics.js';
import type { StabilityVerdict } from '../dynamics/flow.js';

/** An equilibrium as far as a report needs it. Modes are indices into the correlations, from 0. */
export interface EquilibriumFacts {
  modes: number[];
  amplitudes: number[];
  energy: number;
  predictorTrace: number;
  /** What theory says. */
  verdict: StabilityVerdict;
  /** Stable; or degenerate only because it holds a part of a tie, any rotation of which is as good. */
  attracts: boolean;
}

/**
 * How a start ended: with as many modes as the fullest equilibrium that attracts, with fewer, with none; or not at rest, as far
 * as double precision tells.
 */
export type Outcome = 'full' | 'partial' | 'collapsed' | 'unsettled';

export const OUTCOMES: readonly Outcome[] = ['full', 'partial', 'collapsed', 'unsettled'];

/** Where one start went. */
export interface StartOutcome {
  /** From 1; start i is sample i − 1 of the seed. */
  start: number;
  outcome: Outcome;
  reason: StopReason;
  /** What the integration says of its end. */
  words: string;
  time: number;
  /** ‖velocity‖ at the end. */
  speed: number;
  steps: { accepted: number; rejected: number; implicit: number };
  energy: number;
  predictorTrace: number;
  /** Picked modes of the nearest equilibrium. */
  modes: number[];
  /** Of every canonical mode, at the end. */
  amplitudes: number[];
  /** From the nearest equilibrium, in Frobenius norm. */
  distance: number;
  /** The end is one that attracts; null where none was reached, or where theory or double precision does not decide. */
  agrees: boolean | null;
}

/** The starts that ended at one equilibrium. */
export interface ObservedBasin extends EquilibriumFacts {
  count: number;
  share: number;
  /** Of the Jacobian at the end of the first of them: a check on the verdict that knows nothing of canonical modes. */
  jacobian: { unstable: number; neutral: number; stable: number; orbit: number; verdict: StabilityVerdict } | null;
}

/** What the flow's start and end numbers mean, and what was found: the content of summary.json but for provenance. */
export interface DynamicsSummary {
  /** Everything that was asked for, defaults filled in. */
  config: Readonly<Record<string, unknown>>;
  pair: {
    name: string;
    exchangeable: boolean;
    centered: boolean;
    /** Of views of data: images used, and views drawn of each; null where the moments are exact. */
    data?: { images: number; samples: number | null };
  };
  flow: {
    kind: Field['kind'];
    k: number;
    /** Of a state, k × columns. */
    columns: number;
    /** Whether the energy never rises along the flow. */
    lyapunov: boolean;
    rate: number;
    amplitude: number;
  };
  /** Descending. */
  correlations: number[];
  /** Amplitude at which each mode can rest; null where there is none. */
  levels: (number | null)[];
  /** Groups of modes of equal correlation. */
  ties: number[][];
  predicted: {
    /** Those that attract, with most modes first, then by energy; of a tie that is held in part the first modes stand for any. */
    stable: EquilibriumFacts[];
    /** Modes that survive at all, of any number of directions. */
    admissible: number;
  };
  starts: StartOutcome[];
  /** By falling count. */
  basins: ObservedBasin[];
  /**
   * How near an equilibrium, as a share of its size, counts as having reached it; and features of deep networks whose
   * limits are too small beside the largest to be followed.
   */
  resolution: { distance: number; unresolved: number[] };
  /** Of all that attract, the least energy, and how many starts at rest ended there and above; null where the energy may rise. */
  lowest: { modes: number[]; energy: number; starts: number; above: number } | null;
  /** Saved times of one start at most: of more steps some are left out, evenly; the first start has its own limit. */
  saved: { first: number; others: number };
  outcomes: Record<Outcome, number>;
  agreement: { agree: number; disagree: number; undecided: number };
  /** In sentences. */
  findings: { theory: string[]; observed: string[]; advice: string[] };
}

/** One start against time; each array has an element a saved time. */
export interface StartSeries {
  times: Float64Array;
  energy: Float64Array;
  predictorTrace: Float64Array;
  /** ‖PC − CP‖ / (‖P‖ ‖C‖), NaN where either vanishes; null where the predictor is no matrix. */
  alignment: Float64Array | null;
  /** T arrays of one amplitude a mode. */
  amplitudes: Float64Array[];
}

export interface DynamicsRun {
  summary: DynamicsSummary;
  series: StartSeries[];
}
