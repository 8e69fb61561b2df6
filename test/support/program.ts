import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the package as it is built. */
export const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Ending {
  code: number | null;
  /** The signal that killed it: a crash, or SIGKILL when it took longer than it may. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of test/support/programs, which use the package as it is built, in a process of its own. */
export function runProgram(
  name: string,
  args: readonly (string | number)[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  if (!existsSync(`${packageFolder}dist/index.js`)) throw new Error('dist is missing: run `npm run setup` first.');
  const program = fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
  // What vitest puts into NODE_OPTIONS is not for these programs.
  const env = { ...process.env, NODE_OPTIONS: '', ...environment };
  const child = spawn(process.execPath, [program, ...args.map(String)], {
    env,
    timeout: 40_000,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}
