import type { CallOptions } from '../backends/select.js';
import { oneHot } from '../data/one-hot.js';
import type { LabelledSource } from '../data/source.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { encode } from '../moments/encode.js';
import { pca } from '../moments/pca.js';
import { permutation, STREAMS } from '../runtime/random.js';

/** Rows are handed on in pieces of this many. */
export const CHUNK_ROWS = 2048;

/** What the study draws its samples from: signals in principal coordinates, and class targets. */
export interface StudyDataset {
  readonly name: string;
  /** Number of signal coordinates. */
  readonly dims: number;
  /** Rows there are; infinite for a generator. */
  readonly rows: number;
  /** The first n rows of the seed's sample, n×dims in chunks. Samples of one seed are nested in n. */
  signal(seed: number, n: number): AsyncIterable<Matrix>;
  /** Their one-hot targets, chunk by chunk. */
  targets(seed: number, n: number): AsyncIterable<Matrix>;
}

/** Images reduced to their leading principal components; a seed's sample is a random order of the rows. */
export async function imageDataset(
  name: string,
  images: LabelledSource,
  dims: number,
  options: CallOptions = {},
): Promise<StudyDataset> {
  checkSource(images);
  checkInteger('dims', dims, { min: 1 });
  if (images.cols < dims) {
    throw new EigenviewError('OUT_OF_RANGE', 'The images have too few pixels for the study.', {
      argument: 'data',
      expected: `at least ${dims} columns`,
      received: String(images.cols),
    });
  }
  // Reading takes longer than what follows, so one read, kept in memory, serves both passes.
  const held: Matrix[] = [];
  const { components, mean } = await pca(keep(images, held), { k: dims, ...options });
  const scores = await encode(components, held, { mean, ...options });
  const targets = oneHot(images.labels);
  const sample = remember((seed, n) => {
    const order = permutation(seed, scores.rows, STREAMS.subset).subarray(0, n);
    return { signal: replay(gather(scores, order)), targets: replay(gather(targets, order)) };
  });
  return {
    name,
    dims,
    rows: scores.rows,
    signal: (seed, n) => sample(seed, n).signal(),
    targets: (seed, n) => sample(seed, n).targets(),
  };
}

function checkSource(images: unknown): asserts images is LabelledSource {
  const { cols, labels, [Symbol.asyncIterator]: iterate } = (images ?? {}) as Partial<LabelledSource>;
  if (typeof cols === 'number' && labels instanceof Int32Array && typeof iterate === 'function') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'The study needs rows with labels.', {
    argument: 'images',
    expected: 'a source with labels, such as openMnist or openCifar10 returns',
    received: describe(images),
  });
}

/** Keeps the last result: the study asks for one seed's sample several times in a row. */
export function remember<T>(make: (seed: number, n: number) => T): (seed: number, n: number) => T {
  let last: { seed: number; n: number; value: T } | undefined;
  return (seed, n) => {
    if (last?.seed !== seed || last.n !== n) last = { seed, n, value: make(seed, n) };
    return last.value;
  };
}

/** Streams of items that are made once, as the first reader comes to them, and kept for the others. */
export function replay<T>(items: Iterator<T>): () => AsyncGenerator<T, void, undefined> {
  const made: T[] = [];
  return async function* () {
    for (let i = 0; ; i++) {
      if (i === made.length) {
        const { value, done } = items.next();
        if (done) return;
        made.push(value);
      }
      yield made[i] as T;
    }
  };
}

/** Items one after the other, as an asynchronous stream. */
export async function* each<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** The chunks as they come, and a list of them. */
async function* keep(source: AsyncIterable<Matrix>, held: Matrix[]): AsyncGenerator<Matrix, void, undefined> {
  for await (const chunk of source) {
    held.push(chunk);
    yield chunk;
  }
}

/** The rows in the given order, in chunks. */
function* gather(from: Matrix, order: Uint32Array): Generator<Matrix, void, undefined> {
  const { data, cols } = from;
  for (let start = 0; start < order.length; start += CHUNK_ROWS) {
    const chunk = new Matrix(Math.min(CHUNK_ROWS, order.length - start), cols);
    for (let i = 0; i < chunk.rows; i++) {
      const row = (order[start + i] as number) * cols;
      for (let j = 0; j < cols; j++) chunk.data[i * cols + j] = data[row + j] as number;
    }
    yield chunk;
  }
}
