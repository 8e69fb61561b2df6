import { availableParallelism, cpus } from 'node:os';
import { loadAddon } from '../dist/runtime/addon.js';

export function describeMachine(python) {
  const { blas, momentsKernel } = loadAddon().describe();
  return [
    `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}`,
    `eigenview: ${blas.vendor} ${blas.version} (${blas.kernel}), moments kernel ${momentsKernel}`,
    python === undefined
      ? 'NumPy and SciPy: not found, left out'
      : `peers: ${python.versions}, ml-matrix, a plain loop`,
    '',
  ].join('\n');
}
