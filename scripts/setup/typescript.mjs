import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { digest, listFiles, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const limit = 10 * 60;
const inputs = ['src', 'tsconfig.json', 'package.json', 'package-lock.json'];

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
    // Compiled aside, at the depth of dist so that source maps hold, and swapped in whole.
    const fresh = path.join(root, 'dist.tmp');
    rmSync(fresh, { recursive: true, force: true });
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const command = [process.execPath, tsc, '-p', 'tsconfig.json', '--outDir', 'dist.tmp'];
    const { problem, output } = await run(context, 'tsc', command, { limit });
    if (problem !== undefined) {
      rmSync(fresh, { recursive: true, force: true });
      throw new SetupFailure(`tsc ${problem}`, output, 'Correct what it reports, then run this again.');
    }
    rmSync(path.join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, path.join(root, 'dist'));
    writeStamp(context, 'typescript', stamp);
  },
};

/** @param {string} root */
function isComplete(root) {
  const sources = listFiles(root, 'src').filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  return sources.every((file) => existsSync(path.join(root, 'dist', `${path.relative('src', file).slice(0, -3)}.js`)));
}
