/** Opening files and naming what the operating system refused: each rule once. */
import { existsSync, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, EigenviewError } from '../errors.js';

export function checkPath(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A path is needed.', {
      argument,
      expected: 'a non-empty string without NUL characters',
      received: describe(value),
    });
  }
}

/** The error for a file that could not be read. */
export function readError(path: string, cause: unknown): EigenviewError {
  if (cause instanceof EigenviewError) return cause;
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new EigenviewError('FILE_NOT_FOUND', 'No such file or folder.', {
      file: path,
      fix: 'Check the path; a relative one starts from the current working directory.',
      cause,
    });
  }
  return new EigenviewError('FILE_IO', `Could not be read (${reason(cause)}).`, { file: path, cause });
}

/** The error for a file that could not be written. */
export function writeError(path: string, cause: unknown): EigenviewError {
  if (cause instanceof EigenviewError) return cause;
  const fixes: Record<string, string> = {
    ENOENT: 'Create the folder first.',
    ENOTDIR: 'A part of the path is a file, not a folder.',
    EISDIR: 'Name a file inside the folder.',
    ENOSPC: 'Free some space on the disk.',
    EACCES: 'Check the permissions of the folder.',
    EPERM: 'Check the permissions of the folder.',
    EROFS: 'The file system is read-only: write elsewhere.',
  };
  const fix = fixes[systemCode(cause) ?? ''];
  return new EigenviewError('FILE_IO', `Could not be written (${reason(cause)}).`, {
    file: path,
    ...(fix === undefined ? {} : { fix }),
    cause,
  });
}

/**
 * Makes a folder and those above it, and says whether it was not there. One by one: Node's own way never ends where a folder
 * exists in which none can be made, such as /proc, and reports a read-only disk as a missing folder.
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (cause) {
    const parent = dirname(path);
    if (systemCode(cause) === 'ENOENT' && parent !== path && !existsSync(parent)) {
      await makeFolder(parent);
      return makeFolder(path);
    }
    if (systemCode(cause) === 'EEXIST' && (await stat(path)).isDirectory()) return false;
    throw writeError(path, cause);
  }
}

/** The facts of a regular file. Folders are refused, and so are pipes, whose opening could wait for ever. */
export async function statFile(path: string): Promise<Stats> {
  checkPath('path', path);
  const facts = await stat(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  checkRegular(path, facts);
  return facts;
}

export function checkRegular(path: string, facts: Stats): void {
  if (facts.isFile()) return;
  throw new EigenviewError('FILE_IO', facts.isDirectory() ? 'This is a folder.' : 'This is not a regular file.', {
    file: path,
    fix: 'Name a file.',
  });
}

/** Opens a regular file for reading. The caller closes the handle. */
export async function openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  const { size } = await statFile(path);
  try {
    return { handle: await open(path, 'r'), size };
  } catch (cause) {
    throw readError(path, cause);
  }
}

export function systemCode(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : describe(cause);
}
