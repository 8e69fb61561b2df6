import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanEnvironment } from './environment.mjs';

const VERSIONS = 'import numpy, scipy; print(f"NumPy {numpy.__version__}, SciPy {scipy.__version__}")';

/** A Python process that runs one operation a line; undefined where NumPy and SciPy are not installed. */
export async function startNumpy(script) {
  const env = cleanEnvironment();
  const probe = spawnSync('python3', ['-c', VERSIONS], { env, encoding: 'utf8' });
  if (probe.status !== 0) return undefined;
  const child = spawn('python3', [script, '--serve'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return {
    versions: probe.stdout.trim(),
    /** Seconds of one run of the operation, as Python's own clock has it. */
    async run(operation) {
      child.stdin.write(`${operation}\n`);
      const [line] = await once(lines, 'line');
      const { seconds, error } = JSON.parse(line);
      if (error !== undefined) throw new Error(error);
      return seconds;
    },
    stop: () => child.stdin.end(),
  };
}
