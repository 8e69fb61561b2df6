import type { Matrix } from '../../../matrix/matrix.js';
import type { LossesBackend, VicregRequest } from '../../losses.js';
import { addProduct, begin, centre, crossProduct, finished, forEach, type Work } from './batches.js';

export const vicreg: LossesBackend['vicreg'] = async (control, given, request) => {
  const work = begin(control, given);
  const { batches, gradients, pace } = work;
  const terms = { invariance: 0, variance: [] as number[], covariance: [] as number[] };
  if (batches.length === 2) terms.invariance = await invariance(work, request.invariance);
  for (const [b, z] of batches.entries()) {
    const squares = await centre(z, pace);
    const m = await crossProduct(z, z, pace);
    const { variance, covariance } = spread(m, squares, z.rows, request);
    terms.variance.push(variance);
    terms.covariance.push(covariance);
    await addProduct(gradients[b] as Matrix, z, m, pace);
  }
  return finished(control, terms, gradients);
};

/** The mean of (Z − Z′)², and weight times its gradients. */
async function invariance({ batches, gradients, pace }: Work, weight: number): Promise<number> {
  const [z1, z2] = batches as [Matrix, Matrix];
  const [g1, g2] = gradients as [Matrix, Matrix];
  const { rows, cols } = z1;
  let sum = 0;
  await forEach(rows, pace, (i) => {
    for (let at = i * cols; at < (i + 1) * cols; at++) {
      const difference = (z1.data[at] as number) - (z2.data[at] as number);
      sum += difference * difference;
      g1.data[at] = (2 * weight * difference) / (rows * cols);
      g2.data[at] = (-2 * weight * difference) / (rows * cols);
    }
  });
  return sum / (rows * cols);
}

/**
 * Turns XᵀX of the centred rows into the symmetric M for which X M is the gradient of the weighted terms: off the diagonal
 * 4 w Cov / (k (B − 1)), on it −v / (k (B − 1) √(var + ε)) where the hinge is active.
 */
function spread(
  m: Matrix,
  squares: Float64Array,
  rows: number,
  { variance: v, covariance: w, gamma, epsilon }: VicregRequest,
): { variance: number; covariance: number } {
  const { data, cols: k } = m;
  let variance = 0;
  let covariance = 0;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (i === j) continue;
      const value = (data[i * k + j] as number) / (rows - 1);
      covariance += value * value;
      data[i * k + j] = (4 * w * value) / (k * (rows - 1));
    }
    const deviation = Math.sqrt((squares[i] as number) / (rows - 1) + epsilon);
    const active = deviation < gamma;
    if (active) variance += gamma - deviation;
    data[i * k + i] = active && deviation > 0 ? -v / (k * (rows - 1) * deviation) : 0;
  }
  return { variance: variance / k, covariance: covariance / k };
}
