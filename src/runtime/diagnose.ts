import { availableParallelism, cpus } from 'node:os';
import { EigenviewError } from '../errors.js';
import { addonPath, loadAddon, type NativeAddon } from './addon.js';
import { poolSize, threads } from './threads.js';

/** One thing looked at: as it should be, worth knowing, harmful, or fatal to native speed. */
export interface Finding {
  state: 'good' | 'note' | 'warning' | 'broken';
  subject: string;
  fact: string;
  /** What to do about it. */
  fix?: string;
}

/** Everything about this machine that decides whether and how fast eigenview runs. */
export function diagnose(): Finding[] {
  const native = nativeAddon();
  return [
    node(),
    native instanceof EigenviewError
      ? {
          state: 'broken',
          subject: 'native addon',
          fact: native.message,
          fix: 'Without it all is computed in JavaScript.',
        }
      : { state: 'good', subject: 'native addon', fact: addonPath },
    ...(native instanceof EigenviewError ? [] : nativeFindings(native)),
    ...threadFindings(),
    ...blasEnvironment(),
    ...(native instanceof EigenviewError ? [] : [cuda(native)]),
    ...overrides(),
  ];
}

function nativeAddon(): NativeAddon | EigenviewError {
  try {
    return loadAddon();
  } catch (error) {
    if (error instanceof EigenviewError) return error;
    throw error;
  }
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const fact = `${process.version}, Node-API ${process.versions.napi}, ${process.platform}-${process.arch}`;
  if (major >= 20) return { state: 'good', subject: 'Node', fact };
  return { state: 'broken', subject: 'Node', fact, fix: 'Install Node 20 or later.' };
}

function nativeFindings(native: NativeAddon): Finding[] {
  const { blas, momentsKernel } = native.describe();
  const version = blas.version === '' ? '' : ` ${blas.version}`;
  const kernel = blas.kernel === '' ? '' : `, kernel ${blas.kernel}`;
  const plain = momentsKernel === 'plain';
  return [
    { state: 'good', subject: 'BLAS', fact: `${blas.vendor}${version}${kernel}` },
    {
      state: plain ? 'warning' : 'good',
      subject: 'moments kernel',
      fact: momentsKernel,
      ...(plain && {
        fix: 'This processor, or EIGENVIEW_KERNEL, allows no vector kernel: moments are several times slower.',
      }),
    },
  ];
}

function threadFindings(): Finding[] {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const pool = poolSize();
  const findings = [usedThreads(cores, model)];
  if (pool - 1 < Math.min(cores, 4)) {
    findings.push({
      state: 'warning',
      subject: 'thread pool',
      fact: `UV_THREADPOOL_SIZE is ${pool}: at most ${Math.max(1, pool - 1)} native calls run at a time`,
      fix: `Set UV_THREADPOOL_SIZE to ${cores + 1} or more before Node starts.`,
    });
  }
  return findings;
}

function usedThreads(cores: number, model: string): Finding {
  try {
    return { state: 'good', subject: 'threads', fact: `${threads()} of ${cores} cores (${model})` };
  } catch (error) {
    const fact = error instanceof Error ? error.message : String(error);
    return { state: 'broken', subject: 'threads', fact, fix: 'Unset EIGENVIEW_THREADS or give it a whole number.' };
  }
}

/** Variables that change OpenBLAS's kernels or threads behind our back. */
function blasEnvironment(): Finding[] {
  const left = Object.keys(process.env).filter((name) => /^(OPENBLAS|GOTO|OMP|MKL)_/.test(name));
  if (left.length === 0) return [{ state: 'good', subject: 'BLAS variables', fact: 'none set' }];
  return left.map((name) => {
    const slow = /^OPENBLAS_(CORETYPE|L2_SIZE|VERBOSE)$/.test(name);
    return {
      state: slow ? 'warning' : 'note',
      subject: name,
      fact: `set to ${JSON.stringify(process.env[name])}`,
      fix: slow
        ? `It can halve the speed of BLAS: \`unset ${name}\` unless you know why it is there.`
        : 'eigenview sets the number of BLAS threads itself.',
    };
  });
}

function cuda(native: NativeAddon): Finding {
  const name = process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1';
  const reason = native.probeLibrary(name);
  if (reason === undefined) {
    return {
      state: 'note',
      subject: 'CUDA',
      fact: 'a driver is installed, but this build has no CUDA module',
      fix: 'Nothing to do: the native backend is used.',
    };
  }
  return { state: 'note', subject: 'CUDA', fact: `not found (${reason})`, fix: 'Nothing to do: it is optional.' };
}

function overrides(): Finding[] {
  return Object.keys(process.env)
    .filter((name) => name.startsWith('EIGENVIEW_'))
    .map((name) => ({ state: 'note', subject: name, fact: `set to ${JSON.stringify(process.env[name])}` }) as const);
}
