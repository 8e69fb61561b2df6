import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';

export function describeMachine(python) {
  const { blas, momentsKernel } = createRequire(import.meta.url)('../build/Release/eigenview.node').describe();
  return [
    `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}`,
    `eigenview: ${blas.vendor} ${blas.version} (${blas.kernel}), moments kernel ${momentsKernel}`,
    python === undefined
      ? 'NumPy and SciPy: not found, left out'
      : `peers: ${python.versions}, ml-matrix, a plain loop`,
    '',
  ].join('\n');
}
