/**
 * Kills a study at random moments with SIGKILL, resumes it each time, and compares what it ends with, byte for byte, with
 * an uninterrupted run:
 *
 *     npm run kill-study [-- <kills> [<seed>]]
 *
 * A moment is uniform between the start of the process and the time a whole run takes, so that kills land in the
 * takeover of the lock, in config.json, amid cells and in the tables. A study that gets finished is compared, and another
 * one is begun until there were kills enough.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const [kills = 100, seed = 1] = process.argv.slice(2).map(Number);
/** Of about a second, most of it cells. */
const study = ['--n', '100,200,400,800,1600,3200,6400', '--seeds', '4', '--k', '20,50', '--no-figures'];
const tables = ['results.jsonl', 'cells.csv', 'summary.json', 'figure.svg'];
/** A run that takes so much longer hangs. */
const PATIENCE_MS = 60_000;

const random = generator(seed);
const parent = mkdtempSync(path.join(tmpdir(), 'eigenview-kill-'));

/** Mulberry32: numbers in [0, 1), the same for a seed. @param {number} state */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs the command and kills it after a while; returns whether it ended by itself before.
 *
 * @param {string[]} args @param {number} after milliseconds
 */
function run(args, after = Number.POSITIVE_INFINITY) {
  const child = spawn(process.execPath, [main, 'study', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), Math.min(after, PATIENCE_MS));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (signal === 'SIGKILL' && after < PATIENCE_MS) resolve(false);
      else reject(new Error(`study ${args.join(' ')} ended with ${code ?? signal}:\n${errors}`));
    });
  });
}

/** @param {string} folder @param {string} name */
function read(folder, name) {
  const bytes = readFileSync(path.join(folder, name));
  if (name !== 'summary.json') return bytes;
  const { provenance, ...rest } = JSON.parse(bytes.toString());
  return Buffer.from(JSON.stringify(rest));
}

/** What a killed study left, in words. @param {string} folder */
function landing(folder) {
  const there = (/** @type {string} */ name) => existsSync(path.join(folder, name));
  if (there('summary.json')) return 'after the summary';
  if (there('cells.csv')) return 'between the tables';
  if (!there('results.jsonl')) return there('config.json') ? 'before the first cell' : 'before config.json';
  const bytes = read(folder, 'results.jsonl');
  if (bytes.length === whole) return 'after the last cell';
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? 'in a line of results.jsonl' : 'amid cells';
}

/** Runs a study in a folder of its own, killed and resumed until it ends by itself. @param {string} folder */
async function killOften(folder) {
  for (;;) {
    const ended = await run([...study, '--resume', '--quiet', '--out', folder], random() * duration);
    if (ended) return;
    killed++;
    const where = existsSync(folder) ? landing(folder) : 'before there was a folder';
    landings.set(where, (landings.get(where) ?? 0) + 1);
    if (killed >= kills) break;
  }
  await run([...study, '--resume', '--quiet', '--out', folder]);
}

/** @param {string} folder */
async function compare(folder) {
  await run(['report', folder]);
  const different = tables.filter((name) => !read(folder, name).equals(read(reference, name)));
  const extra = readdirSync(folder).filter((name) => !expected.has(name));
  left += extra.length;
  if (different.length === 0) return;
  failed = true;
  console.error(`${folder}: ${different.join(', ')} differ from those in ${reference}`);
}

let killed = 0;
let studies = 0;
let left = 0;
let failed = false;
/** @type {Map<string, number>} */
const landings = new Map();

const reference = path.join(parent, 'reference');
const start = performance.now();
await run([...study, '--quiet', '--out', reference]);
const duration = performance.now() - start;
await run(['report', reference]);
const expected = new Set(readdirSync(reference));
const whole = read(reference, 'results.jsonl').length;
console.log(
  `a whole run: ${(duration / 1000).toFixed(2)} s, ${read(reference, 'results.jsonl').toString().split('\n').length - 1} cells`,
);

while (killed < kills) {
  const folder = path.join(parent, `killed-${++studies}`);
  await killOften(folder);
  await compare(folder);
  if (!failed) rmSync(folder, { recursive: true });
}

const where = [...landings].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
console.log(`${killed} kills: ${where.join(', ')}`);
if (left > 0) {
  failed = true;
  console.error(`${left} temporary files were left behind`);
}
console.log(
  `${studies} studies, ${((performance.now() - start) / 1000).toFixed(0)} s: ${failed ? 'DIFFERENT' : 'all the same to the byte'}`,
);
if (!failed) rmSync(parent, { recursive: true });
process.exitCode = failed ? 1 : 0;
