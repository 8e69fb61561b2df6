import { readdir, stat } from 'node:fs/promises';
import { EigenviewError } from '../errors.js';
import { checkPath, readError } from '../store/files.js';
import { ByteReader } from './bytes.js';

/** The forms that data come in. */
export type DataFormat = 'mnist' | 'cifar' | 'idx' | 'npy' | 'npz' | 'csv' | 'parquet';

const EXTENSIONS: Readonly<Record<string, DataFormat>> = {
  bin: 'cifar',
  idx: 'idx',
  npy: 'npy',
  npz: 'npz',
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  parquet: 'parquet',
  pq: 'parquet',
};

/** In front of every file of its format, in hexadecimal. */
const MAGIC: readonly (readonly [RegExp, DataFormat])[] = [
  [/^934e554d5059/, 'npy'],
  [/^504b(0304|0506)/, 'npz'],
  [/^50415231/, 'parquet'],
  // Two zero bytes, a type and a number of dimensions.
  [/^00000[89b-e]0[1-8]/, 'idx'],
];

/**
 * What a file or folder holds: by its first bytes, as compressed files are opened, then by the end of its name. CIFAR-10's
 * `.bin` comes first, as its records may start like anything.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, or `FILE_FORMAT` for none of them
 */
export async function recognise(path: string): Promise<DataFormat> {
  checkPath('path', path);
  const facts = await stat(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  if (facts.isDirectory()) return recogniseFolder(path);
  const named = EXTENSIONS[extensionOf(path)];
  if (named === 'cifar') return named;
  const start = await firstBytes(path);
  const marked = MAGIC.find(([pattern]) => pattern.test(start.subarray(0, 8).toString('hex')))?.[1];
  const format = marked ?? named ?? (isText(start) ? 'csv' : undefined);
  if (format !== undefined) return format;
  throw new EigenviewError('FILE_FORMAT', 'This file is of no known form.', {
    file: path,
    offset: 0,
    expected: 'npy, npz, CSV, Parquet, IDX, or CIFAR-10 records in a file called .bin',
    received: `${start.subarray(0, 8).toString('hex') || 'nothing'} at its start`,
  });
}

/** In small letters and without the dot; that in front of `.gz`. */
export function extensionOf(path: string): string {
  return /\.(\w+)(\.gz)?$/i.exec(path.replace(/\.gz$/i, ''))?.[1]?.toLowerCase() ?? '';
}

async function recogniseFolder(path: string): Promise<DataFormat> {
  const names = await readdir(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  if (names.some((name) => /^train-images[-.]idx3-ubyte(\.gz)?$/.test(name))) return 'mnist';
  if (names.some((name) => /^data_batch_\d+\.bin(\.gz)?$/.test(name))) return 'cifar';
  throw new EigenviewError('FILE_NOT_FOUND', 'There are no data in this folder.', {
    file: path,
    expected: "MNIST's train-images-idx3-ubyte and train-labels-idx1-ubyte, or CIFAR-10's data_batch_1.bin",
    received: names.slice(0, 10).join(', ') || 'an empty folder',
    fix: 'Name a file itself if it is called otherwise.',
  });
}

function firstBytes(path: string): Promise<Buffer> {
  return ByteReader.with(path, undefined, async (reader) => {
    const bytes = Buffer.alloc(4096);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = await reader.some(bytes.subarray(length));
    }
    return bytes.subarray(0, length);
  });
}

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** Without control characters but tabs and the ends of lines. */
function isText(start: Buffer): boolean {
  return start.length > 0 && start.every((byte) => byte >= SPACE || (byte >= TAB && byte <= CARRIAGE_RETURN));
}
