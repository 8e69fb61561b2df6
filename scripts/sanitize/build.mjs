import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const native = path.join(root, 'native');
const output = path.join(root, 'build/sanitize');

export const compiler = process.env.CXX || (process.platform === 'darwin' ? 'clang++' : 'g++');

/**
 * One way of compiling everything.
 *
 * @typedef {object} Variant
 * @property {string} name
 * @property {string[]} flags
 */

const common = ['-std=c++17', '-fno-math-errno', '-Wall', '-Wextra', '-Werror', '-fPIC', '-pthread', '-g1'];
const reported = ['-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-D_GLIBCXX_ASSERTIONS', '-O2'];

/** As the package ships it: with every instruction set, as sanitizers cannot have it. @type {Variant} */
export const shipped = { name: 'shipped', flags: ['-O3'] };
/** @type {Variant} */
export const address = { name: 'address', flags: ['-fsanitize=address,undefined,float-cast-overflow', ...reported] };
/** @type {Variant} */
export const thread = { name: 'thread', flags: ['-fsanitize=thread', ...reported] };

/** The executables of native/test, by name. */
export const tests = readdirSync(path.join(native, 'test'))
  .filter((file) => file.endsWith('.cpp'))
  .map((file) => path.basename(file, '.cpp'))
  .sort();

/** @type {{ cflags: string[], libs: string[] } | undefined} */
let blas;

/** As binding.gyp: OpenBLAS by pkg-config, Accelerate on macOS. */
async function findBlas() {
  if (process.platform === 'darwin')
    return { cflags: ['-mmacosx-version-min=13.3'], libs: ['-framework', 'Accelerate'] };
  const ask = async (/** @type {string} */ what) => {
    const { ok, output: answer } = await run('pkg-config', [what, 'openblas']);
    if (!ok) throw new Error(`pkg-config ${what} openblas failed: ${answer.trim() || 'is OpenBLAS installed?'}`);
    return answer.trim().split(/\s+/).filter(Boolean);
  };
  return { cflags: await ask('--cflags'), libs: await ask('--libs') };
}

/** The path of a built executable. @param {Variant} variant @param {string} test */
export const executable = (variant, test) => path.join(output, variant.name, test);

/** The path of the addon built under a variant. @param {Variant} variant */
export const addonOf = (variant) => path.join(output, variant.name, 'eigenview.node');

/**
 * The command to put before a program of this variant: none, or one that lays out memory without randomness, which some
 * kernels make too random for ThreadSanitizer. Undefined where the compiler or the machine has no such sanitizer.
 *
 * @param {Variant} variant
 */
export async function findLauncher(variant) {
  const folder = prepare(variant);
  const [source, program] = [path.join(folder, 'probe.cpp'), path.join(folder, 'probe')];
  writeFileSync(source, '#include <thread>\nint main() { std::thread([] {}).join(); }\n');
  if (!(await run(compiler, [...common, ...variant.flags, source, '-o', program])).ok) return undefined;
  for (const launcher of [[], ['setarch', '-R']]) {
    const [file = '', ...args] = [...launcher, program];
    if ((await run(file, args)).ok) return launcher;
  }
  return undefined;
}

/**
 * Builds the executables named, each newer than its sources when this ends.
 *
 * @param {Variant} variant
 * @param {string[]} names
 */
export async function buildTests(variant, names) {
  const core = await archive(variant);
  await inParallel(
    names.map((name) => async () => {
      const source = path.join(native, 'test', `${name}.cpp`);
      const target = executable(variant, name);
      if (isFresh(target, [source, core, ...headers(native)])) return;
      const { cflags, libs } = await getBlas();
      await compile([...common, ...variant.flags, ...cflags, source, core, ...libs, '-o', target]);
    }),
  );
}

/** Builds the addon. @param {Variant} variant */
export async function buildAddon(variant) {
  const core = await archive(variant);
  const include = [nodeHeaders(), path.join(root, 'node_modules/node-addon-api')].flatMap((each) => ['-isystem', each]);
  const defines = ['-DNODE_GYP_MODULE_NAME=eigenview', '-DNODE_ADDON_API_CPP_EXCEPTIONS', '-DBUILDING_NODE_EXTENSION'];
  const objects = await buildObjects(variant, sources(path.join(native, 'binding')), [...include, ...defines]);
  const target = addonOf(variant);
  if (isFresh(target, [...objects, core])) return;
  const shared = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  await compile([...shared, '-pthread', ...variant.flags, ...objects, core, ...(await getBlas()).libs, '-o', target]);
}

/** The headers node-gyp has just built the module with. */
function nodeHeaders() {
  const config = path.join(root, 'build/config.gypi');
  const named = existsSync(config) ? /"nodedir": "([^"]+)"/.exec(readFileSync(config, 'utf8'))?.[1] : undefined;
  return path.join(named ?? path.resolve(process.execPath, '../..'), 'include/node');
}

/** All of native/core as a library, so that a test may bring its own copy of a source. @param {Variant} variant */
async function archive(variant) {
  const objects = await buildObjects(variant, sources(path.join(native, 'core')), []);
  const target = path.join(output, variant.name, 'core.a');
  if (isFresh(target, objects)) return target;
  rmSync(target, { force: true });
  const { ok, output: said } = await run('ar', ['rcs', target, ...objects]);
  if (!ok) throw new Error(said);
  return target;
}

/**
 * @param {Variant} variant
 * @param {string[]} files
 * @param {string[]} flags
 */
async function buildObjects(variant, files, flags) {
  const folder = prepare(variant);
  const { cflags } = await getBlas();
  const objects = files.map((file) => ({
    file,
    object: path.join(folder, `${path.relative(native, file).replaceAll(path.sep, '-')}.o`),
  }));
  await inParallel(
    objects.map(({ file, object }) => async () => {
      if (isFresh(object, [file, ...headers(native)])) return;
      await compile([...common, ...variant.flags, ...cflags, ...flags, '-c', file, '-o', object]);
    }),
  );
  return objects.map(({ object }) => object);
}

/** The variant's folder, emptied when its flags or the compiler have changed. @param {Variant} variant */
function prepare(variant) {
  const folder = path.join(output, variant.name);
  const stamp = path.join(folder, 'flags');
  const wanted = [compiler, process.version, ...common, ...variant.flags].join(' ');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(stamp, wanted);
  }
  return folder;
}

async function getBlas() {
  blas ??= await findBlas();
  return blas;
}

/** @param {string[]} args */
async function compile(args) {
  const { ok, output: said } = await run(compiler, args, { limit: 600 });
  if (!ok) throw new Error(`${compiler} ${args.join(' ')}\n${said}`);
}

/** @param {string} folder @param {string} ending */
function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => path.join(folder, file));
}

const sources = (/** @type {string} */ folder) => filesUnder(folder, '.cpp');

/** Every header counts for every object: there are few. @param {string} folder */
const headers = (folder) => filesUnder(folder, '.h');

/** @param {string} target @param {string[]} from */
function isFresh(target, from) {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  return from.every((file) => statSync(file).mtimeMs < built);
}

/** @param {(() => Promise<void>)[]} jobs */
async function inParallel(jobs) {
  const queue = [...jobs];
  const work = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));
}
