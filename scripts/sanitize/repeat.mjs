// Repeats every call of the addon and watches the memory of this process:
//
//     node --expose-gc repeat.mjs ADDON TIMES [check]
//
// With `check`, no call may add more than 4 MB to the resident set between the end of its warm-up and its last repetition.
// Over 10 000 repetitions that is 420 bytes a call: less than the smallest matrix here (2 KB) or the job behind a promise.
// Smaller leaks add up: 24 MB over all calls together. A leak adds as much every time, while what a process keeps for reuse
// (the block cache, chunks of V8, the allocator's arenas for new threads) is taken now and then: a call that added memory is
// measured again, one that added too much up to three times more, and the smallest figure counts.
import { createRequire } from 'node:module';
import { allCalls, slowCalls } from './calls.mjs';

const MB = 2 ** 20;
const EACH = 4 * MB;
const TOGETHER = 24 * MB;
/** What is worth a second look. */
const NOISE = MB / 4;
const LOOKS = 5;

const [addonPath = '', times = '', mode] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(addonPath);
const collect = /** @type {() => void} */ (globalThis.gc);

/** @param {() => unknown} call @param {number} count @param {number} together calls under way at once */
async function repeat(call, count, together) {
  for (let done = 0; done < count; done += together) {
    await Promise.all(Array.from({ length: Math.min(together, count - done) }, call));
    // Finalizers run between turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function resident() {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage.rss();
}

const count = Number(times);
const plan = [
  ...allCalls(addon).map((call) => ({ ...call, count, together: 50 })),
  ...slowCalls(addon).map((call) => ({ ...call, count: Math.ceil(count / call.every), together: 2 })),
];
for (const { run, count, together } of plan) await repeat(run, Math.ceil(count / 10), together);
let leaks = 0;
let total = 0;
for (const { name, run, count, together } of plan) {
  const measure = async () => {
    const before = await resident();
    await repeat(run, count, together);
    return (await resident()) - before;
  };
  try {
    let growth = await measure();
    for (let look = 1; mode === 'check' && look < LOOKS && growth > (look === 1 ? NOISE : EACH); look++) {
      growth = Math.min(growth, await measure());
    }
    total += Math.max(0, growth);
    if (mode !== 'check' || growth <= EACH) continue;
    leaks++;
    console.log(`${name}: ${count} calls added ${(growth / MB).toFixed(1)} MB, every time`);
  } catch (error) {
    throw new Error(`${name}: ${error}`, { cause: error });
  }
}
console.log(`${plan.length} calls, ${count} times each: ${(total / MB).toFixed(1)} MB more`);
if (leaks > 0 || (mode === 'check' && total > TOGETHER)) process.exitCode = 1;
