import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addon } from './addon.mjs';
import { terminate } from './command.mjs';
import { explain, SetupFailure } from './failure.mjs';
import { acquireLock } from './lock.mjs';
import { packages } from './packages.mjs';
import { requirements } from './requirements.mjs';
import { typescript } from './typescript.mjs';

/**
 * @typedef {object} Context
 * @property {string} root the clone's folder
 * @property {string} state where stamps, logs and the lock live
 * @property {boolean} force
 * @property {boolean} verbose
 * @property {import('./lock.mjs').Lock | undefined} lock
 */

/**
 * @typedef {object} Step
 * @property {string | undefined} title how the step is announced; one without a title announces itself when it acts
 * @property {(context: Context) => boolean} isFresh whether there is nothing to do
 * @property {(context: Context) => Promise<void>} run
 * @property {((context: Context) => void) | undefined} [invalidate] makes the step stale, for this and other processes
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const signals = /** @type {const} */ ({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 });

/** @type {Step[]} */
const steps = [requirements, packages, addon, typescript];

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function setup(args) {
  try {
    const flags = parse(args);
    const context = { root, state: path.join(root, 'build', 'setup'), ...flags, lock: undefined };
    if (context.force) for (const step of steps) step.invalidate?.(context);
    if (context.force || !steps.every((step) => step.isFresh(context))) await runLocked(context);
    return 0;
  } catch (error) {
    console.error(`setup failed: ${explain(error, args.includes('--verbose'))}`);
    return 1;
  }
}

/** @param {string[]} args */
function parse(args) {
  const flags = { force: false, verbose: false };
  for (const arg of args) {
    if (arg === '--force') flags.force = true;
    else if (arg === '--verbose') flags.verbose = true;
    else throw new SetupFailure(`unknown argument ${arg}; expected --force or --verbose, or nothing.`);
  }
  return flags;
}

/** @param {Context} context */
async function runLocked(context) {
  const lock = await acquireLock(context.state);
  context.lock = lock;
  for (const [signal, number] of Object.entries(signals)) {
    process.once(signal, async () => {
      await terminate();
      lock.release();
      console.error(`\nsetup stopped by ${signal}; run it again to continue.`);
      process.exit(128 + number);
    });
  }
  try {
    // Asked again under the lock: another setup may have done the work meanwhile.
    for (const step of steps) if (context.force || !step.isFresh(context)) await announce(step, context);
  } finally {
    lock.release();
  }
}

/**
 * @param {Step} step
 * @param {Context} context
 */
async function announce(step, context) {
  if (step.title === undefined) return step.run(context);
  const start = performance.now();
  process.stderr.write(`${step.title} ...${context.verbose ? '\n' : ' '}`);
  try {
    await step.run(context);
  } catch (error) {
    if (!context.verbose) console.error('failed');
    throw error;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(context.verbose ? `${step.title}: ${seconds} s` : `${seconds} s`);
}
