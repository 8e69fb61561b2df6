import { createHash, type Hash } from 'node:crypto';
import type { CallOptions } from '../backends/select.js';
import { type PackedRows, packedReader, type ReadPacked, setPacked, unpackRows } from '../data/packed.js';
import type { DataSource, LabelledSource, Targets } from '../data/source.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber, checkSameShape, checkSeed, notFinite } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { encodeBytes, encodeChunks } from '../moments/encode.js';
import { inOrder } from '../moments/in-order.js';
import { pca } from '../moments/pca.js';
import { chunks } from '../moments/source.js';
import { permutation, STREAMS } from '../runtime/random.js';
import { gather, MemoryRows, type RowStore, SpooledRows } from './row-store.js';

/** Rows are handed on in pieces of this many. */
export const CHUNK_ROWS = 2048;

/** Chunks that are encoded at once: some are computed, others wait, so that no thread waits for this one. */
const AT_ONCE = 6;

/** Data, and their signals, are held in memory up to this size. */
export const HELD_BYTES = 2 ** 30;

/** What the study draws its samples from: signals in principal coordinates, and targets. */
export interface StudyDataset {
  readonly name: string;
  /** A digest of the numbers that samples are drawn from: results of other data are not taken for results of these. */
  readonly id: string;
  /** Number of signal coordinates. */
  readonly dims: number;
  /** Rows there are; infinite for a generator. */
  readonly rows: number;
  readonly target: 'classes' | 'values';
  /** The first n rows of the seed's sample, n×dims in chunks. Samples of one seed are nested in n. */
  signal(seed: number, n: number): AsyncIterable<Matrix>;
  /** Their targets, chunk by chunk; classes as one-hot rows. */
  targets(seed: number, n: number): AsyncIterable<Matrix>;
  /** Removes what the data set keeps on the disk, if anything. */
  close?(): Promise<void>;
}

export interface TableOptions extends CallOptions {
  /** Principal components that are the signal, or `'all'`: the columns as they are, without PCA. */
  signalDims: number | 'all';
  /** Larger data are kept in a temporary file instead of in memory; default 1 GiB. */
  memoryBytes?: number;
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
  const targets = { kind: 'classes', labels: images.labels, classes: images.classes } as const;
  const { rows, cols } = images;
  const source: DataSource = { rows, cols, targets, [Symbol.asyncIterator]: () => images[Symbol.asyncIterator]() };
  return tableDataset(name, setPacked(source, packedReader(images)), { signalDims: dims, ...options });
}

/**
 * Rows of any kind, reduced to their leading principal components; a seed's sample is a random order of the rows. The
 * source is read twice, or once where its rows fit in memory.
 *
 * @throws EigenviewError `OUT_OF_RANGE` for more signal dimensions than columns; as {@link viewMoments}
 */
