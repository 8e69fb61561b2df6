import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './environment.mjs';
import { median } from './interleave.mjs';

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const SCRIPT = fileURLToPath(new URL('alignment_study.py', import.meta.url));

/** Whole commands, data loading included, three times in turn. Ours also draws the figure. */
export async function compareStudies(data) {
  const folder = mkdtempSync(join(tmpdir(), 'eigenview-bench-'));
  try {
    const own = [];
    const numpy = [];
    for (let round = 0; round < 3; round++) {
      own.push(seconds(process.execPath, [COMMAND, 'study', '--data', data, '--out', folder]));
      numpy.push(seconds('python3', [SCRIPT, data]));
    }
    const ratio = median(numpy.map((time, i) => time / own[i]));
    return [
      '',
      `alignment study of ${data}, 3 seeds, start-up, loading and (ours) figure included:`,
      `  eigenview ${median(own).toFixed(2)} s, plain NumPy script ${median(numpy).toFixed(2)} s, ratio ${ratio.toFixed(1)}`,
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
