/**
 * Standard errors of spectra of sampled moments, to first order (infinitesimal jackknife over the halves of the views, as in
 * moments/standard-errors). With w_i the direction of a score, w_iᵀ S w_i = 1:
 *
 * - joint embedding, G w = ω S w: δω = wᵀ(δG − ω δS) w = wᵀ((1 − ω) δG − ω δΣ) w. Near ω = 1 all is in δΣ, which halves
 *   of less than two views do not show: there are none for fewer than four views;
 * - reconstruction, C w = φ r: δφ = rᵀ δC w − ½ φ wᵀ δS w.
 *
 * They say how much scores vary with the draw of the views. Leading scores are also biased upwards, by terms of the next
 * order: both shrink as views and samples grow.
 */
import type { Matrix } from '../matrix/matrix.js';
import { halvesShare } from '../moments/halves.js';
import type { ViewMoments } from '../moments/view-moments.js';
import type { Site } from './whitening.js';

/** What the two halves of a sample's views say of one direction w. */
interface Halves {
  /** Means of w·v. */
  a: number;
  b: number;
  /** Half the difference of their mean squares. */
  squares: number;
  /** That of their variances, with the size it has for all views together. */
  spread: number;
}

type Difference = (direction: number, halves: Halves, sample: number) => number;

/** Of ω; directions r×d, row by row. Undefined for exact moments, and for fewer than four views. */
export async function eigenvalueErrors(
  site: Site,
  moments: ViewMoments,
  directions: Matrix,
  values: Float64Array,
): Promise<Float64Array | undefined> {
  if (moments.drawn === undefined || moments.drawn.samples < 4) return undefined;
  return scoreErrors(site, moments, directions, (i, { a, b, spread }) => {
    const omega = values[i] as number;
    return ((1 - omega) * (a * a - b * b)) / 2 - omega * spread;
  });
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
  return scoreErrors(
    site,
    moments,
    directions,
    (i, { a, b, squares }, sample) => (along.get(sample, i) * (a - b)) / 2 - ((values[i] as number) * squares) / 2,
  );
}

async function scoreErrors(
  { backend, control }: Site,
  { drawn, count }: ViewMoments,
  directions: Matrix,
  difference: Difference,
): Promise<Float64Array | undefined> {
  if (drawn === undefined) return undefined;
  const { samples: m, views, inputs } = drawn;
  const half = Math.floor(m / 2);
  const z = await backend.linalg.async.matmul(control, views, directions, false, true);
  const r = directions.rows;
  const sums = new Float64Array(r);
  for (let sample = 0; sample < inputs.rows; sample++) {
    for (let i = 0; i < r; i++) {
      const halves = compare(meanAndSquare(z, i, sample * m, half), meanAndSquare(z, i, sample * m + half, half), half);
      (sums[i] as number) += difference(i, halves, sample) ** 2;
    }
  }
  const share = halvesShare(m) / (inputs.rows * count);
  return sums.map((sum) => Math.sqrt(sum * share));
}

interface Half {
  mean: number;
  square: number;
}

function compare(first: Half, second: Half, half: number): Halves {
  const variance = ({ mean, square }: Half) => ((square - mean * mean) * half) / Math.max(1, half - 1);
  // A half's variance has h − 1 degrees of freedom, that of 2h views 2h − 1 instead of 2h − 2.
  const whole = Math.sqrt((2 * half - 2) / (2 * half - 1));
  return {
    a: first.mean,
    b: second.mean,
    squares: (first.square - second.square) / 2,
    spread: (whole * (variance(first) - variance(second))) / 2,
  };
}

function meanAndSquare({ data, cols }: Matrix, column: number, from: number, half: number): Half {
  let sum = 0;
  let square = 0;
  for (let row = from; row < from + half; row++) {
    const z = data[row * cols + column] as number;
    sum += z;
    square += z * z;
  }
  return { mean: sum / half, square: square / half };
}
