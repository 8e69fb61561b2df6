import { describe, EigenviewError } from '../errors.js';
import { checkOptions, checkSignal } from '../matrix/check.js';
import type { Backend } from './backend.js';
import { js } from './js/index.js';
import type { Control } from './linalg.js';
import { native } from './native/index.js';

/** Where to compute: `native` (C++ and LAPACK), `cuda`, `js`, or `auto`, the fastest that is there. */
export type BackendName = 'auto' | 'native' | 'cuda' | 'js';

/** Options every asynchronous function takes. */
export interface CallOptions {
  /** Aborts the call: it rejects with `signal.reason`. */
  signal?: AbortSignal;
  /** Default `auto`, or what the environment variable `EIGENVIEW_BACKEND` says. */
  backend?: BackendName;
}

/** Options of a synchronous twin. */
export type SyncOptions = Pick<CallOptions, 'backend'>;

export const BACKENDS: readonly BackendName[] = ['auto', 'native', 'cuda', 'js'];

export function selectBackend(name: unknown): Backend {
  const wanted = name === undefined ? process.env.EIGENVIEW_BACKEND || 'auto' : name;
  if (!BACKENDS.includes(wanted as BackendName)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is no such backend.', {
      argument: name === undefined ? 'EIGENVIEW_BACKEND' : 'backend',
      expected: `one of ${BACKENDS.join(', ')}`,
      received: describe(wanted),
    });
  }
  switch (wanted as BackendName) {
    case 'js':
      return js;
    case 'native':
      return native();
    case 'cuda':
      throw new EigenviewError('BACKEND_UNAVAILABLE', 'This build has no CUDA module.', {
        argument: 'backend',
        fix: "Use 'native', or 'auto' to get the fastest backend there is.",
      });
    case 'auto':
      return automatic();
  }
}

let fallback: Backend | undefined;

function automatic(): Backend {
  if (fallback !== undefined) return fallback;
  try {
    return native();
  } catch (reason) {
    fallback = js;
    process.emitWarning(`${reason instanceof Error ? reason.message : reason} Computing in JavaScript, far slower.`, {
      type: 'EigenviewWarning',
      code: 'EIGENVIEW_BACKEND_FALLBACK',
    });
    return fallback;
  }
}

/** Checks the options of an asynchronous call and finds its backend. Throws the signal's reason if already aborted. */
export function beginCall(
  where: string,
  options: (CallOptions & object) | undefined,
  known: readonly string[] = [],
): { backend: Backend; control: Control } {
  checkOptions(where, options, [...known, 'signal', 'backend']);
  checkSignal(options?.signal);
  options?.signal?.throwIfAborted();
  return { backend: selectBackend(options?.backend), control: { signal: options?.signal } };
}

/** The same for a synchronous twin. */
export function beginSync(where: string, options: SyncOptions | undefined, known: readonly string[] = []): Backend {
  checkOptions(where, options, [...known, 'backend']);
  return selectBackend(options?.backend);
}
