/**
 * How much moments of drawn views vary, from the views themselves. A sample's views are cut into two halves A and B of h views
 * each, independent of each other (of an odd number the last is in neither). Half the difference D of what they give has the
 * variance of what 2h views give, for a mean over views such as S or C, or a part that is linear in the views' deviations ε.
 *
 * G and Σ are U-statistics of pairs of views: beside that linear part they have one in products ε_j ε_lᵀ of different views,
 * of variance 2ζ/(m (m − 1)) with ζ = E[(ε₁ε₂ᵀ + ε₂ε₁ᵀ)²]/4 (Hoeffding, Ann. Math. Stat. 1948). In E[D²] that is 2ζ/(m (h − 1))
 * once scaled to m views; what is too much is taken off again, ζ being estimated from disjoint pairs of views.
 */
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import type { DrawnViews } from './drawn-views.js';

/** Matrices Σ_j w_j u_j u_jᵀ, one for each group of as many rows of `vectors` as there are weights. */
export interface Differences {
  vectors: Matrix;
  weights: Float64Array;
}

type Views = Omit<DrawnViews, 'indices'>;

/** Views that G and Σ need for an error: two in each half. */
export const LEAST_FOR_PAIRS = 4;

/** A variance seen between halves, as that of all m views: 2h/m. */
export function halvesShare(m: number): number {
  return (2 * Math.floor(m / 2)) / m;
}

/**
 * The variance of a U-statistic for one sample from E[D²] and 4ζ (the mean squares of {@link meanDifferences} and
 * {@link pairProducts}). Not below what is left if all of E[D²] were of products.
 */
export function pairVariance(m: number, ofHalves: number, ofProducts: number): number {
  const half = Math.floor(m / 2);
  const whole = halvesShare(m) * ofHalves;
  const excess = (2 / m) * (1 / (half - 1) - 1 / (m - 1));
  return Math.max(whole - (excess * ofProducts) / 4, (whole * (half - 1)) / (m - 1));
}

/** (T_A − T_B)/2 for S: T the mean of v vᵀ over a half. */
export function secondDifferences({ samples: m, views }: Views): Differences {
  const half = Math.floor(m / 2);
  return { vectors: views, weights: Float64Array.from({ length: m }, (_, j) => sideOf(j, half) / (2 * half)) };
}

/** The same for G: (h² a aᵀ − Σ_A v vᵀ)/(h (h − 1)) of a half with mean a. */
export async function meanDifferences({ samples: m, views, inputs }: Views): Promise<Differences> {
  const half = Math.floor(m / 2);
  const each = m + 2;
  const d = views.cols;
  const vectors = singles(inputs.rows * each, d);
  await forEachSample(inputs.rows, m * d, (i) => {
    for (let view = 0; view < m; view++) {
      const row = views.row(i * m + view);
      vectors.data.set(row, (i * each + 2 + view) * d);
      const side = sideOf(view, half);
      if (side === 0) continue;
      const at = (i * each + (side > 0 ? 0 : 1)) * d;
      for (let j = 0; j < d; j++) (vectors.data[at + j] as number) += (row[j] as number) / half;
    }
  });
  const scale = 1 / (2 * half * (half - 1));
  const ofViews = Array.from({ length: m }, (_, view) => -scale * sideOf(view, half));
  return { vectors, weights: Float64Array.of(scale * half * half, -scale * half * half, ...ofViews) };
}

/** The same for Σ: the sum of Helmert contrasts c cᵀ within a half, over h − 1. */
export async function covarianceDifferences({ samples: m, views, inputs }: Views): Promise<Differences> {
  const half = Math.floor(m / 2);
  const each = 2 * (half - 1);
  const d = views.cols;
  const vectors = singles(inputs.rows * each, d);
  const mean = new Float64Array(d);
  await forEachSample(inputs.rows, m * d, (i) => {
    for (let view = 0, at = i * each * d; view < 2 * half; view++) {
      const row = views.row(i * m + view);
      const k = view % half;
      if (k === 0) {
        mean.set(row);
        continue;
      }
      for (let j = 0; j < d; j++) {
        const difference = (row[j] as number) - (mean[j] as number);
        vectors.data[at++] = Math.sqrt(k / (k + 1)) * difference;
        (mean[j] as number) += difference / (k + 1);
      }
    }
  });
  return { vectors, weights: Float64Array.from({ length: each }, (_, j) => (j < half - 1 ? 1 : -1) / each) };
}

/** (c₁c₂ᵀ + c₂c₁ᵀ)/2 for differences c of disjoint pairs of views, a few for each sample: of mean square 4ζ. */
export async function pairProducts({ samples: m, views, inputs }: Views): Promise<Differences> {
  const each = Math.floor(m / 4);
  const d = views.cols;
  const vectors = singles(inputs.rows * each * 2, d);
  await forEachSample(inputs.rows, m * d, (i) => {
    for (let pair = 0; pair < each; pair++) {
      const [v1, v2, v3, v4] = [0, 1, 2, 3].map((k) => views.row(i * m + 4 * pair + k));
      const at = (i * each + pair) * 2 * d;
      for (let j = 0; j < d; j++) {
        const [c1, c2] = [(v1?.[j] as number) - (v2?.[j] as number), (v3?.[j] as number) - (v4?.[j] as number)];
        vectors.data[at + j] = c1 + c2;
        vectors.data[at + d + j] = c1 - c2;
      }
    }
  });
  return { vectors, weights: Float64Array.of(0.25, -0.25) };
}

/** (a − b)/2 for the halves' means, which varies as x̂ does about x̄; K×d. */
export async function meanShifts({ samples: m, views, inputs }: Views): Promise<Matrix> {
  const half = Math.floor(m / 2);
  const d = views.cols;
  const shifts = new Matrix(inputs.rows, d);
  await forEachSample(inputs.rows, m * d, (i) => {
    for (let view = 0; view < 2 * half; view++) {
      const row = views.row(i * m + view);
      const weight = sideOf(view, half) / (2 * half);
      for (let j = 0; j < d; j++) (shifts.data[i * d + j] as number) += weight * (row[j] as number);
    }
  });
  return shifts;
}

/** 1 in the first half, −1 in the second, 0 beyond. */
function sideOf(view: number, half: number): number {
  return view < half ? 1 : view < 2 * half ? -1 : 0;
}

function singles(rows: number, cols: number): Matrix {
  return new Matrix(rows, cols, new Float32Array(rows * cols));
}

function forEachSample(samples: number, numbers: number, work: (i: number) => void): Promise<void> {
  return inStretches(samples, rowsAtOnce(numbers), (from, to) => {
    for (let i = from; i < to; i++) work(i);
  });
}
