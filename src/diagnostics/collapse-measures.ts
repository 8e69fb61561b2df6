import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import type { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { centre } from './centre.js';
import type { Spectrum } from './spectrum.js';
import { summarise } from './spectrum.js';
import { squaredNorms } from './unit-rows.js';
import { inUnits } from './units.js';

/** A dimension whose standard deviation is at most this share of the root mean square over dimensions is dead. */
export const DEAD = 0.01;

/** What a collapse shows in. */
export interface CollapseMeasures extends Pick<Spectrum, 'effectiveRank' | 'participationRatio' | 'rank'> {
  /** Number of rows n. */
  rows: number;
  /** Number of dimensions d. */
  dims: number;
  /** tr(Cov)/mean ‖z‖²: the share of the rows' square that differs from row to row; 0 where all rows are equal. */
  varianceShare: number;
  /** effectiveRank/min(d, n − 1), the largest it can be. */
  effectiveRankShare: number;
  /** Dimensions with a standard deviation of at most 1 % of the root mean square over dimensions, ascending. */
  deadDimensions: number[];
  /** Mean absolute correlation of different dimensions, dead ones left out; 0 where fewer than two live. */
  correlation: number;
  /** RankMe, of the rows as they are. */
  rankMe: number;
  /** LiDAR, where groups were given. */
  lidar?: number;
  /** Mean squared distance of the views at unit length, where z2 was given and no row of either is zero; 2 for unrelated directions. */
  alignment?: number;
}

type Own = Omit<CollapseMeasures, 'rankMe' | 'lidar' | 'alignment'>;

/** What one look at the centred rows tells. */
export async function measureCollapse(backend: Backend, control: Control, given: Matrix): Promise<Own> {
  // Shares, ranks and correlations do not depend on the unit.
  const { matrix: z } = await inUnits(given);
  const { rows: n, cols: d } = z;
  const { centred, mean } = await centre(z);
  const { svd, matmul } = backend.linalg.async;
  const { s } = await svd(control, centred, undefined);
  const { effectiveRank, participationRatio, rank, eigenvalues } = summarise(s, z, mean);
  const variance = rank === 0 ? 0 : eigenvalues.reduce((sum, value) => sum + value, 0);
  const energy = (await squaredNorms(z)).reduce((sum, square) => sum + square / n, 0);
  const gram = await matmul(control, centred, centred, true, false);
  const deviations = Float64Array.from({ length: d }, (_, j) => Math.sqrt(gram.get(j, j) / n));
  const dead = (deviation: number) => rank === 0 || deviation <= DEAD * Math.sqrt(variance / d);
  return {
    rows: n,
    dims: d,
    varianceShare: energy > 0 ? variance / energy : 0,
    effectiveRank,
    effectiveRankShare: effectiveRank / Math.min(d, n - 1),
    participationRatio,
    rank,
    deadDimensions: Array.from(deviations.keys()).filter((j) => dead(deviations[j] as number)),
    correlation: await meanCorrelation(gram, (j) => !dead(deviations[j] as number)),
  };
}

async function meanCorrelation(gram: Matrix, lives: (j: number) => boolean): Promise<number> {
  const live = Array.from({ length: gram.rows }, (_, j) => j).filter(lives);
  const scale = gram.data.slice(0, gram.rows).map((_, j) => 1 / Math.sqrt(gram.get(j, j)));
  let sum = 0;
  await inStretches(live.length, rowsAtOnce(live.length), (from, to) => {
    for (let a = from; a < to; a++) {
      const i = live[a] as number;
      for (let b = 0; b < a; b++) {
        const j = live[b] as number;
        sum += Math.abs((gram.data[i * gram.cols + j] as number) * (scale[i] as number) * (scale[j] as number));
      }
    }
  });
  const pairs = (live.length * (live.length - 1)) / 2;
  return pairs === 0 ? 0 : Math.min(1, sum / pairs);
}
