import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for one test file, removed after its tests. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'eigenview-test-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** A path in the folder. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file and returns its path. */
  write(name: string, contents: string | Uint8Array): string {
    const path = this.at(name);
    writeFileSync(path, contents);
    return path;
  }

  names(): string[] {
    return readdirSync(this.path).sort();
  }
}

/** Whether the system lists a process's open files. */
export const listsOpenFiles = process.platform === 'linux';

/** How often this process has a file open. */
export function openCount(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}
