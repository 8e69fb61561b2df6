import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { digest, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const limit = 10 * 60;
const inputs = ['src', 'tsconfig.json', 'rolldown.config.mjs', 'package.json', 'package-lock.json'];
const outputs = ['index.js', 'index.d.ts', 'cli/main.js'];

/** @type {import('./setup.mjs').Step} */
export const typescript = {
  title: 'TypeScript',

  isFresh(context) {
    return (
      isDeepStrictEqual(readStamp(context, 'typescript'), digest(context.root, inputs)) && isComplete(context.root)
    );
  },

  invalidate(context) {
    removeStamp(context, 'typescript');
  },

  async run(context) {
    const { root } = context;
    const stamp = digest(root, inputs);
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
    rmSync(path.join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, path.join(root, 'dist'));
    writeStamp(context, 'typescript', stamp);
  },
};

/** @param {string} root */
function isComplete(root) {
  return outputs.every((file) => existsSync(path.join(root, 'dist', file)));
}
