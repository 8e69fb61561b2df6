import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../runtime/package-folder.js';

/** The package's version, from its package.json. */
export const version: string = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version;
