import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { probe, run } from './command.mjs';
import { findCompiler } from './compiler.mjs';
import { SetupFailure } from './failure.mjs';
import { requireLock } from './packages.mjs';
import { digest, readStamp, removeStamp, writeStamp } from './stamp.mjs';

/** @typedef {import('./setup.mjs').Context} Context */

const limit = 40 * 60;
const module = 'build/Release/eigenview.node';
const sources = ['binding.gyp', 'native/binding', 'native/core'];

/** Peak memory of one compiler process on our sources, generously. */
const bytesPerJob = 2 ** 30;

/** @type {import('./setup.mjs').Step} */
export const addon = {
  title: 'native module',

  isFresh(context) {
    const stamp = readStamp(context, 'addon');
    return stamp !== undefined && isDeepStrictEqual(stamp, describe(context));
  },

  invalidate(context) {
    removeStamp(context, 'addon');
  },

  async run(context) {
    const before = readStamp(context, 'addon');
    const wanted = describe(context);
    removeStamp(context, 'addon');
    const release = path.join(context.root, path.dirname(module));
    if (!canReuse(context, before, wanted)) rmSync(release, { recursive: true, force: true });
    await compile(context);
    await load(context);
    // The sources as they were at the start: an edit during the build makes the next setup build again.
    writeStamp(context, 'addon', { ...wanted, output: describeOutput(context) });
  },
};

/**
 * Everything the module was made from, and the module itself.
 *
 * @param {Context} context
 */
function describe(context) {
  return {
    environment: describeEnvironment(context),
    sources: digest(context.root, sources),
    output: describeOutput(context),
  };
}

/** @param {Context} context */
function describeEnvironment({ root }) {
  const locked = requireLock(root);
  const { CXX = '', CXXFLAGS = '', CPPFLAGS = '', LDFLAGS = '' } = process.env;
  return {
    node: `${process.version} ${process.platform} ${process.arch} abi ${process.versions.modules}`,
    headers: findHeaders() ?? '',
    blas: (process.platform === 'linux' ? probe('pkg-config', ['--modversion', 'openblas']) : 'Accelerate') ?? '',
    nodeGyp: locked['node_modules/node-gyp']?.version ?? '',
    nodeAddonApi: locked['node_modules/node-addon-api']?.version ?? '',
    flags: { CXX, CXXFLAGS, CPPFLAGS, LDFLAGS },
  };
}

/** @param {Context} context */
function describeOutput({ root }) {
  const found = statSync(path.join(root, module), { throwIfNoEntry: false });
  return found === undefined ? {} : { size: found.size, modified: found.mtimeMs };
}

/**
 * Whether make can be trusted with what the last build left: that build finished, in the same environment, from the same
 * files, and whatever changed since is newer than its result, by which make will know it.
 *
 * @param {Context} context
 * @param {Record<string, unknown> | undefined} before
 * @param {ReturnType<typeof describe>} wanted
 */
function canReuse({ root }, before, wanted) {
  if (before === undefined || wanted.output.modified === undefined) return false;
  if (!isDeepStrictEqual(before.environment, wanted.environment)) return false;
  if (!isDeepStrictEqual(before.output, wanted.output)) return false;
  const old = /** @type {Record<string, string>} */ (before.sources ?? {});
  if (!isDeepStrictEqual(Object.keys(old), Object.keys(wanted.sources))) return false;
  const built = wanted.output.modified;
  return Object.entries(wanted.sources).every(
    ([file, hash]) => old[file] === hash || statSync(path.join(root, file)).mtimeMs > built,
  );
}

/** @param {Context} context */
async function compile(context) {
  const nodeGyp = path.join(context.root, 'node_modules/node-gyp/bin/node-gyp.js');
  const headers = findHeaders();
  const command = [process.execPath, nodeGyp, 'configure', 'build', '--release', '--loglevel=warn'];
  command.push('--jobs', String(countJobs()));
  if (headers !== undefined) command.push('--nodedir', headers);
  // A make above us must not hand its flags and job slots down.
  const env = { CXX: findCompiler(), MAKEFLAGS: undefined, MFLAGS: undefined, MAKELEVEL: undefined };
  const { problem, output } = await run(context, 'node-gyp', command, { limit, env });
  if (problem === undefined) return;
  const advice =
    headers === undefined
      ? `This Node has no headers beside it (${path.join(prefix, 'include/node')}), so node-gyp downloads them from nodejs.org.\n` +
        'If it could not: install a Node with headers (from https://nodejs.org, nvm, Homebrew or NodeSource; Debian has them in libnode-dev),\n' +
        'or unpack the headers archive of this version and set npm_config_nodedir to its folder. Then run this again.'
      : `The whole output is in ${path.join(context.state, 'node-gyp.log')}.`;
  throw new SetupFailure(`node-gyp ${problem}`, output, advice);
}

/** A module with an unresolved symbol links, and fails only here. @param {Context} context */
async function load(context) {
  const command = [process.execPath, '-e', 'require(process.argv[1])', path.join(context.root, module)];
  const { problem, output } = await run(context, 'load', command, { limit: 60 });
  if (problem === undefined) return;
  throw new SetupFailure(`the native module was built and does not load: node ${problem}`, output);
}

const prefix = path.dirname(path.dirname(realpathSync(process.execPath)));

/** The folder whose include/node holds this Node's headers, if any does. */
function findHeaders() {
  const include = path.join(prefix, 'include/node');
  const needed = ['node_api.h', 'node_version.h', 'common.gypi'];
  if (!needed.every((file) => existsSync(path.join(include, file)))) return undefined;
  const version = readFileSync(path.join(include, 'node_version.h'), 'utf8');
  const major = /^#define NODE_MAJOR_VERSION (\d+)/m.exec(version)?.[1];
  return major === process.versions.node.split('.')[0] ? prefix : undefined;
}

function countJobs() {
  const memory = process.constrainedMemory() || os.totalmem();
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(Math.min(memory, os.totalmem()) / bytesPerJob)));
}
