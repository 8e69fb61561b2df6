/** Data-sized operations: second moments, projection, and the counter-based normal generator. */
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/** The second moments of rows seen so far. */
export interface GramSnapshot {
  /** Number of rows. */
  count: number;
  /** width×width, symmetric, both triangles filled: Σ r rᵀ over the rows r = [x | y | 1]. A sum, not a mean. */
  gram: Matrix;
}

/**
 * Sums r rᵀ over rows r = [x | y | 1] that arrive in pieces. How the rows are cut into pieces, how many threads work, and
 * whether snapshots are taken on the way changes no bit of the result.
 */
export interface GramAccumulator {
  /**
   * Adds the rows of x, with those of y beside them. Rejects with `NOT_FINITE` naming source or target, row and column
   * (row counted from the first row ever added), with `OUT_OF_RANGE` when squares overflow, or with `DETACHED`; what is
   * found later than the call is thrown by the next one. After a rejection the accumulator is spent.
   */
  add(control: Control, x: Matrix, y: Matrix | undefined): Promise<void>;
  snapshot(control: Control): Promise<GramSnapshot>;
  /** Frees its memory, after what is under way; no other call may follow. */
  close(): Promise<void>;
}

/** Coordinates z ~ N(0, diag(deviations²)) put between x and y of each row, drawn as the row is added. */
export interface AppendedNoise {
  deviations: Float64Array;
  seed: number;
  /** The normal of z_j in the stream's sample i, the index of the row, is that of coordinate dx + j. */
  stream: number;
}

/** Which numbers of the random stream; see native/core/random.h for the layout. */
export interface NormalBlock {
  seed: number;
  /** Index of the first row in the stream. */
  firstSample: number;
  /** Which independent stream: a view index, or one of `STREAMS` in runtime/random. */
  stream: number;
}

/** Rows of bytes as they lie in a file, for data that are held so. */
export interface ByteRows {
  rows: number;
  cols: number;
  data: Uint8Array;
}

export interface MomentsBackend {
  /** An accumulator for rows of dx + dy + 1 numbers, or with noise for rows [x | z | y | 1]. */
  gram(dx: number, dy: number, noise?: AppendedNoise): GramAccumulator;
  /** Rows of x times encoderᵀ: (n×d)·(k×d)ᵀ → n×k. Same bits at every thread count. */
  project(control: Control, x: Matrix | ByteRows, encoder: Matrix): Promise<Matrix>;
  /**
   * x + g · rootᵀ for standard normal g: the first argument is the noise's square root, a vector (diagonal) of
   * standard deviations or a matrix. Coordinates with zero deviation draw nothing.
   */
  addNoise(control: Control, x: Matrix, root: Float64Array | Matrix, block: NormalBlock): Promise<Matrix>;
}