export async function tableDataset(name: string, source: DataSource, options: TableOptions): Promise<StudyDataset> {
  const { signalDims, memoryBytes = HELD_BYTES, ...call } = options ?? {};
  checkData(source);
  checkNumber('memoryBytes', memoryBytes, { min: 0 });
  const dims = signalCols(source, signalDims);
  checkLabels(source);
  const hash = createHash('sha256');
  const store: RowStore =
    8 * dims * source.rows <= memoryBytes ? new MemoryRows(source.rows, dims) : await SpooledRows.create(dims);
  try {
    for await (const chunk of signals(source, signalDims, memoryBytes, call)) {
      if (store.rows + chunk.rows > source.rows) throw otherRows(source.rows, store.rows + chunk.rows);
      hash.update(bytesOf(chunk.data));
      await store.append(chunk);
    }
    if (store.rows < source.rows) throw otherRows(source.rows, store.rows);
    return await drawn(name, source, store, hash);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What holding the rows takes, from which they are encoded once the components are known. */
export function heldBytes(source: DataSource): number {
  return (packedReader(source) === undefined ? 4 : 1) * source.rows * source.cols;
}

/** The data's rows in signal coordinates. Reading takes longer than what follows: rows that fit in memory are read once. */
async function* signals(
  source: DataSource,
  signalDims: number | 'all',
  memoryBytes: number,
  call: CallOptions,
): AsyncGenerator<Matrix, void, undefined> {
  if (signalDims === 'all') return yield* unchanged(source);
  const packed = heldBytes(source) <= memoryBytes ? packedReader(source) : undefined;
  if (packed !== undefined) return yield* packedSignals(packed, signalDims, call);
  const held: Matrix[] | undefined = heldBytes(source) <= memoryBytes ? [] : undefined;
  const { components, mean } = await pca(held === undefined ? source : keep(copies(source), held), {
    k: signalDims,
    ...call,
  });
  yield* encodeChunks(components, held ?? source, { mean, ...call });
}

/** The same from bytes, which are held as they are and unpacked for each use into arrays that are used again. */
async function* packedSignals(
  packed: ReadPacked,
  k: number,
  call: CallOptions,
): AsyncGenerator<Matrix, void, undefined> {
  const held: PackedRows[] = [];
  const { components, mean } = await pca(unpackOneByOne(keep(packed(), held)), { k, ...call });
  const chunks = async function* () {
    yield* held;
  };
  yield* inOrder(chunks(), AT_ONCE, ({ rows, cols, bytes: data }) =>
    encodeBytes(components, { rows, cols, data }, { mean, ...call }),
  );
}

/** Chunks for who, as `pca`, has done with one when it asks for the next: all in one array. */
async function* unpackOneByOne(packed: AsyncIterable<PackedRows>): AsyncGenerator<Matrix, void, undefined> {
  let buffer: Float32Array | undefined;
  for await (const rows of packed) {
    if (buffer === undefined || buffer.length < rows.bytes.length) buffer = new Float32Array(rows.bytes.length);
    yield unpackRows(rows, buffer);
  }
}

async function* unchanged(source: DataSource): AsyncGenerator<Matrix, void, undefined> {
  let row = 0;
  for await (const chunk of chunks('data', source)) {
    if (chunk.cols !== source.cols) checkSameShape('a chunk of data', chunk, chunk.rows, source.cols);
    const bad = chunk.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw notFinite('data', row + Math.floor(bad / chunk.cols), bad % chunk.cols, chunk.data[bad] as number);
    row += chunk.rows;
    yield chunk;
  }
}

async function drawn(name: string, { targets }: DataSource, store: RowStore, hash: Hash): Promise<StudyDataset> {
  const { rows, cols: dims } = store;
  hash.update(targets.kind).update(bytesOf(targets.kind === 'classes' ? targets.labels : targets.values.data));
  const cols = targetCols(targets);
  const order = remember((seed: number) => permutation(seed, rows, STREAMS.subset));
  const sample = (seed: number, n: number) => {
    checkSeed('seed', seed);
    checkInteger('n', n, { min: 1, max: rows });
    return order(seed).subarray(0, n);
  };
  return {
    name,
    id: hash.digest('hex').slice(0, 32),
    dims,
    rows,
    target: targets.kind,
    signal: (seed, n) => store.pick(sample(seed, n), CHUNK_ROWS),
    async *targets(seed, n) {
      const all = sample(seed, n);
      for (let from = 0; from < n; from += CHUNK_ROWS) {
        const part = all.subarray(from, from + CHUNK_ROWS);
        yield targets.kind === 'classes' ? classRows(targets.labels, part, cols) : gather(targets.values, part);
      }
    },
    close: () => store.close(),
  };
}

/** Numbers in a target: classes that are named, or occur, count. */
export function targetCols(targets: Targets): number {
  if (targets.kind === 'values') return targets.values.cols;
  return Math.max(targets.classes?.length ?? 0, targets.labels.reduce((max, label) => Math.max(max, label), 0) + 1);
}

/** As `oneHot`, for rows in any order. */
function classRows(labels: Int32Array, order: Uint32Array, classes: number): Matrix {
  const data = new Float64Array(order.length * classes);
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const label = labels[row] as number;
    if (label < 0) checkInteger(`labels[${row}]`, label, { min: 0 });
    data[i * classes + label] = 1;
  }
  return new Matrix(order.length, classes, data);
}

/** Number of signal coordinates, if there are as many columns. */
export function signalCols({ cols }: DataSource, signalDims: number | 'all'): number {
  if (signalDims === 'all') return cols;
  checkInteger('signalDims', signalDims, { min: 1 });
  if (signalDims <= cols) return signalDims;
  throw new EigenviewError('OUT_OF_RANGE', 'The data have too few columns for that many signal dimensions.', {
    argument: 'data',
    expected: `at least ${signalDims} columns`,
    received: String(cols),
    fix: "Ask for fewer signal dimensions, or for 'all'.",
  });
}

function checkData(source: unknown): asserts source is DataSource {
  const { rows, cols, targets, [Symbol.asyncIterator]: iterate } = (source ?? {}) as Partial<DataSource>;
  const numbers = typeof rows === 'number' && typeof cols === 'number';
  if (numbers && typeof iterate === 'function' && typeof targets?.kind === 'string') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'The study needs rows with targets.', {
    argument: 'source',
    expected: 'a source with rows, cols and targets, such as openData returns',
    received: describe(source),
  });
}

function checkLabels({ rows, targets }: DataSource): void {
  const count = targets.kind === 'classes' ? targets.labels.length : targets.values.rows;
  if (count === rows) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'There must be a label for each row.', {
    argument: 'data',
    expected: `with ${rows} labels, one a row`,
    received: String(count),
  });
}

function otherRows(said: number, came: number): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', 'The data have not as many rows as they say.', {
    argument: 'data',
    expected: `of ${said} rows`,
    received: came > said ? `at least ${came}` : String(came),
  });
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

/** Keeps the last result: signal and targets of one seed are asked for together. */
function remember<T>(make: (seed: number) => T): (seed: number) => T {
  let last: { seed: number; value: T } | undefined;
  return (seed) => {
    if (last?.seed !== seed) last = { seed, value: make(seed) };
    return last.value;
  };
}

/** A source may overwrite a chunk when it is asked for the next one. */
async function* copies(source: DataSource): AsyncGenerator<Matrix, void, undefined> {
  for await (const chunk of chunks('data', source)) yield new Matrix(chunk.rows, chunk.cols, chunk.data.slice());
}

/** The chunks as they come, and a list of them. */
async function* keep<Chunk>(source: AsyncIterable<Chunk>, held: Chunk[]): AsyncGenerator<Chunk, void, undefined> {
  for await (const chunk of source) {
    held.push(chunk);
    yield chunk;
  }
}

function bytesOf(array: Float64Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
