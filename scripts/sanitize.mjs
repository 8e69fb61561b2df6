/**
 * Runs the native code under the sanitizers and looks for leaks:
 *
 *     npm run sanitize
 *
 * - native/test as shipped, under AddressSanitizer with UndefinedBehaviorSanitizer, and, where threads are at work, under
 *   ThreadSanitizer. Any report ends a program with an error. OpenBLAS is not instrumented; nothing is suppressed.
 * - The addon under AddressSanitizer in Node: every call, workers terminated and the process ended amid jobs.
 * - The addon as built: 10 000 repetitions of every call must not grow the process.
 *
 * Programs are kept in build/sanitize and built again when sources change.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  addonOf,
  address,
  buildAddon,
  buildTests,
  compiler,
  executable,
  findLauncher,
  root,
  shipped,
  tests,
  thread,
} from './sanitize/build.mjs';
import { run } from './sanitize/process.mjs';

const threaded = [
  'block_cache',
  'closed_form',
  'concurrent',
  'diagnostics',
  'differences',
  'dynamics',
  'gram',
  'losses',
  'noise',
  'steps',
  'view_gram',
];
const here = (/** @type {string} */ file) => fileURLToPath(new URL(`sanitize/${file}`, import.meta.url));

let passed = 0;
let failed = 0;

/** @param {string} name @param {() => Promise<import('./sanitize/process.mjs').Ending>} work */
async function step(name, work) {
  const { ok, output, seconds } = await work();
  const lines = output.trimEnd().split('\n');
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${ok ? lines.at(-1) : ''} (${seconds.toFixed(1)} s)`);
  if (ok) passed++;
  else {
    failed++;
    console.log(lines.slice(-80).join('\n'));
  }
}

/** A step of our own that says what it did, or throws. @param {string} name @param {() => Promise<string>} work */
function stage(name, work) {
  return step(name, async () => {
    const started = performance.now();
    const { ok, output } = await work().then(
      (said) => ({ ok: true, output: said }),
      (error) => ({ ok: false, output: String(error.message ?? error) }),
    );
    return { ok, output, seconds: (performance.now() - started) / 1000 };
  });
}

/** @param {import('./sanitize/build.mjs').Variant} variant @param {string[]} names */
async function runTests(variant, names) {
  const launcher = await findLauncher(variant);
  if (launcher === undefined) {
    console.log(`skip   ${variant.name}: ${compiler} or this machine does not support it`);
    return;
  }
  await stage(`${variant.name}: build`, async () => {
    await buildTests(variant, names);
    return `${names.length} programs`;
  });
  for (const name of names) {
    const [file = '', ...args] = [...launcher, executable(variant, name)];
    await step(`${variant.name}: ${name}`, () => run(file, args));
  }
}

/** The addon in a Node that has the sanitizer's runtime loaded first, as an instrumented module needs. */
async function runAddonUnderSanitizer() {
  const { output } = await run(compiler, ['-print-file-name=libasan.so']);
  const runtime = output.trim();
  if (process.platform !== 'linux' || !path.isAbsolute(runtime) || !existsSync(runtime)) {
    console.log(`skip   addon under AddressSanitizer: ${compiler} has no libasan.so to load into Node`);
    return;
  }
  await stage('address: build addon', async () => {
    await buildAddon(address);
    return path.relative(root, addonOf(address));
  });
  // Node itself leaves memory to the end of the process.
  const env = { LD_PRELOAD: runtime, ASAN_OPTIONS: 'detect_leaks=0' };
  const node = (/** @type {string[]} */ args, status = 0) =>
    run(process.execPath, ['--expose-gc', ...args], { env, status });
  await step('address: every call of the addon', () => node([here('repeat.mjs'), addonOf(address), '100']));
  await step('address: workers terminated amid jobs', () => node([here('teardown.mjs'), addonOf(address), 'workers']));
  await step('address: exit amid jobs', () => node([here('teardown.mjs'), addonOf(address), 'exit'], 7));
}

function runLeakCheck() {
  const addon = path.join(root, 'build/Release/eigenview.node');
  // Without a fixed threshold, glibc comes to keep freed blocks of megabytes for reuse.
  const env = { MALLOC_MMAP_THRESHOLD_: '1000000' };
  // A young generation that grows into its pages would look like a leak.
  const options = ['--expose-gc', '--max-semi-space-size=1'];
  return step('leaks: every call of the addon', () =>
    run(process.execPath, [...options, here('repeat.mjs'), addon, '10000', 'check'], { env }),
  );
}

await runTests(shipped, tests);
await runTests(address, tests);
await runTests(thread, threaded);
await runAddonUnderSanitizer();
await runLeakCheck();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
