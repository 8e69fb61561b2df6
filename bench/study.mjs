import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './environment.mjs';
import { median } from './interleave.mjs';

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const SCRIPT = fileURLToPath(new URL('alignment_study.py', import.meta.url));

/** Whole commands, data loading included, three times in turn: ours with tables only, as the script, and with its report. */
export async function compareStudies(data) {
  const folder = mkdtempSync(join(tmpdir(), 'eigenview-bench-'));
  try {
    const times = { tables: [], report: [], numpy: [] };
    for (let round = 0; round < 3; round++) {
      const own = (name, ...flags) => {
        const command = [COMMAND, 'study', '--quiet', '--data', data, '--out', join(folder, name + round), ...flags];
        times[name].push(seconds(process.execPath, command));
      };
      own('tables', '--no-figures');
      own('report');
      times.numpy.push(seconds('python3', [SCRIPT, data]));
    }
    const line = (what, name) => {
      const ratio = median(times.numpy.map((time, i) => time / times[name][i]));
      return `  ${what} ${median(times[name]).toFixed(2)} s, ratio ${ratio.toFixed(1)}`;
    };
    return [
      '',
      `alignment study of ${data}, 3 seeds, start-up and loading included:`,
      line('eigenview, tables', 'tables'),
      line('eigenview, with figures and report', 'report'),
      `  plain NumPy script, tables ${median(times.numpy).toFixed(2)} s`,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function seconds(command, args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { env: cleanEnvironment(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return (performance.now() - start) / 1000;
}
