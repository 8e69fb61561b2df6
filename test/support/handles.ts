import { type FileHandle, open } from 'node:fs/promises';

/** What all file handles inherit from, to make single calls slow or fail. */
export async function handles(): Promise<FileHandle> {
  const handle = await open('.', 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}
