/** How `eigenview dynamics` may end. */
import type { EigenviewError, ErrorCode } from '../errors.js';
import type { DynamicsFlags } from './dynamics-config.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';

export const EXIT_CODES = [
  EXIT.done,
  { ...EXIT.failed, means: 'failed, as on files that are missing or data that are broken' },
  { ...EXIT.usage, means: 'wrong usage or configuration: options, a table of --pair, a backend that is not there' },
  EXIT.inUse,
  EXIT.interrupted,
];

/** Of a flow or a pair that options describe, or a table of probabilities, which is configuration too. */
const CONFIGURED: ReadonlySet<ErrorCode> = new Set([
  'SHAPE_MISMATCH',
  'NOT_SYMMETRIC',
  'NOT_FINITE',
  'EMPTY',
  'TOO_LARGE',
  'FILE_FORMAT',
]);

/** What another command line, or another table, would mend is 2; of images (--data) the same errors are failures. */
export function dynamicsExitCode(error: EigenviewError, { data }: Pick<DynamicsFlags, 'data'>): ExitCode {
  const { code, argument } = error;
  const backend = code === 'BACKEND_UNAVAILABLE' && argument === 'backend';
  const configured = CONFIGURED.has(code) && (data === undefined || argument === 'pair');
  return backend || configured ? EXIT.usage.code : exitCodeOf(error);
}
