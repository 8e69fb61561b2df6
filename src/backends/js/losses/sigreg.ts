import { Matrix } from '../../../matrix/matrix.js';
import { normal, STREAMS } from '../../../runtime/random.js';
import type { LossesBackend, SigregRequest } from '../../losses.js';
import { dot } from '../matmul.js';
import { addScaled, begin, finished, forEach, type Work } from './batches.js';

/** t_w = w Δt, e^{−t²/2}, and the trapezoid's weights times it, doubled for −t. */
interface Knots {
  step: number;
  target: Float64Array;
  weight: Float64Array;
}

export const sigreg: LossesBackend['sigreg'] = async (control, given, request) => {
  const work = begin(control, given);
  const { batches, gradients, pace } = work;
  const { cols } = batches[0] as Matrix;
  const directions = directionsOf(request, cols);
  const knots = knotsOf(request);
  const terms = { sigreg: 0, invariance: 0 };
  if (batches.length > 1) terms.invariance = await invariance(work, request.invariance);
  const share = 1 / (batches.length * directions.rows);
  for (const [b, z] of batches.entries()) {
    const g = gradients[b] as Matrix;
    await forEach(directions.rows, pace, (i) => {
      const a = directions.row(i);
      const angles = Float64Array.from({ length: z.rows }, (_, n) => knots.step * dot(z.data, n * cols, a, 0, cols));
      const { statistic, slopes } = statisticOf(knots, angles);
      terms.sigreg += share * statistic;
      for (let n = 0; n < z.rows; n++) addScaled(g.row(n), request.sigreg * share * (slopes[n] as number), a);
    });
  }
  return finished(control, terms, gradients);
};

function directionsOf({ directions }: SigregRequest, cols: number): Matrix {
  if (directions instanceof Matrix) return directions;
  const drawn = new Matrix(directions.count, cols);
  for (let i = 0; i < drawn.rows; i++) {
    const row = normal(directions.seed, i, STREAMS.directions, drawn.row(i) as Float64Array);
    const length = Math.sqrt(dot(row, 0, row, 0, cols));
    for (let j = 0; j < cols; j++) row[j] = (row[j] as number) / length;
  }
  return drawn;
}

function knotsOf({ knots, tMax }: SigregRequest): Knots {
  const step = tMax / (knots - 1);
  const target = Float64Array.from({ length: knots }, (_, w) => Math.exp(-((w * step) ** 2) / 2));
  const weight = target.map((value, w) => (w === 0 || w === knots - 1 ? 1 : 2) * step * value);
  return { step, target, weight };
}

/**
 * n Σ_w q_w |φ̂(t_w) − e^{−t_w²/2}|² of n projections p given as angles Δt p, and its derivatives by p: with c̄_w and s̄_w the
 * means of cos t_w p and sin t_w p, Σ_w 2 q_w t_w (s̄_w cos t_w p − (c̄_w − e^{−t_w²/2}) sin t_w p).
 */
function statisticOf(
  { step, target, weight }: Knots,
  angles: Float64Array,
): { statistic: number; slopes: Float64Array } {
  const { length: n } = angles;
  const [cosines, sines] = [new Float64Array(target.length), new Float64Array(target.length)];
  for (const angle of angles) {
    turn(angle, target.length, (w, cosine, sine) => {
      cosines[w] = (cosines[w] as number) + cosine;
      sines[w] = (sines[w] as number) + sine;
    });
  }
  let statistic = 0;
  target.forEach((expected, w) => {
    const q = weight[w] as number;
    const real = (cosines[w] as number) / n - expected;
    const imaginary = (sines[w] as number) / n;
    statistic += n * q * (real * real + imaginary * imaginary);
    cosines[w] = -2 * q * w * step * real;
    sines[w] = 2 * q * w * step * imaginary;
  });
  const slopes = angles.map((angle) => {
    let sum = 0;
    turn(angle, target.length, (w, cosine, sine) => {
      sum += (sines[w] as number) * cosine + (cosines[w] as number) * sine;
    });
    return sum;
  });
  return { statistic, slopes };
}

/** Cosine and sine of w θ for w = 0 … count − 1, by the addition theorem. */
function turn(angle: number, count: number, each: (w: number, cosine: number, sine: number) => void): void {
  const [c1, s1] = [Math.cos(angle), Math.sin(angle)];
  let [c, s] = [1, 0];
  for (let w = 0; w < count; w++) {
    each(w, c, s);
    [c, s] = [c * c1 - s * s1, s * c1 + c * s1];
  }
}

/** The mean of (z̄ − z)² over batches and elements, and weight times its gradients (through z̄ they vanish). */
async function invariance({ batches, gradients, pace }: Work, weight: number): Promise<number> {
  const { rows, cols } = batches[0] as Matrix;
  const size = batches.length * rows * cols;
  let sum = 0;
  await forEach(rows, pace, (i) => {
    for (let at = i * cols; at < (i + 1) * cols; at++) {
      const mean = batches.reduce((total, { data }) => total + (data[at] as number) / batches.length, 0);
      for (const [b, { data }] of batches.entries()) {
        const difference = (data[at] as number) - mean;
        sum += difference * difference;
        (gradients[b] as Matrix).data[at] = (2 * weight * difference) / size;
      }
    }
  });
  return sum / size;
}
