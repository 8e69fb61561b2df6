import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EigenviewError } from '../errors.js';
import type { MatrixData } from '../matrix/matrix.js';
import { packageFolder } from './package-folder.js';

/** What the native module says of itself. */
export interface NativeDescription {
  blas: { vendor: string; version: string; kernel: string; config: string };
  /** The instruction set of the moments kernel: avx512, avx2, neon or plain. */
  momentsKernel: string;
}

/** A streaming accumulator of native/binding. */
export interface NativeAccumulator<Snapshot> {
  fill(x: MatrixData, rows: number, y: MatrixData | undefined, from: number, views?: MatrixData): number;
  full(): boolean;
  swap(): void;
  help(threads: number): Promise<void>;
  check(): void;
  snapshot(threads: number): Promise<Snapshot>;
  /** Frees its memory; nothing may be running, and no other call may follow. */
  close(): void;
}

export type NativeGram = NativeAccumulator<{ count: number; gram: Float64Array }>;

export type NativeViewGram = NativeAccumulator<
  { count: number } & Record<'inputs' | 'deviations' | 'shifts' | 'cross', Float64Array>
>;

/** A native function: numbers, arrays and flags in, arrays or a record of them out; see native/binding. */
export type NativeFunction = (...args: unknown[]) => unknown;

export interface NativeAddon {
  readonly [name: string]: unknown;
  readonly Gram: new (dx: number, dy: number, ...noise: unknown[]) => NativeGram;
  readonly ViewGram: new (dx: number, dy: number, ...plan: unknown[]) => NativeViewGram;
  describe(): NativeDescription;
  probeLibrary(name: string): string | undefined;
}

/** Where the build puts the module. */
export const addonPath = join(packageFolder, 'build/Release/eigenview.node');

/** The module, or the error to throw, made anew for each caller. */
let loaded: NativeAddon | (() => EigenviewError) | undefined;

/** The native module, loaded at the first call. @throws EigenviewError `BACKEND_UNAVAILABLE`, saying why */
export function loadAddon(): NativeAddon {
  loaded ??= tryLoad();
  if (typeof loaded === 'function') throw loaded();
  return loaded;
}

function tryLoad(): NativeAddon | (() => EigenviewError) {
  if (!existsSync(addonPath)) {
    return unavailable(
      `it has not been built: ${addonPath} does not exist`,
      'Run `npm run setup` in the package folder.',
    );
  }
  try {
    return createRequire(import.meta.url)(addonPath) as NativeAddon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return unavailable(
      `${addonPath} does not load: ${reason}`,
      'Install OpenBLAS (libopenblas-dev) if a library is missing, then run `npm run setup`; `eigenview doctor` says more.',
      cause,
    );
  }
}

function unavailable(why: string, fix: string, cause?: unknown): () => EigenviewError {
  return () => new EigenviewError('BACKEND_UNAVAILABLE', `The native backend is unavailable: ${why}.`, { fix, cause });
}
