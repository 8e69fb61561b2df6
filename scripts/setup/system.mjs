import { setTimeout as sleep } from 'node:timers/promises';
import { probe, run } from './command.mjs';

const limit = 15 * 60;
const busyRetries = 24;
const busyWait = 5_000;

/** @typedef {'apt-get' | 'dnf'} Manager */

/**
 * @typedef {object} Installer
 * @property {Manager} manager
 * @property {string[]} prefix what makes a command run as root
 */

/** The system's package manager, if it is one we know. */
export function findManager() {
  return /** @type {const} */ (['apt-get', 'dnf']).find((manager) => probe(manager, ['--version']) !== undefined);
}

/**
 * The package manager and the right to use it, without asking anyone; undefined where either lacks.
 *
 * @returns {Installer | undefined}
 */
export function findInstaller() {
  const manager = findManager();
  if (manager === undefined) return undefined;
  if (process.getuid?.() === 0) return { manager, prefix: [] };
  return probe('sudo', ['-n', 'true']) === undefined ? undefined : { manager, prefix: ['sudo', '-n'] };
}

/**
 * The command a user would type.
 *
 * @param {Manager} manager
 * @param {string[]} packages
 */
export function adviceFor(manager, packages) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  const install = `${sudo}${manager} install -y ${packages.join(' ')}`;
  return manager === 'dnf' ? `${install}   # Fedora` : `${sudo}apt-get update && ${install}   # Debian, Ubuntu`;
}

/**
 * @param {import('./setup.mjs').Context} context
 * @param {Installer} installer
 * @param {string[]} packages
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function install(context, { manager, prefix }, packages) {
  /**
   * @param {string} name
   * @param {string[]} command
   */
  const execute = async (name, command) => {
    // sudo clears the environment.
    const full = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', ...command];
    console.error(`  ${[...prefix, ...command].join(' ')}`);
    const { problem, output } = await runWhenFree(context, name, full);
    return problem === undefined ? undefined : `${command.join(' ')} ${problem}\n${output}`;
  };
  if (manager === 'dnf') return execute('dnf-install', ['dnf', '-y', 'install', ...packages]);
  // A third-party list that cannot be fetched must not stop an installation that may not need it.
  const outdated = await execute('apt-update', ['apt-get', '-o', 'Acquire::Retries=3', 'update']);
  const options = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  const apt = ['apt-get', ...options, 'install', ...packages];
  let problem = await execute('apt-install', apt);
  if (problem?.includes('dpkg --configure -a')) {
    // An installation was interrupted earlier, perhaps ours.
    problem = (await execute('dpkg-configure', ['dpkg', '--configure', '-a'])) ?? (await execute('apt-install', apt));
  }
  return problem === undefined ? undefined : [outdated, problem].filter(Boolean).join('\n');
}

/**
 * Runs a package manager's command, again and again while another one holds its lock.
 *
 * @param {import('./setup.mjs').Context} context
 * @param {string} name
 * @param {string[]} command
 */
async function runWhenFree(context, name, command) {
  for (let retry = 0; ; retry++) {
    const ending = await run(context, name, command, { limit });
    if (ending.problem === undefined || retry === busyRetries || !/could not get lock/i.test(ending.output))
      return ending;
    await sleep(busyWait);
  }
}
