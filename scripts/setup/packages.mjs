import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { probe, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';

const limit = 20 * 60;

/** npm's own record of a finished installation. */
const installedLock = 'node_modules/.package-lock.json';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 */

/** @type {import('./setup.mjs').Step} */
export const packages = {
  title: 'npm packages',

  isFresh({ root }) {
    const installed = readLock(root, installedLock);
    if (installed === undefined) return false;
    const locked = Object.entries(requireLock(root)).filter(([folder]) => folder !== '');
    return locked.every(([folder, wanted]) => {
      const found = installed[folder];
      if (found === undefined) return wanted.optional === true;
      return isSame(found, wanted) && isForThisMachine(found) && existsSync(path.join(root, folder, 'package.json'));
    });
  },

  invalidate({ root }) {
    rmSync(path.join(root, installedLock), { force: true });
  },

  async run(context) {
    requireLock(context.root);
    // Each option overrules a user's or the environment's setting under which the build could not work.
    const options = ['--include=dev', '--include=optional', '--package-lock', '--no-global', '--no-dry-run'];
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-progress', '--loglevel=warn'];
    const { problem, output } = await run(context, 'npm', [...npm(), 'ci', ...options, ...quiet], {
      limit,
      env: cache(context),
    });
    if (problem === undefined) return;
    throw new SetupFailure(
      `npm ci ${problem}`,
      output,
      'If the registry was not reached: check the network, a proxy (HTTPS_PROXY) and its certificate (NODE_EXTRA_CA_CERTS).',
      'If package.json and package-lock.json disagree: run `npm install`. Then run this again.',
    );
  },
};

/**
 * The locked packages by folder.
 *
 * @param {string} root
 */
export function requireLock(root) {
  const locked = readLock(root, 'package-lock.json');
  if (locked !== undefined) return locked;
  throw new SetupFailure(
    `${path.join(root, 'package-lock.json')} is missing or damaged: setup works in a clone of the repository, not in an installed package.`,
  );
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readLock(root, file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {LockedPackage} a
 * @param {LockedPackage} b
 */
function isSame(a, b) {
  return a.version === b.version && a.integrity === b.integrity;
}

/**
 * False for a package installed by another system that shares the folder.
 *
 * @param {LockedPackage} found
 */
function isForThisMachine({ os, cpu }) {
  return allows(os, process.platform) && allows(cpu, process.arch);
}

/**
 * @param {string[] | undefined} names such as ['linux', 'darwin'] or ['!win32']
 * @param {string} name
 */
function allows(names = [], name) {
  return !names.includes(`!${name}`) && (names.includes(name) || names.every((each) => each.startsWith('!')));
}

/** The npm that runs us, else the one beside this Node, else the one on the path. */
function npm() {
  const running = process.env.npm_execpath;
  const beside = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  const script = [running, beside].find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  if (script !== undefined) return [process.execPath, script];
  if (probe('npm', ['--version']) !== undefined) return ['npm'];
  throw new SetupFailure(
    `npm is missing: it is neither beside this Node (${process.execPath}) nor on the path.`,
    'Install it (Debian, Ubuntu: `sudo apt-get install -y npm`) or a Node that brings it, from https://nodejs.org.',
  );
}

/**
 * npm's cache, beside our stamps where the home folder, as in a container, is missing or not ours.
 *
 * @param {import('./setup.mjs').Context} context
 * @returns {NodeJS.ProcessEnv}
 */
function cache({ state }) {
  const usual = process.env.npm_config_cache || path.join(os.homedir(), '.npm');
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return {};
  } catch {
    return { npm_config_cache: path.join(state, 'npm-cache') };
  }
}
