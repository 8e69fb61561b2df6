/**
 * Standard errors of spectra of sampled moments, to first order (infinitesimal jackknife over the halves of the views, as in
 * moments/standard-errors). With w_i the direction of a score, w_iᵀ S w_i = 1:
 *
 * - joint embedding, G w = ω S w: δω = wᵀ(δG − ω δS) w, from four views on, as G's own error;
 * - reconstruction, C w = φ r: δφ = rᵀ δC w − ½ φ wᵀ δS w.
 *
 * They say how much scores vary with the draw of the views, where there are well more samples than dimensions and scores are
 * apart by more than they vary: else directions move with the draw, which first order does not see. Leading scores are
 * also biased upwards, by terms of the next order: both shrink as views and samples grow.
 */
import type { Matrix } from '../matrix/matrix.js';
import type { DrawnViews } from '../moments/drawn-views.js';
import { halvesShare, LEAST_FOR_PAIRS, pairVariance } from '../moments/halves.js';
import type { ViewMoments } from '../moments/view-moments.js';
import type { Site } from './whitening.js';

/** What one sample's views say of one direction w: of each half the mean and the mean square of w·v. */
interface Halves {
  first: Half;
  second: Half;
}

interface Half {
  mean: number;
  square: number;
}

type Difference = (direction: number, halves: Halves, sample: number) => number;

/** Of ω; directions r×d, row by row. Undefined for exact moments, and for fewer than four views. */
export async function eigenvalueErrors(
  site: Site,
  moments: ViewMoments,
  directions: Matrix,
  values: Float64Array,
): Promise<Float64Array | undefined> {
  const { drawn, count } = moments;
  if (drawn === undefined || drawn.samples < LEAST_FOR_PAIRS) return undefined;
  const m = drawn.samples;
  const half = Math.floor(m / 2);
  const z = await project(site, drawn, directions);
  const statistic = ({ mean, square }: Half, omega: number) =>
    (half * mean * mean - square) / (half - 1) - omega * square;
  const ofHalves = meanSquares(z, drawn, (i, { first, second }) => {
    const omega = values[i] as number;
    return (statistic(first, omega) - statistic(second, omega)) / 2;
  });
  return ofHalves.map((value, i) => Math.sqrt(pairVariance(m, value, meanPairProduct(z, drawn, i)) / count));
}

/** Of φ; `left`: r_i as columns. */
export async function singularValueErrors(
  site: Site,
  moments: ViewMoments,
  directions: Matrix,
  left: Matrix,
  values: Float64Array,
): Promise<Float64Array | undefined> {
  if (moments.drawn === undefined) return undefined;
  const along = await site.backend.linalg.async.matmul(site.control, moments.drawn.inputs, left, false, false);
  const z = await project(site, moments.drawn, directions);
  const ofHalves = meanSquares(z, moments.drawn, (i, { first, second }, sample) => {
    const cross = along.get(sample, i) * (first.mean - second.mean);
    return (cross - ((values[i] as number) * (first.square - second.square)) / 2) / 2;
  });
  const share = halvesShare(moments.drawn.samples) / moments.count;
  return ofHalves.map((value) => Math.sqrt(share * value));
}

/** w·v of every kept view, (K·m)×r. */
function project({ backend, control }: Site, { views }: DrawnViews, directions: Matrix): Promise<Matrix> {
  return backend.linalg.async.matmul(control, views, directions, false, true);
}

/** The mean over samples of a difference's square, for each direction. */
function meanSquares(z: Matrix, { samples: m, inputs }: DrawnViews, difference: Difference): Float64Array {
  const half = Math.floor(m / 2);
  const sums = new Float64Array(z.cols);
  for (let sample = 0; sample < inputs.rows; sample++) {
    for (let i = 0; i < z.cols; i++) {
      const halves = { first: halfOf(z, i, sample * m, half), second: halfOf(z, i, sample * m + half, half) };
      (sums[i] as number) += difference(i, halves, sample) ** 2;
    }
  }
  return sums.map((sum) => sum / inputs.rows);
}

function halfOf({ data, cols }: Matrix, column: number, from: number, half: number): Half {
  let sum = 0;
  let square = 0;
  for (let row = from; row < from + half; row++) {
    const z = data[row * cols + column] as number;
    sum += z;
    square += z * z;
  }
  return { mean: sum / half, square: square / half };
}

/** The mean of (c₁ c₂)² over differences c of disjoint pairs of a sample's views: 4ζ of halves.ts, in one dimension. */
function meanPairProduct({ data, cols }: Matrix, { samples: m, inputs }: DrawnViews, column: number): number {
  const each = Math.floor(m / 4);
  const z = (row: number) => data[row * cols + column] as number;
  let sum = 0;
  for (let sample = 0; sample < inputs.rows; sample++) {
    for (let pair = 0; pair < each; pair++) {
      const row = sample * m + 4 * pair;
      sum += ((z(row) - z(row + 1)) * (z(row + 2) - z(row + 3))) ** 2;
    }
  }
  return sum / (inputs.rows * each);
}
