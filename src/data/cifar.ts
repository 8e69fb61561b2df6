import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { checkPath, readError } from '../store/files.js';
import { ByteReader } from './bytes.js';
import { IntList } from './int-list.js';
import { type LabelledSource, rowsPerChunk } from './source.js';

/** Three colour planes (red, green, blue) of 32×32, row by row. */
const SHAPE = [3, 32, 32] as const;
const PIXELS = 3 * 32 * 32;
/** One label byte in front. */
const RECORD = 1 + PIXELS;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;

interface Batch {
  path: string;
  labels: Int32Array;
}

/**
 * CIFAR-10 in its binary form, plain or gzip: one file, several one after the other, or the folder of the
 * `data_batch_*.bin` files (the test batch is a file of its own: name it). Rows are images of 3072 colour values from 0 to
 * 255 (float32), not scaled, plane by plane. Opening reads the files once, for the labels.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO` or `FILE_FORMAT`
 * @example
 * ```ts
 * const test = await openCifar10('cifar-10-batches-bin/test_batch.bin');
 * console.log(test.rows, test.classes?.[test.labels[0]]); // 10000 cat
 * ```
 */
export async function openCifar10(path: string | readonly string[]): Promise<LabelledSource> {
  const batches: Batch[] = [];
  for (const file of await listFiles(path)) batches.push({ path: file, labels: await readLabels(file) });
  const rows = batches.reduce((sum, batch) => sum + batch.labels.length, 0);
  const labels = new Int32Array(rows);
  let row = 0;
  for (const batch of batches) {
    labels.set(batch.labels, row);
    row += batch.labels.length;
  }
  return {
    rows,
    cols: PIXELS,
    rowShape: SHAPE,
    labels,
    classes: CLASSES,
    async *[Symbol.asyncIterator]() {
      for (const batch of batches) yield* readImages(batch);
    },
  };
}

async function listFiles(path: string | readonly string[]): Promise<readonly string[]> {
  if (Array.isArray(path)) {
    if (path.length === 0) {
      throw new EigenviewError('EMPTY', 'No file was named.', { argument: 'path', expected: 'at least one file' });
    }
    path.forEach((file, i) => {
      checkPath(`path[${i}]`, file);
    });
    return path;
  }
  checkPath('path', path);
  try {
    return (await stat(path)).isDirectory() ? batchesIn(path, await readdir(path)) : [path];
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** In the order of their numbers; of a batch that is there twice, the uncompressed file. */
function batchesIn(dir: string, names: readonly string[]): string[] {
  const numbers = new Map<number, string>();
  for (const name of [...names].sort().reverse()) {
    const number = /^data_batch_(\d+)\.bin(\.gz)?$/.exec(name)?.[1];
    if (number !== undefined) numbers.set(Number(number), name);
  }
  if (numbers.size === 0) {
    throw new EigenviewError('FILE_NOT_FOUND', 'There is no batch of CIFAR-10 here.', {
      file: dir,
      expected: 'data_batch_1.bin, …, with or without .gz',
      fix: 'Name the files themselves if they are called otherwise.',
    });
  }
  return [...numbers].sort(([a], [b]) => a - b).map(([, name]) => join(dir, name));
}

/** Reads the whole file a few records at a time and keeps their labels. */
function readLabels(path: string): Promise<Int32Array> {
  return ByteReader.with(path, undefined, async (reader) => {
    if (reader.size !== undefined && reader.size % RECORD !== 0) throw partial(reader, reader.size);
    const labels = new IntList();
    const piece = new Uint8Array(1 << 20);
    let next = 0;
    for (let count = await reader.some(piece); count > 0; count = await reader.some(piece)) {
      const start = reader.offset - count;
      for (; next < reader.offset; next += RECORD) {
        const label = piece[next - start] as number;
        if (label >= CLASSES.length) throw badLabel(reader, next, label);
        labels.push(label);
      }
    }
    if (labels.length === 0 || next !== reader.offset) throw partial(reader, reader.offset);
    return labels.toArray();
  });
}

async function* readImages({ path, labels }: Batch): AsyncGenerator<Matrix, void, undefined> {
  const reader = await ByteReader.open(path);
  try {
    const step = rowsPerChunk(4 * PIXELS);
    for (let row = 0; row < labels.length; row += step) {
      const count = Math.min(step, labels.length - row);
      const bytes = await reader.fill(new Uint8Array(count * RECORD), 'images');
      if (row + count === labels.length) await reader.end();
      const data = new Float32Array(count * PIXELS);
      for (let i = 0; i < count; i++) data.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), i * PIXELS);
      yield new Matrix(count, PIXELS, data);
    }
  } finally {
    await reader.close();
  }
}

function partial(reader: ByteReader, size: number): EigenviewError {
  return reader.fault('This is not a file of whole CIFAR-10 records.', {
    offset: size - (size % RECORD),
    expected: `at least one record, each of ${RECORD} bytes`,
    received: `${size} bytes`,
  });
}

function badLabel(reader: ByteReader, offset: number, label: number): EigenviewError {
  return reader.fault('This is not a file of CIFAR-10 records.', {
    offset,
    expected: `a label from 0 to ${CLASSES.length - 1}`,
    received: describe(label),
  });
}
