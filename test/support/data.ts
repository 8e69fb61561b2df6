import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../../shared/data/', import.meta.url);

/** A file or folder of the real data sets, which lie beside the repository and not in it. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

/** For `it.skipIf(!hasData('mnist'))`: says so when it is not there. */
export function hasData(name: string): boolean {
  const there = existsSync(dataPath(name));
  if (!there) console.warn(`Skipped: no ${name} in ${fileURLToPath(FOLDER)}`);
  return there;
}
