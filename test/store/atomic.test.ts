import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkWritable, removeLeftovers, writeAtomically } from '../../src/store/atomic.js';
import { failure } from '../support/failure.js';
import { handles } from '../support/handles.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const leftovers = new TemporaryFolder();
const pieces = () => [Buffer.from('one '), Buffer.from('two')];

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function* stream(...parts: readonly (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

describe('writeAtomically', () => {
  let before: string[];
  beforeEach(() => {
    before = folder.names();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(folder.names().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['text', 'one two'],
    ['bytes', Buffer.from('one two')],
    ['pieces', pieces()],
    ['pieces that are waited for', stream(...pieces())],
  ])('writes %s', async (name, contents) => {
    const path = folder.at(`${name}.txt`);
    await writeAtomically(path, contents);
    expect(readFileSync(path, 'utf8')).toBe('one two');
  });

  it('writes an empty file', async () => {
    await writeAtomically(folder.at('empty'), '');
    expect(statSync(folder.at('empty')).size).toBe(0);
  });

  it('replaces a file and keeps its permissions', async () => {
    const path = folder.write('script', 'old');
    chmodSync(path, 0o750);
    await writeAtomically(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o750);
  });

  it('writes the file behind a link and keeps the link', async () => {
    const target = folder.write('target', 'old');
    symlinkSync(target, folder.at('link'));
    await writeAtomically(folder.at('link'), 'new');
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(folder.at('link')).isSymbolicLink()).toBe(true);
  });

  it('goes on after a write that took only a part', async () => {
    const prototype = await handles();
    const write = prototype.write as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    vi.spyOn(prototype, 'write').mockImplementationOnce(function (this: FileHandle, ...args: unknown[]) {
      return write.call(this, args[0], args[1], 3) as never;
    });
    await writeAtomically(folder.at('parts'), 'one two');
    expect(readFileSync(folder.at('parts'), 'utf8')).toBe('one two');
  });

  it.each(['write', 'sync'] as const)('keeps the old file when %s fails', async (call) => {
    const path = folder.write('kept', 'old');
    const prototype = await handles();
    vi.spyOn(prototype, call).mockRejectedValueOnce(refusal('ENOSPC') as never);
    const error = await failure(() => writeAtomically(path, 'new'));
    expect(error).toMatchObject({ code: 'FILE_IO', file: path, cause: { code: 'ENOSPC' } });
    expect(error.fix).toContain('space');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('passes on what the pieces throw and writes nothing', async () => {
    const reason = new Error('stopped by the caller');
    await expect(writeAtomically(folder.at('never'), stream(Buffer.from('one'), reason))).rejects.toBe(reason);
    expect(folder.names()).toEqual(before);
  });

  it('asks for a missing folder to be created', async () => {
    const error = await failure(() => writeAtomically(folder.at('missing/file'), 'x'));
    expect(error).toMatchObject({ code: 'FILE_IO', cause: { code: 'ENOENT' } });
    expect(error.fix).toContain('Create the folder');
  });

  it('refuses a folder, and a file in the place of a folder', async () => {
    expect(await failure(() => writeAtomically(folder.path, 'x'))).toMatchObject({ code: 'FILE_IO' });
    const inside = `${folder.write('file', '')}/x`;
    expect(await failure(() => writeAtomically(inside, 'x'))).toMatchObject({ code: 'FILE_IO' });
  });

  it('does not replace what is not a regular file', async () => {
    const path = folder.at('socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const error = await failure(() => writeAtomically(path, 'x'));
    expect(error).toMatchObject({ code: 'FILE_IO' });
    expect(statSync(path).isSocket()).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([[5], [undefined], [{}], [[1, 2]], [null]])('refuses %j as contents', async (contents) => {
    const error = await failure(() => writeAtomically(folder.at('never'), contents as never));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(folder.names()).toEqual(before);
  });

  it.each([[''], ['a\0b'], [5], [undefined]])('refuses %j as a path', async (path) => {
    expect(await failure(() => writeAtomically(path as never, 'x'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'path',
    });
  });
});

describe('removeLeftovers', () => {
  it('removes the temporary files of killed writers and nothing else', async () => {
    const left = '.eigenview-01234567-123-89abcdef-0123456789abcdef.tmp';
    for (const name of [left, '.eigenview-mine.tmp', 'results.jsonl']) {
      leftovers.write(name, 'half');
    }
    await removeLeftovers(leftovers.path);
    expect(leftovers.names()).toEqual(['.eigenview-mine.tmp', 'results.jsonl']);
  });
});

describe('checkWritable', () => {
  const shared = new TemporaryFolder();

  it('leaves a file, or that there is none, as it is', async () => {
    const path = shared.write('there', 'old');
    await checkWritable(path);
    await checkWritable(shared.at('new'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(shared.names()).toEqual(['there']);
  });

  it('refuses what cannot be written', async () => {
    const code = async (path: string) => (await failure(() => checkWritable(path))).code;
    expect(await code(shared.at('missing/file'))).toBe('FILE_IO');
    expect(await code(shared.path)).toBe('FILE_IO');
    expect(await code(`${shared.write('file', '')}/x`)).toBe('FILE_IO');
    expect(await code('')).toBe('INVALID_ARGUMENT');
  });

  it('removes what killed writers left, not what others are writing', async () => {
    const own = new TemporaryFolder();
    const path = own.at('result');
    let name = '';
    async function* watched(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      name = own.names()[0] as string;
      await checkWritable(path);
      expect(own.names()).toEqual([name]);
      yield Buffer.from('two');
    }
    await writeAtomically(path, watched());
    const [host, pid, start, digits] = name.slice('.eigenview-'.length, -'.tmp'.length).split('-');
    expect(pid).toBe(String(process.pid));
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const called = (...parts: unknown[]) => `.eigenview-${parts.join('-')}.tmp`;
    const others = [called('00000000', gone, start, digits), called(host, pid, start, digits), '.eigenview-mine.tmp'];
    // A process that got the number of one that is gone is told by its start, where the system says when that was.
    const reused = start === '00000000' ? [] : [called(host, pid, '12345678', digits)];
    for (const left of [...others, ...reused, called(host, gone, start, digits)]) own.write(left, 'half');
    await checkWritable(path);
    expect(own.names()).toEqual([...others, 'result'].sort());
  });
});
