import { maxAbs } from '../../../matrix/check.js';
import { Matrix } from '../../../matrix/matrix.js';
import { type Batch, type LossControl, type LossesBackend, zeroRowError } from '../../losses.js';
import { dot } from '../matmul.js';
import type { Pace } from '../turns.js';
import { addScaled, begin, finished, forEach } from './batches.js';

/**
 * For unit rows u of both batches and W_ij = e^{s_ij − lse_i} + e^{s_ij − lse_j}, s = cos/τ, the gradient by u_i is
 * (Σ_{j≠i} W_ij u_j − 2 u_i⁺) / (2 B τ), and through the normalisation (g − (g·u) u) / ‖z‖. Memory of O(B k): similarities
 * are computed one row at a time.
 */
export const simclr: LossesBackend['simclr'] = async (control, given, temperature) => {
  const { batches, gradients, pace } = begin(control, given);
  const { rows, cols: k } = batches[0] as Matrix;
  const { units, lengths } = normalise(control, given, batches);
  const all = 2 * rows;
  const sums = await logSums(units, temperature, pace);
  const s = new Float64Array(all);
  let alignment = 0;
  await forEach(all, pace, (i) => {
    const partner = (i + rows) % all;
    similarities(units, i, temperature, s);
    alignment -= s[partner] as number;
    const g = new Float64Array(k);
    for (let j = 0; j < all; j++) {
      if (j === i) continue;
      const [similarity, own, other] = [s[j] as number, sums[i] as number, sums[j] as number];
      addScaled(g, Math.exp(similarity - own) + Math.exp(similarity - other), units.row(j));
    }
    addScaled(g, -2, units.row(partner));
    addScaled(g, -dot(g, 0, units.data, i * k, k), units.row(i));
    const out = (gradients[Math.floor(i / rows)] as Matrix).row(i % rows);
    addScaled(out, 1 / (all * temperature * (lengths[i] as number)), g);
  });
  const uniformity = sums.reduce((sum, value) => sum + value, 0) / all;
  return finished(control, { alignment: alignment / all, uniformity }, gradients);
};

/** The rows of both batches over their lengths, and these. */
function normalise({ operation }: LossControl, given: readonly Batch[], batches: readonly Matrix[]) {
  const [z1, z2] = batches as [Matrix, Matrix];
  const { rows, cols } = z1;
  const units = new Matrix(2 * rows, cols);
  units.data.set(z1.data);
  units.data.set(z2.data, z1.data.length);
  const lengths = Float64Array.from({ length: 2 * rows }, (_, i) => {
    const row = units.row(i);
    const largest = maxAbs(row);
    if (largest === 0) throw zeroRowError(operation, (given[Math.floor(i / rows)] as Batch).argument, i % rows);
    let squares = 0;
    for (let j = 0; j < cols; j++) squares += ((row[j] as number) / largest) ** 2;
    const length = Math.sqrt(squares);
    for (let j = 0; j < cols; j++) row[j] = (row[j] as number) / largest / length;
    return largest * length;
  });
  return { units, lengths };
}

/** s_ij of one row i. */
function similarities(units: Matrix, i: number, temperature: number, out: Float64Array): void {
  const { data, rows, cols } = units;
  for (let j = 0; j < rows; j++) out[j] = dot(data, i * cols, data, j * cols, cols) / temperature;
}

/** log Σ_{j≠i} e^{s_ij} of every row. */
async function logSums(units: Matrix, temperature: number, pace: Pace): Promise<Float64Array> {
  const s = new Float64Array(units.rows);
  const sums = new Float64Array(units.rows);
  await forEach(units.rows, pace, (i) => {
    similarities(units, i, temperature, s);
    s[i] = -Infinity;
    const largest = s.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let j = 0; j < s.length; j++) sum += Math.exp((s[j] as number) - largest);
    sums[i] = largest + Math.log(sum);
  });
  return sums;
}
