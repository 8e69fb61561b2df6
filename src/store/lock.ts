/**
 * One process at a time works in a folder: whoever creates the lock file in it.
 *
 * A lock is stale once its process is gone. It is replaced under a claim, a second lock that is named after the content
 * of the stale one, so that of several processes that see it only one replaces it, and only while it is still there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, unlinkSync } from 'node:fs';
import { constants, copyFile, link, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { checkPath, checkRegular, readError, systemCode, writeError } from './files.js';
import { isRunning, processStart } from './process.js';

export interface Lock {
  /** Gives the folder free; again does nothing. */
  release(): Promise<void>;
}

/** The content of a lock file. */
interface Holder {
  pid: number;
  host: string;
  /** When the lock was taken, ISO 8601. */
  started: string;
  /** When the process was started, where the system says so: another process may get the same number. */
  processStart: string | null;
  /** Tells a lock from every other. */
  token: string;
}

/** A file that makes no sense may be half-written for so long: where there are no links, locks are copied. */
const WRITING_MS = 3000;

/** A lock that is about to be taken. */
const READY = '.eigenview-lock-';
const READY_FILE = /^\.eigenview-lock-[0-9a-f]{16}\.tmp$/;

/** What a claim's name has behind that of the lock; a claim on a claim has it twice. */
const CLAIM_DIGITS = 16;
const CLAIMS = /^(\.[0-9a-f]{16})+$/;

/** How often the lock may change hands while it is looked at. */
const ATTEMPTS = 100;

/**
 * Takes the lock of a folder. It is given back by `release`, or when the process or worker thread that took it exits; that
 * of a process that was killed is taken over by the next one.
 *
 * @param options.name of the lock file. Default `lock`
 * @throws EigenviewError `IN_USE` while another process, thread or call has the lock, or a process of another host may have
 * it; `FILE_IO` where the folder cannot be written to
 * @example
 * ```ts
 * const lock = await acquireLock('results');
 * try { await writeAtomically('results/cells.csv', 'alpha,angle\n'); } finally { await lock.release(); }
 * ```
 */
export async function acquireLock(folder: string, options: { name?: string } = {}): Promise<Lock> {
  checkPath('folder', folder);
  checkOptions('acquireLock', options, ['name']);
  const { name = 'lock' } = options;
  checkName(name);
  const path = join(folder, name);
  const token = randomBytes(16).toString('hex');
  const started = new Date().toISOString();
  await take(path, {
    pid: process.pid,
    host: hostname(),
    started,
    processStart: (await processStart(process.pid)) ?? null,
    token,
  });
  releaseAtExit(path, token);
  await removeDebris(folder, name);
  let released: Promise<void> | undefined;
  return {
    release() {
      released ??= release(path, token);
      return released;
    },
  };
}

function checkName(name: unknown): asserts name is string {
  checkPath('name', name);
  if (basename(name) === name && name !== '.' && name !== '..') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'A lock is a file in the folder itself.', {
    argument: 'name',
    expected: 'the name of a file',
    received: describe(name),
  });
}

async function take(path: string, holder: Holder): Promise<void> {
  // Written before it is linked, so that it is never seen half-written.
  const ready = join(dirname(path), `${READY}${randomBytes(8).toString('hex')}.tmp`);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Every time, because who takes the lock meanwhile clears it away.
      await writeFile(ready, `${JSON.stringify(holder)}\n`).catch((cause: unknown) => {
        throw writeError(dirname(path), cause);
      });
      if (await createFrom(ready, path)) return;
      const found = await inspect(path);
      if (found === undefined) continue;
      if (!found.stale) throw inUse(path, found.holder);
      if (await replace(path, found.content, ready, holder)) return;
    }
    throw inUse(path, undefined);
  } finally {
    await unlink(ready).catch(() => undefined);
  }
}

/**
 * Removes what contenders for the lock left behind that were killed. Only for who has the lock: a living contender writes
 * its file again, and a claim on a lock that is no longer there gives a right to nothing.
 */
