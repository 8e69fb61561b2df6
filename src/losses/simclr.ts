/**
 * SimCLR's NT-Xent loss (Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual
 * Representations", ICML 2020, arXiv 2002.05709, equation 1), over all 2B rows of batches Z and Z′, s the cosine of two rows
 * over the temperature, i⁺ the row of the same sample in the other batch; its two parts are those of Wang and Isola
 * ("Understanding Contrastive Representation Learning through Alignment and Uniformity", ICML 2020, arXiv 2005.10242):
 *
 *     alignment  = −meanᵢ s(i, i⁺)
 *     uniformity = meanᵢ log Σ_{j≠i} e^{s(i, j)}
 *     loss       = alignment + uniformity
 */
import type { Batch } from '../backends/losses.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkNumber, maxAbs } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkPair } from './batch.js';
import { type Loss, weigh } from './loss.js';
import { type Culprit, tellOverflow, tooLow } from './overflow.js';
import { gradientsOf, type RecycleOptions, withGradients } from './recycle.js';

export interface SimclrOptions extends CallOptions, RecycleOptions {
  /** τ > 0, what cosines are divided by. Default 0.1. */
  temperature?: number;
}

export type SimclrPart = 'alignment' | 'uniformity';

/**
 * The NT-Xent loss of two views' embeddings, row i of both of one sample, and its gradients by z1 and z2. Rows count by
 * their direction alone. Time grows with B² k, memory with B k.
 *
 * @param z1 B×k
 * @param z2 B×k
 * @throws EigenviewError `SHAPE_MISMATCH`, `EMPTY`, `NOT_FINITE`; `OUT_OF_RANGE` for a row of zeros, a temperature that is
 * not above 0, or so low that the loss overflows
 * @example
 * ```ts
 * const z = Matrix.from([[1, 0], [0, 1]]);
 * const { loss } = await simclr(z, z, { temperature: 1 });
 * console.log(loss); // log(e + 2) − 1 = 0.551…
 * ```
 */
export async function simclr(z1: Matrix, z2: Matrix, options?: SimclrOptions): Promise<Loss<SimclrPart>> {
  const { backend, control } = beginCall('simclr', options, ['temperature', 'recycle']);
  const { temperature = 0.1 } = options ?? {};
  checkNumber('temperature', temperature, { min: 0, above: true });
  const batches = withGradients(checkPair(z1, z2), options?.recycle);
  return tellOverflow(
    'simclr',
    () => (temperature < TINY ? tooLow('temperature', temperature) : shortRow(batches)),
    async () => {
      const site = { ...control, operation: 'simclr' };
      const parts = await backend.losses.simclr(site, batches, temperature);
      return weigh('simclr', parts, { alignment: 1, uniformity: 1 }, gradientsOf(batches));
    },
  );
}

/** Below, cosines over the temperature may overflow; above, only gradients by rows of a length near 0 do. */
const TINY = 1e-100;

function shortRow(batches: readonly Batch[]): Culprit {
  const sizes = batches.flatMap(({ argument, matrix }) =>
    Array.from({ length: matrix.rows }, (_, row) => ({ argument, row, size: maxAbs(matrix.row(row)) })),
  );
  const { argument, row, size } = sizes.reduce((a, b) => (b.size < a.size ? b : a));
  return {
    argument,
    expected: 'of longer rows: gradients grow with the inverse of their length',
    received: `numbers of up to ${size.toPrecision(3)} in row ${row}`,
    fix: 'Rescale the embeddings, or leave out samples whose embeddings are all but zero.',
  };
}
