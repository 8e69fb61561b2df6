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
}

/** How a start ended: with as many modes as the fullest stable equilibrium, with fewer, with none; or not at rest. */
export type Outcome = 'full' | 'partial' | 'collapsed' | 'unsettled';

export const OUTCOMES: readonly Outcome[] = ['full', 'partial', 'collapsed', 'unsettled'];

/** Where one start went. */
export interface StartOutcome {
  /** From 1. */
  start: number;
  seed: number;
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
  /** The end is one that theory calls stable; null where it was not reached, or where theory does not decide. */
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
  pair: { name: string; exchangeable: boolean; centered: boolean };
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
  predicted: {
    /** With most modes first. */
    stable: EquilibriumFacts[];
    /** Modes that survive at all, of any number of directions. */
    admissible: number;
  };
  starts: StartOutcome[];
  /** By falling count. */
  basins: ObservedBasin[];
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
