import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import { checkImage } from '../moments/finite.js';
import { chunks, type Source } from '../moments/source.js';

/**
 * All rows of a source in memory, for those who come back to them in another order: the matrix itself, or the chunks of
 * a stream together, float32 if all of them are.
 *
 * @throws EigenviewError as {@link chunks}, `NOT_FINITE` (naming row and column), `OUT_OF_MEMORY`; the signal's reason
 */
export async function gatherRows(argument: string, source: Source, { signal }: Control): Promise<Matrix> {
  const parts: Matrix[] = [];
  let rows = 0;
  for await (const chunk of chunks(argument, source)) {
    signal?.throwIfAborted();
    await checkImage(chunk, chunk, rows);
    // A stream may use its memory again for the next chunk.
    parts.push(source instanceof Matrix ? chunk : new Matrix(chunk.rows, chunk.cols, chunk.data.slice()));
    rows += chunk.rows;
  }
  const first = parts[0] as Matrix;
  if (parts.length === 1) return first;
  const narrow = parts.every(({ data }) => data instanceof Float32Array);
  const all = narrow ? new Matrix(rows, first.cols, new Float32Array(rows * first.cols)) : new Matrix(rows, first.cols);
  let at = 0;
  for (const { data } of parts) {
    all.data.set(data, at);
    at += data.length;
  }
  return all;
}
