/** Where an objective's gradients go: into new matrices, or into the memory of ones that are no longer needed. */
import type { Batch, DifferentiatedBatch } from '../backends/losses.js';
import { describe, EigenviewError } from '../errors.js';
import { checkMatrix, checkSameShape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';

export interface RecycleOptions {
  /**
   * Matrices that are no longer needed, such as the last step's gradients: one for each gradient, of its shape, float64. The
   * gradients take over their memory, which spares large batches a garbage collection every other step. From then on they
   * are empty, as arrays that were transferred to a worker are, even where the call rejects later.
   */
  recycle?: readonly Matrix[];
}

/**
 * The batches with room for their gradients. It empties what is recycled, so it comes after all other checks.
 *
 * @param others what the call takes beside the batches, and must not be recycled either
 */
export function withGradients(
  batches: readonly Batch[],
  recycle?: unknown,
  others: readonly Matrix[] = [],
): DifferentiatedBatch[] {
  const given = [...batches.map(({ matrix }) => matrix), ...others];
  const memory = recycle === undefined ? [] : take(checkRecycled(recycle, batches, given));
  return batches.map((batch, i) => {
    const { rows, cols } = batch.matrix;
    return { ...batch, gradient: new Matrix(rows, cols, memory[i]) };
  });
}

export function gradientsOf(batches: readonly DifferentiatedBatch[]): Matrix[] {
  return batches.map(({ gradient }) => gradient);
}

/** The buffers, each a matrix's own and none of them of what is given. */
function checkRecycled(recycle: unknown, batches: readonly Batch[], given: readonly Matrix[]): ArrayBuffer[] {
  if (!Array.isArray(recycle) || recycle.length !== batches.length) {
    throw unusable('recycle', `an array of ${batches.length} matrices`, describe(recycle));
  }
  const taken = new Set<ArrayBufferLike>(given.map(({ data }) => data.buffer));
  // Not map, which skips the holes of a sparse array.
  return Array.from(recycle, (matrix: unknown, i) => {
    const argument = `recycle[${i}]`;
    checkMatrix(argument, matrix);
    const { rows, cols } = (batches[i] as Batch).matrix;
    checkSameShape(argument, matrix, rows, cols);
    const { buffer, byteLength } = matrix.data;
    if (!(matrix.data instanceof Float64Array)) throw unusable(argument, 'of float64', 'float32');
    if (taken.has(buffer)) throw unusable(argument, 'in memory of its own', 'another matrix of the call in the same');
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) {
      throw unusable(argument, 'in an ArrayBuffer that it fills', `${describe(buffer)} of ${buffer.byteLength} bytes`);
    }
    taken.add(buffer);
    return buffer;
  });
}

/** Transferred, so that whoever still has the matrices cannot reach what a running call writes. */
function take(buffers: ArrayBuffer[]): Float64Array[] {
  let taken: ArrayBuffer[] = [];
  try {
    taken = structuredClone(buffers, { transfer: buffers });
  } catch {
    // Newer versions of Node throw for memory that cannot be transferred, older ones copy it.
  }
  const left = buffers.findIndex(({ byteLength }) => byteLength > 0);
  if (left >= 0) throw unusable(`recycle[${left}]`, 'in memory that can be transferred', 'memory that cannot');
  return taken.map((buffer) => new Float64Array(buffer));
}

function unusable(argument: string, expected: string, received: string): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', `${argument} is not what gradients can be written to.`, {
    argument,
    expected,
    received,
    fix: "Give the gradients of an earlier call, or leave 'recycle' out.",
  });
}
