/** What a study says, as data: summary.json holds one {@link StudySummary}. Lists are in the order of the grid. */
import type { Threshold } from '../thresholds/alignment.js';
import type { FailedCell } from './cell.js';
import type { Problem } from './protocol.js';

/** A row of the grid: what has thresholds of its own in each seed. */
export interface Regime {
  noise: number;
  theta: number;
  k: number;
}

/** Of one number over the seeds. */
export interface Spread {
  seeds: number;
  mean: number;
  /** Standard deviation over the seeds (n − 1); null for a single seed. */
  deviation: number | null;
  min: number;
  max: number;
}

/**
 * log(measure) against log(n) over the upper sizes, within a factor 32 of the largest: the slope and its 95 % confidence
 * interval, over the seeds, or by least squares for a single one.
 */
export interface Slope {
  slope: number;
  low: number;
  high: number;
  /** Smallest and largest n it was fitted over: values of 0 are left out. */
  from: number;
  to: number;
}

/** A line of the figure: one problem at one α. */
export interface Curve extends Regime {
  problem: Problem;
  alpha: number;
  points: { n: number; distance: Spread; angle: Spread }[];
  /** null where it cannot be fitted: no seed has three values above 0 there. */
  slopes: { distance: Slope | null; angle: Slope | null };
}

/** At the seed's largest sample. A seed that lacks cells of one of the two problems has none. */
export interface SeedThresholds extends Regime {
  seed: number;
  /** null where the study leaves the method out. */
  reconstruction: Threshold | null;
  jointEmbedding: Threshold | null;
}

/** What theory predicts and what the angles show, for one problem at one α in one seed. */
export interface Verdict extends Regime {
  problem: Exclude<Problem, 'supervised'>;
  alpha: number;
  seed: number;
  /** Signed threshold on α², of the seed's largest sample. */
  threshold: number;
  predicted: 'recovers' | 'misses';
  /** From the angles alone; `undecided` where they do not say: too few sizes, or small and neither falling nor rising. */
  observed: 'recovers' | 'misses' | 'undecided';
  /** |α² − threshold| / |threshold|. null (infinite) where the threshold is 0. */
  margin: number | null;
  /** Within 30 % of the threshold: too close to call at finite n. */
  close: boolean;
  /** null while undecided. */
  agrees: boolean | null;
}

/** How many verdicts of a kind. */
export interface Agreement {
  agree: number;
  disagree: number;
  undecided: number;
}

/** The α that a method needs, smallest to largest over the seeds. */
export interface Need {
  low: number;
  high: number;
  /** Every α recovers, in every seed. */
  always: boolean;
}

/** What to do at one noise level, over the seeds. */
export interface Advice extends Regime {
  /** null where the study leaves the method out. */
  reconstruction: Need | null;
  jointEmbedding: Need | null;
  /** null with only one method. */
  prefer: 'reconstruction' | 'joint-embedding' | 'either' | 'depends on the seed' | null;
  /** One sentence, such as "reconstruction needs α > 12.4, joint embedding α > 0.86: prefer joint embedding". */
  words: string;
}

export interface StudyGrid {
  problems: Problem[];
  noise: number[];
  theta: number[];
  k: number[];
  alpha: number[];
  n: number[];
  seeds: number[];
}

export interface StudySummary {
  dataset: {
    name: string;
    /** {@link StudyDataset.id}. */
    id: string;
    rows: number | null;
    signalDims: number;
    noiseDims: number;
    target: 'classes' | 'values';
  };
  grid: StudyGrid;
  cells: { total: number; finished: number; failed: number };
  thresholds: SeedThresholds[];
  curves: Curve[];
  verdicts: Verdict[];
  /** Verdicts more than 30 % from their threshold, and those within. */
  agreement: { clear: Agreement; close: Agreement };
  advice: Advice[];
  failures: FailedCell[];
}

/** Where numbers come from. */
export interface Provenance {
  version: string;
  /** Of the repository the package runs from, where there is one; `-dirty` with uncommitted changes. */
  commit: string | null;
  configHash: string;
  backend: string;
  blas: string | null;
  kernel: string | null;
  threads: number;
  cpu: string;
  node: string;
  platform: string;
  /** ISO 8601. */
  started: string;
  ended: string;
  /** Of the last run, which took over `reused` cells from earlier ones. */
  seconds: number;
  reused: number;
}

/** The content of summary.json. */
export interface StudyRecord extends StudySummary {
  provenance: Provenance;
}
