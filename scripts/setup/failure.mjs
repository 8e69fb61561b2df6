/** A failure the user can act on; anything else that is thrown is either the file system's or a defect. */
export class SetupFailure extends Error {}

const fileSystemFixes = new Map([
  ['EACCES', 'It may belong to another user: take it over with `sudo chown -R "$(id -u)" .`, or delete it.'],
  ['EPERM', 'It may belong to another user: take it over with `sudo chown -R "$(id -u)" .`, or delete it.'],
  ['EROFS', 'The file system is read-only: work in a copy elsewhere.'],
  ['ENOSPC', 'The disk is full: make room.'],
  ['EDQUOT', 'Your disk quota is used up: make room.'],
]);

/**
 * @param {unknown} error
 * @param {boolean} verbose
 */
export function explain(error, verbose) {
  if (error instanceof SetupFailure) return error.message;
  if (!(error instanceof Error)) return String(error);
  const fix = fileSystemFixes.get(/** @type {NodeJS.ErrnoException} */ (error).code ?? '');
  if (fix !== undefined) return `${error.message}\n${fix} Then run this again.`;
  return (verbose ? error.stack : undefined) ?? `${error.message}\nRun it with --verbose for the stack.`;
}