async function removeDebris(folder: string, name: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const other of names) {
    const isClaim = other.startsWith(`${name}.`) && CLAIMS.test(other.slice(name.length));
    if (isClaim || READY_FILE.test(other)) await unlink(join(folder, other)).catch(() => undefined);
  }
}

/** Whether the file was created; false if there is one, or if the one to link was cleared away. */
async function createFrom(ready: string, path: string): Promise<boolean> {
  try {
    await link(ready, path).catch((cause: unknown) => {
      if (systemCode(cause) === 'EEXIST') throw cause;
      // Not every file system has links.
      return copyFile(ready, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (cause) {
    if (isOneOf(cause, 'EEXIST', 'ENOENT')) return false;
    throw writeError(dirname(path), cause);
  }
}

function isOneOf(cause: unknown, ...codes: string[]): boolean {
  return codes.includes(systemCode(cause) ?? '');
}

interface Found {
  content: string;
  holder: Holder | undefined;
  stale: boolean;
}

/** The lock that is there, if one is. */
async function inspect(path: string): Promise<Found | undefined> {
  try {
    checkRegular(path, await stat(path));
    const content = await readFile(path, 'utf8');
    const holder = parseHolder(content);
    if (holder !== undefined) return { content, holder, stale: await isGone(holder) };
    const { mtimeMs } = await stat(path);
    return { content, holder, stale: Math.abs(Date.now() - mtimeMs) > WRITING_MS };
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw readError(path, cause);
  }
}

function parseHolder(content: string): Holder | undefined {
  let value: Partial<Holder> | null;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  const { pid, host, started, processStart, token } = value ?? {};
  const sound =
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    (processStart === null || typeof processStart === 'string') &&
    [host, started, token].every((text) => typeof text === 'string');
  return sound ? (value as Holder) : undefined;
}

async function isGone({ pid, host, processStart }: Holder): Promise<boolean> {
  return host === hostname() && !(await isRunning(pid, processStart));
}

/** Puts a lock in the place of a stale one; false if that one is no longer there, or the new one was cleared away. */
async function replace(path: string, stale: string, ready: string, holder: Holder): Promise<boolean> {
  const claim = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, CLAIM_DIGITS)}`;
  await take(claim, holder);
  try {
    // Only who has the claim replaces this lock, so what is seen now holds until it is replaced.
    const found = await inspect(path);
    if (found?.content !== stale || !found.stale) return false;
    await rename(ready, path);
    return true;
  } catch (cause) {
    if (isOneOf(cause, 'ENOENT')) return false;
    throw writeError(dirname(path), cause);
  } finally {
    await unlink(claim).catch(() => undefined);
  }
}

function inUse(path: string, holder: Holder | undefined): EigenviewError {
  const file = dirname(path);
  if (holder === undefined) {
    const fix = `Try again in a few seconds, or remove ${path} if nothing works there.`;
    return new EigenviewError('IN_USE', 'Another process is about to work in this folder.', { file, fix });
  }
  const { pid, host, started } = holder;
  const here = host === hostname();
  const who = pid === process.pid && here ? `this process (${pid})` : `process ${pid} on ${host}`;
  return new EigenviewError('IN_USE', `In use by ${who} since ${started}.`, {
    file,
    fix: here
      ? 'Wait until it ends, stop it, or use another folder.'
      : `Wait until it ends or use another folder; if it is gone for certain, remove ${path}.`,
  });
}

async function release(path: string, token: string): Promise<void> {
  try {
    if (parseHolder(await readFile(path, 'utf8'))?.token === token) await unlink(path);
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw writeError(path, cause);
  } finally {
    held.delete(token);
    if (held.size === 0) process.removeListener('exit', releaseAll);
  }
}

/** Paths of this thread's locks by their tokens. */
const held = new Map<string, string>();

function releaseAtExit(path: string, token: string): void {
  if (held.size === 0) process.on('exit', releaseAll);
  held.set(token, path);
}

function releaseAll(): void {
  for (const [token, path] of held) {
    try {
      if (parseHolder(readFileSync(path, 'utf8'))?.token === token) unlinkSync(path);
    } catch {
      // Nobody is left to tell; the next process finds the lock stale.
    }
  }
}
