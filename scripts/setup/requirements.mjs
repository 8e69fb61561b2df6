import { addon } from './addon.mjs';
import { probe } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { findManager, installCommands, installWith, managers } from './system.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} why
 * @property {boolean} installable whether setup may install it, which it does for libraries and never for a compiler
 * @property {() => boolean} isMet
 * @property {Record<import('./system.mjs').ManagerName, string>} packages
 */

/** @type {Requirement[]} */
const tools = [
  {
    name: 'a C++ compiler',
    why: process.env.CXX ? `$CXX is ${process.env.CXX}, which does not run` : 'none of c++, g++ and clang++ runs',
    installable: false,
    isMet: () => findCompiler() !== undefined,
    packages: { apt: 'g++', dnf: 'gcc-c++' },
  },
  {
    name: 'make',
    why: 'node-gyp builds with it',
    installable: false,
    isMet: () => probe(process.env.MAKE || 'make', ['--version']) !== undefined,
    packages: { apt: 'make', dnf: 'make' },
  },
  {
    name: 'Python 3.8 or newer',
    why: 'node-gyp runs on it',
    installable: false,
    isMet: () => pythons().some((python) => probe(python, ['-c', 'import sys; assert sys.version_info >= (3, 8)']) !== undefined),
    packages: { apt: 'python3', dnf: 'python3' },
  },
];

/** macOS brings Accelerate. @type {Requirement[]} */
const libraries = [
  {
    name: 'pkg-config',
    why: 'it tells the build where OpenBLAS is',
    installable: true,
    isMet: () => probe('pkg-config', ['--version']) !== undefined,
    packages: { apt: 'pkg-config', dnf: 'pkgconf-pkg-config' },
  },
  {
    name: 'OpenBLAS',
    why: 'the native module links against it (LAPACK)',
    installable: true,
    isMet: () => probe('pkg-config', ['--exists', 'openblas']) !== undefined,
    packages: { apt: 'libopenblas-dev', dnf: 'openblas-devel' },
  },
];

/** What the native build needs from the system. @type {import('./setup.mjs').Step} */
export const requirements = {
  title: undefined,

  isFresh: (context) => addon.isFresh(context),

  async run(context) {
    if (process.platform !== 'linux' && process.platform !== 'darwin') {
      throw new SetupFailure(`the native module builds on Linux and macOS, not on ${process.platform}; on Windows use WSL 2.`);
    }
    const missing = findMissing();
    if (missing.length === 0) return;
    const manager = findManager();
    if (manager === undefined || missing.some(({ installable }) => !installable)) throw new SetupFailure(advise(missing));
    console.error(`Installing what is missing:\n${list(missing)}`);
    const problem = await installWith(context, manager, missing.map(({ packages }) => packages[manager]));
    const left = findMissing();
    if (left.length > 0) throw new SetupFailure([problem, advise(left)].filter(Boolean).join('\n'));
  },
};

/** The compiler the build uses; a command line, as $CXX may be. */
export function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  return candidates.find((command) => probe('/bin/sh', ['-c', `${command} --version`]) !== undefined);
}

function findMissing() {
  const needed = process.platform === 'linux' ? [...tools, ...libraries] : tools;
  return needed.filter(({ isMet }) => !isMet());
}

/** Where node-gyp looks for Python, in its order. */
function pythons() {
  const { NODE_GYP_FORCE_PYTHON, npm_config_python, PYTHON } = process.env;
  if (NODE_GYP_FORCE_PYTHON) return [NODE_GYP_FORCE_PYTHON];
  return [npm_config_python, PYTHON, 'python3', 'python'].filter((name) => name !== undefined && name !== '');
}

/** @param {Requirement[]} missing */
function list(missing) {
  return missing.map(({ name, why }) => `  - ${name}: ${why}`).join('\n');
}

/** @param {Requirement[]} missing */
function advise(missing) {
  const lines = managers.map((manager) => {
    const commands = installCommands(manager, missing.map(({ packages }) => packages[manager]));
    return `  ${systems[manager].padEnd(15)} ${commands.map((command) => `sudo ${command.join(' ')}`).join(' && ')}`;
  });
  if (missing.some(({ installable }) => !installable)) lines.push(`  ${'macOS'.padEnd(15)} xcode-select --install`);
  return `missing from this machine:\n${list(missing)}\nInstall it, then run this again:\n${lines.join('\n')}`;
}

const systems = { apt: 'Debian, Ubuntu', dnf: 'Fedora' };
