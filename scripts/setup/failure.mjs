/** A failure the user can act on; anything else that is thrown is either the file system's or a defect. */
export class SetupFailure extends Error {
  /** @param {(string | undefined)[]} paragraphs empty ones are left out */
  constructor(...paragraphs) {
    super(paragraphs.filter((text) => text !== undefined && text !== '').join('\n'));
  }
}

const denied =
  'It is write-protected or belongs to another user. In the clone, run `sudo chown -R "$(id -u)" . && chmod -R u+w .`, or delete it.';

const fileSystemFixes = new Map([
  ['EACCES', denied],
  ['EPERM', denied],
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
