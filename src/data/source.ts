import type { Matrix } from '../matrix/matrix.js';

/**
 * Rows in a file, read a chunk at a time. Every iteration opens the file anew, holds one chunk in memory, and closes the
 * file at its end or when the consumer breaks off.
 *
 * @example
 * ```ts
 * const source = await openNpy('x.npy');
 * for await (const chunk of source) console.log(chunk.rows, source.cols);
 * ```
 */
export interface ChunkedSource extends AsyncIterable<Matrix> {
  readonly rows: number;
  readonly cols: number;
  /** What a row was before it was flattened, where the file says: 28×28 for an image of MNIST, 3×32×32 for one of CIFAR-10. */
  readonly rowShape?: readonly number[];
  /** One class index per row, where the file has them; in memory from the start. */
  readonly labels?: Int32Array;
  /** The name of each class, by index, where the file or its format names them. */
  readonly classes?: readonly string[];
}

/** A source whose file says which class each row belongs to. */
export interface LabelledSource extends ChunkedSource {
  readonly labels: Int32Array;
}

/** What the rows are to be told apart by, or to predict; in memory from the start. */
export type Targets =
  | {
      readonly kind: 'classes';
      /** One class index per row. */
      readonly labels: Int32Array;
      /** The name of each class, by index; absent where the labels were such indices to begin with. */
      readonly classes: readonly string[] | undefined;
    }
  | {
      readonly kind: 'values';
      /** n×targets, float64. */
      readonly values: Matrix;
    };

/** A source with a target for each row. */
export interface DataSource extends ChunkedSource {
  readonly targets: Targets;
}

/** The size of a chunk, unless one row is larger. */
const CHUNK_BYTES = 4 << 20;

/** How many rows of so many bytes make a chunk; without limit where a row has none. */
export function rowsPerChunk(rowBytes: number): number {
  return Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
}
