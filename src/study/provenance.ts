import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '../backends/select.js';
import { loadAddon } from '../runtime/addon.js';
import { packageFolder } from '../runtime/package-folder.js';
import { threads } from '../runtime/threads.js';
import type { Provenance } from './summary.js';

/** What is known before a study runs. */
export async function provenance(config: { hash: string; backend: string | undefined }): Promise<Provenance> {
  const started = new Date().toISOString();
  const { name: backend } = selectBackend(config.backend);
  const native = backend === 'native' ? loadAddon().describe() : undefined;
  return {
    version: JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version,
    commit: await commit(),
    configHash: config.hash,
    backend,
    blas: native === undefined ? null : `${native.blas.vendor} ${native.blas.version} ${native.blas.kernel}`.trim(),
    kernel: native?.momentsKernel ?? null,
    threads: threads(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    started,
    ended: started,
    seconds: 0,
    reused: 0,
  };
}

/** Of the package's own repository: one it is only installed in would say nothing about it. */
function commit(): Promise<string | null> {
  if (!existsSync(join(packageFolder, '.git'))) return Promise.resolve(null);
  const git = ['-C', packageFolder, 'describe', '--always', '--dirty', '--abbrev=40', '--match='];
  return new Promise((resolve) => {
    execFile('git', git, { timeout: 5000 }, (error, stdout) => resolve(error === null ? stdout.trim() : null));
  });
}
