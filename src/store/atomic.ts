import { randomBytes } from 'node:crypto';
import { access, constants, type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, EigenviewError } from '../errors.js';
import { checkPath, checkRegular, systemCode, writeError } from './files.js';

/** Text (UTF-8), bytes, or bytes in pieces. */
export type FileContents = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file whole or not at all: into a temporary file in the same folder, flushed to the disk, then renamed over
 * the target. A link is followed; the permissions of a file that is replaced are kept.
 *
 * @throws EigenviewError `FILE_IO` when the system refuses (a missing folder, a full disk, a read-only file), with the
 * system's error as its cause. What the pieces' iterator throws passes through. Either way nothing is left behind.
 * @example
 * ```ts
 * await writeAtomically('result.json', JSON.stringify({ risk: 0.25 }));
 * ```
 */
export async function writeAtomically(path: string, contents: FileContents): Promise<void> {
  checkPath('path', path);
  const pieces = inPieces(contents);
  const { target, mode } = await resolveTarget(path);
  const temporary = join(dirname(target), `.eigenview-${randomBytes(8).toString('hex')}.tmp`);
  const handle = await system(path, open(temporary, 'wx', mode));
  try {
    try {
      for await (const piece of pieces) await writeAll(path, handle, bytesOf(piece));
      await system(path, handle.sync());
    } finally {
      await system(path, handle.close());
    }
    await system(path, rename(temporary, target));
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw cause;
  }
  await syncFolder(dirname(target));
}

function inPieces(contents: FileContents): Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof contents === 'string' || contents instanceof Uint8Array) return [contents];
  if (typeof contents === 'object' && contents !== null) {
    if (Symbol.asyncIterator in contents || Symbol.iterator in contents) return contents;
  }
  throw invalid('contents', contents);
}

function bytesOf(piece: unknown): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece, 'utf8');
  if (piece instanceof Uint8Array) return piece;
  throw invalid('a piece of contents', piece);
}

function invalid(argument: string, value: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'A file is written from text or bytes.', {
    argument,
    expected: 'a string, a Uint8Array or an iterable of Uint8Array',
    received: describe(value),
  });
}

/**
 * Removes what writers killed amid {@link writeAtomically} left in a folder. Only for who knows that nobody else writes there.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (TEMPORARY.test(name)) await unlink(join(folder, name)).catch(() => undefined);
  }
}

const TEMPORARY = /^\.eigenview-[0-9a-f]{16}\.tmp$/;

/** The file a path stands for: behind links, and a regular one if it exists already. */
async function resolveTarget(path: string): Promise<{ target: string; mode: number }> {
  try {
    const target = await realpath(path);
    const facts = await stat(target);
    checkRegular(path, facts);
    await access(target, constants.W_OK);
    return { target, mode: facts.mode & 0o777 };
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return { target: path, mode: 0o666 };
    throw writeError(path, cause);
  }
}

/** A write may take fewer bytes than it was given. */
async function writeAll(path: string, handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    // One system call takes less than 2³¹ bytes.
    const length = Math.min(bytes.length - done, 1 << 30);
    done += (await system(path, handle.write(bytes, done, length))).bytesWritten;
  }
}

async function system<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** Makes the rename itself survive a power cut, where the system can open a folder (Windows cannot). */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
