import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { digest, listFiles, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const limit = 10 * 60;
const inputs = ['src', 'tsconfig.json', 'rolldown.config.mjs', 'package.json', 'package-lock.json'];

/** @type {import('./setup.mjs').Step} */
export const typescript = {
  title: 'TypeScript',

  isFresh(context) {
    const { root } = context;
    const { sources, outputs } = readStamp(context, 'typescript') ?? {};
    if (!isDeepStrictEqual(sources, digest(root, inputs)) || !Array.isArray(outputs)) return false;
    return outputs.every((file) => typeof file === 'string' && existsSync(path.join(root, file)));
  },

  invalidate(context) {
    removeStamp(context, 'typescript');
  },

  async run(context) {
    const { root } = context;
    const sources = digest(root, inputs);
    removeStamp(context, 'typescript');
    // Made aside, at the depth of dist so that source maps hold, and swapped in whole.
    const fresh = path.join(root, 'dist.tmp');
    rmSync(fresh, { recursive: true, force: true });
    const compile = async (/** @type {string} */ name, /** @type {string[]} */ command) => {
      const { problem, output } = await run(context, name, [process.execPath, ...command], { limit });
      if (problem === undefined) return;
      rmSync(fresh, { recursive: true, force: true });
      throw new SetupFailure(`${name} ${problem}`, output, 'Correct what it reports, then run this again.');
    };
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    await compile('tsc', [tsc, '-p', 'tsconfig.json', '--emitDeclarationOnly', '--outDir', 'dist.tmp']);
    const rolldown = path.join(root, 'node_modules/rolldown/bin/cli.mjs');
    await compile('rolldown', [rolldown, '--config', 'rolldown.config.mjs', '--dir', 'dist.tmp']);
    // npm links it as a command, and makes it executable only when it installs.
    chmodSync(path.join(fresh, 'cli/main.js'), 0o755);
    const dist = path.join(root, 'dist');
    const old = path.join(root, 'dist.last.tmp');
    rmSync(old, { recursive: true, force: true });
    // By two renames: whoever looks between them finds none, but nobody half of one.
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    rmSync(old, { recursive: true, force: true });
    writeStamp(context, 'typescript', { sources, outputs: listFiles(root, 'dist') });
  },
};
