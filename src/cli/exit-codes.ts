import { CommanderError } from 'commander';
import { EigenviewError, type ErrorCode } from '../errors.js';

/** How the command may end. */
export const EXIT = {
  done: { code: 0, means: 'done' },
  failed: { code: 1, means: 'failed, with the error on standard error' },
  usage: { code: 2, means: 'wrong usage or configuration' },
  incomplete: { code: 3, means: 'finished, but some cells failed' },
  inUse: { code: 4, means: 'the output folder is in use' },
  interrupted: { code: 130, means: 'interrupted' },
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]['code'];

/** A line of help. */
export function exitCodesText(codes: readonly { code: number; means: string }[]): string {
  return `Exit codes: ${codes.map(({ code, means }) => `${code} ${means}`).join('; ')}.`;
}

/** What another command line, or another configuration, would mend. */
const USAGE: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'UNKNOWN_OPTION', 'OUT_OF_RANGE', 'FILE_EXISTS']);

/** Arguments that name files which say what to do. */
const CONFIGS: ReadonlySet<string | undefined> = new Set(['config', 'augment']);

/** The exit code for what a command threw. An abort without a reason of its own is an interruption. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.usage.code;
  if (error instanceof EigenviewError) {
    if (error.code === 'IN_USE') return EXIT.inUse.code;
    const brokenConfig = error.code === 'FILE_FORMAT' && CONFIGS.has(error.argument);
    return brokenConfig || USAGE.has(error.code) ? EXIT.usage.code : EXIT.failed.code;
  }
  return error instanceof Error && error.name === 'AbortError' ? EXIT.interrupted.code : EXIT.failed.code;
}
