import { createHash, randomBytes } from 'node:crypto';
import { access, constants, type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, EigenviewError } from '../errors.js';
import { checkPath, checkRegular, systemCode, writeError } from './files.js';
import { isRunning, processStart } from './process.js';

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
  const temporary = await temporaryBeside(target);
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

/**
 * Finds out before there is anything to write whether {@link writeAtomically} could write a file, and removes what its
 * writers left beside it that were killed. The file itself is not touched.
 *
 * @throws EigenviewError `FILE_IO` as {@link writeAtomically}
 * @example
 * ```ts
 * await checkWritable('result.json'); // an hour's work is worth it
 * ```
 */
export async function checkWritable(path: string): Promise<void> {
  checkPath('path', path);
  const { target } = await resolveTarget(path);
  const temporary = await temporaryBeside(target);
  const handle = await system(path, open(temporary, 'wx'));
  await handle.close();
  await unlink(temporary).catch(() => undefined);
  await removeAbandoned(dirname(target));
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

/** The same where others may be writing: only what processes of this host left that are gone. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const writer = TEMPORARY.exec(name)?.groups;
    if (writer !== undefined && (await isGone(writer))) await unlink(join(folder, name)).catch(() => undefined);
  }
}

/** Which host, process and start of it wrote, then digits of its own. */
const TEMPORARY = /^\.eigenview-(?<host>[0-9a-f]{8})-(?<pid>\d+)-(?<start>[0-9a-f]{8})-[0-9a-f]{16}\.tmp$/;

/** Where the system does not say when a process was started. */
const UNKNOWN_START = '00000000';

let ownStart: Promise<string> | undefined;

async function temporaryBeside(target: string): Promise<string> {
  ownStart ??= startOf(process.pid);
  const writer = `${digest(hostname())}-${process.pid}-${await ownStart}`;
  return join(dirname(target), `.eigenview-${writer}-${randomBytes(8).toString('hex')}.tmp`);
}

async function isGone({ host, pid, start }: Record<string, string>): Promise<boolean> {
  if (host !== digest(hostname())) return false;
  if (!(await isRunning(Number(pid), null))) return true;
  // Another process may have got the number since.
  const actual = await startOf(Number(pid));
  return start !== UNKNOWN_START && actual !== UNKNOWN_START && actual !== start;
}

async function startOf(pid: number): Promise<string> {
  const start = await processStart(pid);
  return start === undefined ? UNKNOWN_START : digest(start);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

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
