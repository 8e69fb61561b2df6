/**
 * The linear probe: min_V (1/n) Σ‖yᵢ − V zᵢ‖² with z = E x on the un-augmented inputs. From moments:
 * tr(YᵀY)/n − ‖(YᵀX/n) Eᵀ K^{+1/2}‖² with K = E (XᵀX/n) Eᵀ.
 */
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkDense, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { checkMoments } from './moments.js';
import { noTarget } from './supervised.js';
import { type Site, sumOfSquares } from './whitening.js';

/**
 * The mean squared error of the best linear read-out of the targets from an encoding of the inputs the moments were made
 * from (no intercept, no augmentation).
 *
 * Directions in which the code carries less than k·eps of its largest (unit-scaled) second moment count as absent, so
 * encoders with dependent or dead rows are allowed.
 *
 * @param moments taken with a `target`
 * @param encoder k×d
 * @throws EigenviewError `SHAPE_MISMATCH`, `INVALID_ARGUMENT` when the moments have no target
 * @example
 * ```ts
 * const loss = await probeLoss(moments, (await jointEmbedding(moments, { k: 2 })).encoder);
 * ```
 */
export async function probeLoss(moments: ViewMoments, encoder: Matrix, options?: CallOptions): Promise<number> {
  const site: Site = { ...beginCall('probeLoss', options), operation: 'probeLoss' };
  checkMoments(moments);
  checkDense('encoder', encoder);
  if (encoder.cols !== moments.inputSecond.rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The encoder does not fit the inputs.', {
      argument: 'encoder',
      expected: `with ${moments.inputSecond.rows} columns`,
      received: shape(encoder),
    });
  }
  return solveProbe(site, moments, encoder);
}

export async function solveProbe({ backend, control }: Site, moments: ViewMoments, encoder: Matrix): Promise<number> {
  const { inputSecond, targetInput, targetEnergy } = moments;
  if (targetInput === undefined || targetEnergy === undefined) throw noTarget('probeLoss');
  const { matmul, whiten } = backend.linalg.async;
  const half = await matmul(control, encoder, inputSecond, false, false);
  const second = await matmul(control, half, encoder, false, true);
  const scales = unitScales(second, encoder, moments.inputEnergy);
  if (scales.every((scale) => scale === 0)) return targetEnergy;
  const cross = scaledColumns(await matmul(control, targetInput, encoder, false, true), scales);
  const unit = scaledColumns(scaledColumns(second, scales).transpose(), scales);
  const { whitener } = await whiten(control, unit, encoder.rows * Number.EPSILON);
  return targetEnergy - sumOfSquares((await matmul(control, cross, whitener, false, true)).data);
}

/**
 * 1/√Kᵢᵢ, so that how the encoder's rows are scaled does not decide which of them count; 0 for rows that the inputs do not
 * reach, whose Kᵢᵢ is at most what rounding leaves: d·eps·‖eᵢ‖²·tr(XᵀX)/n.
 */
function unitScales(second: Matrix, encoder: Matrix, energyOfInputs: number): Float64Array {
  return Float64Array.from({ length: second.rows }, (_, i) => {
    const energy = second.data[i * (second.cols + 1)] as number;
    const rounding = encoder.cols * Number.EPSILON * sumOfSquares(encoder.row(i)) * energyOfInputs;
    return energy > rounding ? 1 / Math.sqrt(energy) : 0;
  });
}

function scaledColumns(a: Matrix, scales: Float64Array): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((x, i) => x * (scales[i % a.cols] as number)),
  );
}
