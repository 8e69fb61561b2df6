import { createHash } from 'node:crypto';
import type { MatrixData } from '../../src/matrix/matrix.js';
import { Matrix } from '../../src/matrix/matrix.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';

/** A digest of every field of some moments, for exact comparisons: a failure shows names, not thousands of numbers. */
export function bits(moments: ViewMoments): Record<string, string> {
  const { drawn, ...fields } = moments;
  const all = Object.entries({ ...fields, ...drawn }) as [string, number | MatrixData | Matrix][];
  return Object.fromEntries(all.map(([name, value]) => [name, digest(value)]));
}

/** Equal for equal bits in equal shapes. */
export function digest(value: number | MatrixData | Matrix): string {
  if (typeof value === 'number') return digest(Float64Array.of(value));
  if (value instanceof Matrix) return `${value.rows}×${value.cols} ${digest(value.data)}`;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The matrix cut before the given rows, in any order and number. */
export function cut(matrix: Matrix, at: readonly number[]): Matrix[] {
  const edges = [0, ...[...at].sort((a, b) => a - b), matrix.rows];
  return edges.slice(1).map((to, i) => {
    const from = edges[i] as number;
    return new Matrix(to - from, matrix.cols, matrix.data.slice(from * matrix.cols, to * matrix.cols));
  });
}

/** A source that records how it is used. */
export class Watched<T = Matrix> implements AsyncIterable<T> {
  handedOut = 0;
  closed = false;

  constructor(
    readonly chunks: Iterable<T> | AsyncIterable<T>,
    readonly before: (index: number) => unknown = () => {},
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for await (const chunk of this.chunks) {
        await this.before(this.handedOut);
        this.handedOut++;
        yield chunk;
      }
    } finally {
      this.closed = true;
    }
  }
}
