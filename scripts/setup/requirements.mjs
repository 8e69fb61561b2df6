import { addon } from './addon.mjs';
import { probe } from './command.mjs';
import { compilers, findCompiler } from './compiler.mjs';
import { SetupFailure } from './failure.mjs';
import { adviceFor, findInstaller, findManager, install } from './system.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} why
 * @property {boolean} installable whether setup may install it, which it does for libraries and never for a compiler
 * @property {() => boolean} isMet
 * @property {Record<import('./system.mjs').Manager, string>} packages
 */

/** @type {Requirement[]} */
const tools = [
  {
    name: 'a C++ compiler',
    why: process.env.CXX ? `$CXX is ${process.env.CXX}, which does not run` : `${compilers.join(', ')}: none runs`,
    installable: false,
    isMet: () => findCompiler() !== undefined,
    packages: { 'apt-get': 'g++', dnf: 'gcc-c++' },
  },
  {
    name: 'make',
    why: 'node-gyp builds with it',
    installable: false,
    isMet: () => probe(process.env.MAKE || 'make', ['--version']) !== undefined,
    packages: { 'apt-get': 'make', dnf: 'make' },
  },
  {
    name: 'Python 3.8 or newer',
    why: 'node-gyp runs on it',
    installable: false,
    isMet: () =>
      pythons().some((python) => probe(python, ['-c', 'import sys; assert sys.version_info >= (3, 8)']) !== undefined),
    packages: { 'apt-get': 'python3', dnf: 'python3' },
  },
];

/** macOS brings Accelerate. @type {Requirement[]} */
const libraries = [
  {
    name: 'pkg-config',
    why: 'it tells the build where OpenBLAS is',
    installable: true,
    isMet: () => probe('pkg-config', ['--version']) !== undefined,
    packages: { 'apt-get': 'pkg-config', dnf: 'pkgconf-pkg-config' },
  },
  {
    name: 'OpenBLAS',
    why: 'the native module links against it (LAPACK)',
    installable: true,
    isMet: () => probe('pkg-config', ['--exists', 'openblas']) !== undefined,
    packages: { 'apt-get': 'libopenblas-dev', dnf: 'openblas-devel' },
  },
];

/** What the native build needs from the system. @type {import('./setup.mjs').Step} */
export const requirements = {
  title: undefined,

  isFresh: (context) => addon.isFresh(context),

  async run(context) {
    if (process.platform !== 'linux' && process.platform !== 'darwin') {
      throw new SetupFailure(
        `the native module builds on Linux and macOS, not on ${process.platform}; on Windows use WSL 2.`,
      );
    }
    const missing = findMissing();
    if (missing.length === 0) return;
    const installer = missing.every(({ installable }) => installable) ? findInstaller() : undefined;
    if (installer === undefined) throw new SetupFailure(advise(missing));
    console.error(`Missing, and about to be installed:\n${list(missing)}`);
    const problem = await install(context, installer, packagesOf(missing, installer.manager));
    const left = findMissing();
    if (left.length > 0) throw new SetupFailure(problem, advise(left));
  },
};

function findMissing() {
  const needed = process.platform === 'linux' ? [...tools, ...libraries] : tools;
  return needed.filter(({ isMet }) => !isMet());
}

/** The Pythons that node-gyp tries, in its order. */
function pythons() {
  const { NODE_GYP_FORCE_PYTHON: forced, npm_config_python: configured, PYTHON: set } = process.env;
  return forced ? [forced] : [configured || [], set || [], 'python3', 'python'].flat();
}

/** @param {Requirement[]} missing */
function list(missing) {
  return missing.map(({ name, why }) => `  - ${name}: ${why}`).join('\n');
}

/**
 * @param {Requirement[]} missing
 * @param {import('./system.mjs').Manager} manager
 */
function packagesOf(missing, manager) {
  return missing.map(({ packages }) => packages[manager]);
}

/** @param {Requirement[]} missing */
function advise(missing) {
  const found = findManager();
  const managers = found === undefined ? /** @type {const} */ (['apt-get', 'dnf']) : [found];
  const commands = managers.map((each) => adviceFor(each, packagesOf(missing, each)));
  if (process.platform === 'darwin') commands.length = 0;
  if (found === undefined && missing.some(({ installable }) => !installable)) {
    commands.push('xcode-select --install   # macOS');
  }
  return `this machine lacks\n${list(missing)}\nInstall what is missing, then run this again:\n${commands.map((each) => `  ${each}`).join('\n')}`;
}
