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

/** What another command line, or another configuration, would mend. */
const USAGE: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'UNKNOWN_OPTION', 'OUT_OF_RANGE', 'FILE_EXISTS']);

/** The exit code for what a command threw. An abort without a reason of its own is an interruption. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.usage.code;
  if (error instanceof EigenviewError) {
    if (error.code === 'IN_USE') return EXIT.inUse.code;
    const brokenConfig = error.code === 'FILE_FORMAT' && error.argument === 'config';
    return brokenConfig || USAGE.has(error.code) ? EXIT.usage.code : EXIT.failed.code;
  }
  return error instanceof Error && error.name === 'AbortError' ? EXIT.interrupted.code : EXIT.failed.code;
}
