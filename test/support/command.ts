import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Runs the built command line, as a user would. */
export function eigenview(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  if (!existsSync(MAIN)) throw new Error('dist is missing: run `npm run setup` first.');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, signal, stdout, stderr };
}
