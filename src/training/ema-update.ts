import { EigenviewError } from '../errors.js';
import { checkDense, checkNumber, checkSameShape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { overflow } from './overflow.js';

/**
 * The exponential moving average that BYOL's target follows its online network by (Grill et al., "Bootstrap Your Own
 * Latent", NeurIPS 2020, arXiv 2006.07733, equation 1): momentum · target + (1 − momentum) · online.
 *
 * @param target of any shape
 * @param online of the same shape
 * @param momentum in [0, 1]; 1 keeps the target, 0 replaces it
 * @returns a new float64 matrix
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`, `OUT_OF_RANGE` for the momentum, or an overflow
 * @example
 * ```ts
 * const next = emaUpdate(Matrix.from([[1, 0]]), Matrix.from([[0, 1]]), 0.75); // [[0.75, 0.25]]
 * ```
 */
export function emaUpdate(target: Matrix, online: Matrix, momentum: number): Matrix {
  checkDense('target', target);
  checkDense('online', online);
  checkSameShape('online', online, target.rows, target.cols);
  checkMomentum(momentum);
  const out = new Matrix(target.rows, target.cols);
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = momentum * (target.data[i] as number) + (1 - momentum) * (online.data[i] as number);
  }
  checkFinite(out.data, 'The average');
  return out;
}

/**
 * The centre that DINO takes from its teacher's outputs (Caron et al., "Emerging Properties in Self-Supervised Vision
 * Transformers", ICCV 2021, arXiv 2104.14294, equation 4): momentum · centre + (1 − momentum) · their mean row.
 *
 * @param center of length k; zeros to begin with
 * @param teacherOutputs B×k, or several batches of one width, whose rows count alike
 * @param momentum in [0, 1]
 * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`, `OUT_OF_RANGE` for the
 * momentum, or where the sum of the outputs overflows
 * @example
 * ```ts
 * const next = centerUpdate(new Float64Array(2), Matrix.from([[1, 2], [3, 4]])); // [0.2, 0.3]
 * ```
 */
export function centerUpdate(
  center: Float64Array,
  teacherOutputs: Matrix | readonly Matrix[],
  momentum = 0.9,
): Float64Array {
  const batches = checkOutputs(teacherOutputs);
  if (!(center instanceof Float64Array)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A centre is a row of numbers.', {
      argument: 'center',
      expected: 'a Float64Array',
      fix: 'Begin with new Float64Array(k).',
    });
  }
  checkDense('center', new Matrix(1, center.length, center));
  checkMomentum(momentum);
  const sums = new Float64Array(center.length);
  let rows = 0;
  for (const [i, batch] of batches.entries()) {
    checkSameShape(batches.length === 1 ? 'teacherOutputs' : `teacherOutputs[${i}]`, batch, batch.rows, center.length);
    addRows(sums, batch);
    rows += batch.rows;
  }
  const next = center.map((value, j) => momentum * value + ((1 - momentum) * (sums[j] as number)) / rows);
  checkFinite(next, 'The sum of the outputs');
  return next;
}

function checkFinite(numbers: ArrayLike<number>, what: string): void {
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) throw overflow(what, 'Rescale the numbers.');
  }
}

function checkOutputs(outputs: unknown): readonly Matrix[] {
  const batches = Array.isArray(outputs) ? Array.from(outputs as unknown[]) : [outputs];
  if (batches.length === 0) {
    throw new EigenviewError('EMPTY', 'There is no batch of teacher outputs.', {
      argument: 'teacherOutputs',
      expected: 'at least one batch',
    });
  }
  return batches.map((batch, i) => {
    checkDense(Array.isArray(outputs) ? `teacherOutputs[${i}]` : 'teacherOutputs', batch);
    return batch;
  });
}

function addRows(sums: Float64Array, { data, cols }: Matrix): void {
  for (let at = 0; at < data.length; at++) (sums[at % cols] as number) += data[at] as number;
}

function checkMomentum(momentum: unknown): void {
  checkNumber('momentum', momentum, { min: 0, max: 1 });
}
