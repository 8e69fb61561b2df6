import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkDense, shape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { overflow } from './overflow.js';

/**
 * The gradient of an objective by a linear encoder W from that by its embeddings Z = X Wᵀ: ∂/∂W = (∂/∂Z)ᵀ X. The same
 * bits at every number of threads.
 *
 * @param batch X, B×d, what was encoded
 * @param gradient ∂/∂Z, B×k
 * @returns k×d
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`; `OUT_OF_RANGE` when the gradient overflows; the
 * signal's reason when aborted
 * @example
 * ```ts
 * const { gradients } = await vicreg(await encode(w, x1), await encode(w, x2));
 * const slope = plus(await linearEncoderGradient(x1, gradients[0]), await linearEncoderGradient(x2, gradients[1]));
 * ```
 */
export async function linearEncoderGradient(batch: Matrix, gradient: Matrix, options?: CallOptions): Promise<Matrix> {
  const { backend, control } = beginCall('linearEncoderGradient', options);
  checkDense('batch', batch);
  checkDense('gradient', gradient);
  if (gradient.rows !== batch.rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Every row of the batch has one gradient.', {
      argument: 'gradient',
      expected: `of ${batch.rows} rows`,
      received: shape(gradient),
    });
  }
  const slope = await encoderGradient(backend, control, batch, gradient);
  if (!slope.data.every(Number.isFinite)) throw overflow('The gradient', 'Rescale the batch, or the gradient.');
  return slope;
}

/**
 * Of operands that are known to be good; it may overflow. By the kernel that encodes: a matrix product may have other bits on other
 * threads.
 */
export async function encoderGradient(
  backend: Backend,
  control: Control,
  batch: Matrix,
  gradient: Matrix,
): Promise<Matrix> {
  const columns = await backend.moments.project(control, batch.transpose(), gradient.transpose());
  return columns.transpose();
}
