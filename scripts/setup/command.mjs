import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

const headLines = 12;
const tailLines = 24;
const killAfter = 5_000;

/** @type {Map<import('node:child_process').ChildProcess, Promise<Ending>>} */
const running = new Map();
let stopping = false;

/**
 * @typedef {object} Ending
 * @property {string | undefined} problem why the command did not succeed
 * @property {string} output what to show of its output
 */

/**
 * Runs a command without stdin, in a process group of its own, its output in `<state>/<name>.log` (on the terminal with
 * --verbose). Never rejects because of the command, and never outlasts `limit` (seconds) by more than a few seconds.
 *
 * @param {import('./setup.mjs').Context} context
 * @param {string} name
 * @param {string[]} command
 * @param {{ limit: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<Ending>}
 */
export async function run(context, name, [file = '', ...args], { limit, env }) {
  const log = path.join(context.state, `${name}.log`);
  mkdirSync(context.state, { recursive: true });
  const target = context.verbose ? 'inherit' : openSync(log, 'w');
  // A file, not a pipe: a command that outlives a killed setup must not stop in the middle of a write.
  const child = spawn(file, args, {
    cwd: context.root,
    env: { ...process.env, ...env },
    stdio: ['ignore', target, target],
    detached: true,
  });
  if (typeof target === 'number') closeSync(target);
  const tracked = child.pid === undefined ? undefined : context.lock?.track(child.pid);
  const ending = outcome(child, limit).then((problem) => ({ problem, output: context.verbose ? '' : excerpt(log) }));
  running.set(child, ending);
  const result = await ending;
  running.delete(child);
  tracked?.();
  // A stopped setup must not go on to the next command while it waits for this one.
  return stopping ? new Promise(() => {}) : result;
}

/** Ends every running command and waits for that. */
export async function terminate() {
  stopping = true;
  await Promise.all(
    [...running].map(([child, ending]) => {
      stop(child);
      return Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 2 * killAfter))]);
    }),
  );
}

/**
 * The standard output of a quick command, or undefined when it is missing or fails.
 *
 * @param {string} file
 * @param {string[]} args
 */
export function probe(file, args) {
  const { status, stdout } = spawnSync(file, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} limit
 * @returns {Promise<string | undefined>}
 */
function outcome(child, limit) {
  return new Promise((resolve) => {
    let expired = false;
    const late = `took longer than ${Math.round(limit / 60)} minutes`;
    const timer = setTimeout(() => {
      expired = true;
      stop(child);
      // What another user owns (sudo) cannot be killed; it must not hold us up either.
      setTimeout(() => resolve(late), 2 * killAfter).unref();
    }, limit * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (expired) resolve(late);
      else if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`);
    });
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function stop(child) {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), killAfter).unref();
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone, or another user's.
  }
}

/**
 * The start of a log, where npm and tsc say what is wrong, and its end, where make and apt do.
 *
 * @param {string} log
 */
function excerpt(log) {
  const text = readFileSync(log, 'utf8').trimEnd();
  if (text === '') return '';
  const lines = text.split('\n');
  const left = lines.length - headLines - tailLines;
  const shown =
    left > 1
      ? [...lines.slice(0, headLines), `... ${left} more lines in ${log} ...`, ...lines.slice(-tailLines)]
      : lines;
  return shown.map((line) => `  | ${line}`).join('\n');
}
