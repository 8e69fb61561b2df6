import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupFailure } from './failure.mjs';
import { isGroupAlive, isProcessAlive, startOf } from './process.mjs';

const pollEvery = 200;
const giveUpAfter = 45 * 60_000;
const beatEvery = 5_000;
/** A holder on another machine or in another container is taken for dead when it has not touched its entry for this long. */
const silentAfter = 60_000;

/**
 * @typedef {object} Lock
 * @property {(group: number) => () => void} track adds a command's process group to the holders; returns its removal
 * @property {() => void} release
 */

/**
 * Waits for the one lock of this clone.
 *
 * The lock is a folder whose entries name its holders: this process and the commands it runs, so that what a killed setup
 * left running still counts. Taking it renames a folder with an entry onto the lock, which succeeds only while that is
 * missing or empty; clearing it unlinks entries of dead holders by name, which can never touch a living one's.
 *
 * @param {string} state the folder the lock lives in
 * @returns {Promise<Lock>}
 */
export async function acquireLock(state) {
  const folder = path.join(state, 'lock');
  mkdirSync(state, { recursive: true });
  const own = entry('process', process.pid);
  const deadline = Date.now() + giveUpAfter;
  let told = false;
  while (!take(folder, own)) {
    // Names sort so that a process comes last, and speaks for the commands it runs.
    const holder = readEntries(folder)
      .sort()
      .findLast((name) => isHeld(folder, name));
    if (holder === undefined) continue;
    if (!told) console.error(`Waiting for ${describe(holder)} ...`);
    told = true;
    if (Date.now() > deadline) {
      throw new SetupFailure(`another setup holds ${folder} for too long. If none is running, delete that folder.`);
    }
    await sleep(pollEvery);
  }
  return holdLock(folder, own);
}

/**
 * @param {string} folder
 * @param {string} own
 * @returns {Lock}
 */
function holdLock(folder, own) {
  const entries = new Set([own]);
  const beat = setInterval(() => {
    for (const name of entries) attempt(() => utimesSync(path.join(folder, name), new Date(), new Date()));
  }, beatEvery).unref();
  /** @param {string} name */
  const drop = (name) => {
    entries.delete(name);
    attempt(() => unlinkSync(path.join(folder, name)));
  };
  return {
    track(group) {
      const name = entry('group', group);
      writeFileSync(path.join(folder, name), '');
      entries.add(name);
      return () => drop(name);
    },
    release() {
      clearInterval(beat);
      for (const name of entries) drop(name);
      attempt(() => rmdirSync(folder));
    },
  };
}

/**
 * @param {string} folder
 * @param {string} own
 */
function take(folder, own) {
  for (const name of readEntries(folder)) {
    if (!isHeld(folder, name)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  const mine = `${folder}.${process.pid}`;
  try {
    mkdirSync(mine, { recursive: true });
    writeFileSync(path.join(mine, own), '');
    renameSync(mine, folder);
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} folder */
function readEntries(folder) {
  return attempt(() => readdirSync(folder)) ?? [];
}

/**
 * A holder's name: kind, number, start time (numbers are used again), machine.
 *
 * @param {'process' | 'group'} kind
 * @param {number} id
 */
function entry(kind, id) {
  return [kind, id, startOf(id) ?? '', encodeURIComponent(os.hostname())].join('@');
}

/** @param {string} holder */
function describe(holder) {
  const [kind, id] = holder.split('@');
  return kind === 'group'
    ? `a command that an interrupted setup left running (process group ${id})`
    : `another setup of this clone (process ${id})`;
}

/**
 * @param {string} folder
 * @param {string} name
 */
function isHeld(folder, name) {
  const [kind, id, start, host] = name.split('@');
  if (host !== encodeURIComponent(os.hostname())) {
    const age = attempt(() => Date.now() - statSync(path.join(folder, name)).mtimeMs);
    return age !== undefined && age < silentAfter;
  }
  return kind === 'group' ? isGroupAlive(Number(id), start) : isProcessAlive(Number(id), start);
}

/**
 * The result of a file operation that may find another process was faster.
 *
 * @template T
 * @param {() => T} operation
 */
function attempt(operation) {
  try {
    return operation();
  } catch {
    return undefined;
  }
}
