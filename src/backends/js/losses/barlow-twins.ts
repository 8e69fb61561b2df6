import { Matrix } from '../../../matrix/matrix.js';
import {
  type BarlowTwinsRequest,
  type Batch,
  checkOverflow,
  constantColumnError,
  type LossControl,
  type LossesBackend,
} from '../../losses.js';
import type { Pace } from '../turns.js';
import { addProduct, begin, centre, crossProduct, finished, forEach } from './batches.js';

/**
 * With G = ∂L/∂C the gradient by Z̃ is Z̃′Gᵀ/B, by Z̃′ Z̃G/B. Through the standardisation z̃ = s (z − mean) it becomes
 * s (g − z̃ Σ(g ⊙ z̃)/(B − ddof)): the mean of g is 0, as the columns of the other batch are centred.
 */
export const barlowTwins: LossesBackend['barlowTwins'] = async (control, given, request) => {
  const { batches, gradients, pace } = begin(control, given);
  const [z1, z2] = batches as [Matrix, Matrix];
  const [g1, g2] = gradients as [Matrix, Matrix];
  const s1 = await standardise(control, given[0] as Batch, z1, request, pace);
  const s2 = await standardise(control, given[1] as Batch, z2, request, pace);
  const c = await crossProduct(z1, z2, pace);
  for (let at = 0; at < c.data.length; at++) c.data[at] = (c.data[at] as number) / z1.rows;
  const { terms, gradient } = differentiate(c, request);
  await addProduct(g1, z2, gradient.transpose(), pace);
  await addProduct(g2, z1, gradient, pace);
  await throughStandardisation(g1, z1, s1, request, pace);
  await throughStandardisation(g2, z2, s2, request, pace);
  return finished(control, terms, gradients);
};

/** Standardises a batch in place; returns the factors of its columns. */
async function standardise(
  { operation }: LossControl,
  { argument }: Batch,
  z: Matrix,
  { epsilon, ddof }: BarlowTwinsRequest,
  pace: Pace,
): Promise<Float64Array> {
  const squares = await centre(z, pace);
  checkOverflow(operation, squares);
  const factors = squares.map((square, column) => {
    const deviation = Math.sqrt(square / (z.rows - ddof) + epsilon);
    if (deviation === 0) throw constantColumnError(operation, argument, column);
    return 1 / deviation;
  });
  await forEach(z.rows, pace, (i) => {
    const row = z.row(i);
    for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) * (factors[j] as number);
  });
  return factors;
}

/** The terms, and the weighted loss's gradient by C. */
function differentiate({ data, cols: k }: Matrix, { onDiagonal: on, offDiagonal: off }: BarlowTwinsRequest) {
  const terms = { onDiagonal: 0, offDiagonal: 0 };
  const gradient = new Matrix(k, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const target = i === j ? 1 : 0;
      const difference = (data[i * k + j] as number) - target;
      terms[i === j ? 'onDiagonal' : 'offDiagonal'] += difference * difference;
      gradient.data[i * k + j] = 2 * (i === j ? on : off) * difference;
    }
  }
  return { terms, gradient };
}

/** From B times the gradient by the standardised batch to the gradient by the batch, in place. */
async function throughStandardisation(
  g: Matrix,
  standardised: Matrix,
  factors: Float64Array,
  { ddof }: BarlowTwinsRequest,
  pace: Pace,
): Promise<void> {
  const { rows, cols } = g;
  const own = new Float64Array(cols);
  await forEach(rows, pace, (i) => {
    const [row, z] = [g.row(i), standardised.row(i)];
    for (let j = 0; j < cols; j++) own[j] = (own[j] as number) + (row[j] as number) * (z[j] as number);
  });
  await forEach(rows, pace, (i) => {
    const [row, z] = [g.row(i), standardised.row(i)];
    for (let j = 0; j < cols; j++) {
      const along = ((own[j] as number) * (z[j] as number)) / (rows - ddof);
      row[j] = ((factors[j] as number) * ((row[j] as number) - along)) / rows;
    }
  });
}
