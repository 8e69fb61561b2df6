import { spawn } from 'node:child_process';

/**
 * @typedef {object} Ending
 * @property {boolean} ok whether it ended with status 0 in time
 * @property {string} output standard output and error together
 * @property {number} seconds
 */

/**
 * Runs a command to its end, or kills it after `limit` seconds.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, limit?: number, status?: number }} [options] `status`: the exit status to expect
 * @returns {Promise<Ending>}
 */
export function run(file, args, { env, limit = 300, status = 0 } = {}) {
  const started = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      output += `\nkilled: it ran longer than ${limit} s\n`;
      child.kill('SIGKILL');
    }, limit * 1000);
    const end = (/** @type {boolean} */ ok) => {
      clearTimeout(timer);
      resolve({ ok, output, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      output += String(error);
      end(false);
    });
    child.on('close', (code, signal) => {
      if (signal !== null) output += `\nended by ${signal}\n`;
      end(code === status);
    });
  });
}
