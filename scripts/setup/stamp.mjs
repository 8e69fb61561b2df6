import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {import('./setup.mjs').Context} Context */

/**
 * What a finished step left behind, or undefined where it did not finish or its stamp is damaged.
 *
 * @param {Context} context
 * @param {string} name
 * @returns {Record<string, unknown> | undefined}
 */
export function readStamp(context, name) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(context, name), 'utf8'));
    return typeof stamp === 'object' && stamp !== null ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * To be written last: it declares the step's outputs complete.
 *
 * @param {Context} context
 * @param {string} name
 * @param {Record<string, unknown>} stamp
 */
export function writeStamp(context, name, stamp) {
  const file = stampFile(context, name);
  mkdirSync(context.state, { recursive: true });
  writeFileSync(`${file}.tmp`, `${JSON.stringify(stamp, undefined, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}

/**
 * @param {Context} context
 * @param {string} name
 */
export function removeStamp(context, name) {
  rmSync(stampFile(context, name), { force: true });
}

/**
 * SHA-256 of every file under the given files and folders, by path from the root.
 *
 * @param {string} root
 * @param {string[]} paths
 */
export function digest(root, paths) {
  return Object.fromEntries(
    paths
      .flatMap((each) => listFiles(root, each))
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(path.join(root, file)))
          .digest('hex'),
      ]),
  );
}

/**
 * The files under a file or folder, as sorted paths from the root; hidden ones, which editors leave, do not count.
 *
 * @param {string} root
 * @param {string} from
 * @returns {string[]}
 */
export function listFiles(root, from) {
  try {
    return readdirSync(path.join(root, from), { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((each) =>
        each.isDirectory() ? listFiles(root, path.join(from, each.name)) : [path.join(from, each.name)],
      );
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [from];
    throw error;
  }
}

/**
 * @param {Context} context
 * @param {string} name
 */
function stampFile(context, name) {
  return path.join(context.state, `${name}.json`);
}
