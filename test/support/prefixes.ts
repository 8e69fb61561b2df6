import { expect } from 'vitest';
import { failure } from './failure.js';
import type { TemporaryFolder } from './temporary.js';

/** Cuts a valid file at every byte: reading what is left must end in a coded error about that file. */
export async function expectEveryPrefixFails(
  folder: TemporaryFolder,
  name: string,
  whole: Uint8Array,
  read: (path: string) => Promise<unknown>,
): Promise<void> {
  await read(folder.write(name, whole));
  for (let length = 0; length < whole.length; length++) {
    const path = folder.write(name, whole.subarray(0, length));
    const error = await failure(() => read(path));
    expect(error, `cut to ${length} bytes`).toMatchObject({ code: 'FILE_FORMAT', file: path });
    expect(error.offset, `cut to ${length} bytes`).toBeTypeOf('number');
  }
}
