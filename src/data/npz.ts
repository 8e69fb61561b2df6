import { setImmediate } from 'node:timers/promises';
import { describe, EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { writeAtomically } from '../store/atomic.js';
import { checkPath } from '../store/files.js';
import { readAll } from './array.js';
import type { Member } from './bytes.js';
import { crc32 } from './crc32.js';
import { type NpyValue, npyPieces, npySource } from './npy.js';
import type { ChunkedSource } from './source.js';
import { readZip } from './unzip.js';
import { directoryOf, localHeader, type StoredMember } from './zip.js';

/** The arrays of an npz file. No file is held open between calls. */
export interface Npz {
  /** In the order of the file, without `.npy`. */
  readonly names: readonly string[];
  /** One array as a source. @throws EigenviewError `INVALID_ARGUMENT` for an unknown name, otherwise as `openNpy` */
  open(name: string): Promise<ChunkedSource>;
  /** One array whole: a vector is n×1, a number 1×1. @throws EigenviewError as `open`, and `TOO_LARGE` */
  read(name: string): Promise<Matrix>;
}

/**
 * Opens an npz file, as `numpy.savez` and `savez_compressed` write it. Checksums are checked as arrays are read to
 * their end.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO` or `FILE_FORMAT`
 * @example
 * ```ts
 * await writeNpz('fit.npz', { weights: Matrix.identity(2), risk: 0.25 });
 * const fit = await openNpz('fit.npz');
 * console.log(fit.names, (await fit.read('risk')).get(0, 0)); // [ 'weights', 'risk' ] 0.25
 * ```
 */
export async function openNpz(path: string): Promise<Npz> {
  const members = new Map<string, Member>();
  for (const member of await readZip(path)) {
    if (!member.name.endsWith('.npy')) continue;
    const name = member.name.slice(0, -'.npy'.length);
    if (members.has(name)) {
      throw new EigenviewError('FILE_FORMAT', `The array '${name}' is there twice.`, {
        file: path,
        offset: member.start,
      });
    }
    members.set(name, member);
  }
  const names = [...members.keys()];
  const openArray = async (name: string): Promise<ChunkedSource> => {
    const member = members.get(name);
    if (member !== undefined) return npySource(path, member);
    throw new EigenviewError('INVALID_ARGUMENT', `${path} has no such array.`, {
      argument: 'name',
      expected: `one of ${names.join(', ')}`,
      received: describe(name),
    });
  };
  return { names, open: openArray, read: async (name) => readAll(await openArray(name)) };
}

/**
 * Writes matrices (2-D), arrays (1-D) and numbers (0-D) under their names, uncompressed, whole or not at all. The same
 * values give the same bytes.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `DETACHED` or `FILE_IO`
 */
export async function writeNpz(path: string, values: Readonly<Record<string, NpyValue>>): Promise<void> {
  checkPath('path', path);
  await writeAtomically(path, npzPieces(checkedArrays(values)));
}

interface NamedArray {
  name: string;
  pieces: [Uint8Array, Uint8Array];
}

function checkedArrays(values: Readonly<Record<string, NpyValue>>): NamedArray[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'writeNpz takes arrays by name.', {
      argument: 'values',
      expected: 'an object of matrices, arrays and numbers',
      received: describe(values),
    });
  }
  return Object.entries(values).map(([key, value]) => {
    const name = `${key}.npy`;
    if (key === '' || key.includes('\0') || Buffer.byteLength(name) > 0xffff) {
      throw new EigenviewError('INVALID_ARGUMENT', 'An array needs a name.', {
        argument: 'values',
        expected: 'to have names of at least one and less than 65 531 bytes, none of them NUL',
        received: describe(key),
      });
    }
    return { name, pieces: npyPieces(`values.${key}`, value) };
  });
}

async function* npzPieces(arrays: readonly NamedArray[]): AsyncGenerator<Uint8Array, void, undefined> {
  const members: StoredMember[] = [];
  let offset = 0;
  for (const { name, pieces } of arrays) {
    const [header, numbers] = pieces;
    const size = header.length + numbers.length;
    const member = { name, size, crc: await checksum(numbers, crc32(header)), offset };
    const local = localHeader(member);
    yield local;
    yield* pieces;
    members.push(member);
    offset += local.length + size;
  }
  yield directoryOf(members, offset);
}

/** In steps of a few milliseconds, between which other work may run. */
async function checksum(bytes: Uint8Array, start: number): Promise<number> {
  const step = 4 << 20;
  let crc = start;
  for (let at = 0; at < bytes.length; at += step) {
    if (at > 0) await setImmediate();
    crc = crc32(bytes.subarray(at, at + step), crc);
  }
  return crc;
}
