import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'rolldown';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock, type Lock } from '../../src/store/lock.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, link: vi.fn(actual.link), writeFile: vi.fn(actual.writeFile), rename: vi.fn(actual.rename) };
});

const linux = process.platform === 'linux';
const refusal = (code: string) => Object.assign(new Error(code), { code });

const temporary = new TemporaryFolder();
const PROGRAM = temporary.at('program.mjs');
let count = 0;
let folder: string;
let path: string;
const children: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  const input = fileURLToPath(new URL('../support/programs/lock.mjs', import.meta.url));
  await build({ input, platform: 'node', output: { file: PROGRAM }, logLevel: 'warn' });
});

beforeEach(() => {
  folder = temporary.at(`folder-${count++}`);
  mkdirSync(folder);
  path = join(folder, 'lock');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that takes the locks of the folders it is told, and its answers. */
function start() {
  const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, NODE_OPTIONS: '' } });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async take(where: string): Promise<string> {
      child.stdin.write(`${where}\n`);
      return (await lines.next()).value;
    },
  };
}

async function end(child: ChildProcessWithoutNullStreams, signal?: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  if (signal === undefined) child.stdin.end();
  else child.kill(signal);
  await exit;
}

/** The number of a process that was and is no more. */
async function gonePid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

function holder(facts: object): string {
  const started = '2026-01-02T03:04:05.678Z';
  return JSON.stringify({ pid: process.pid, host: hostname(), started, processStart: null, token: 'other', ...facts });
}

const names = () => readdirSync(folder);

describe('acquireLock', () => {
  it('writes who holds the lock, and removes it on release', async () => {
    const before = Date.now();
    const lock = await acquireLock(folder);
    expect(names()).toEqual(['lock']);
    const content = JSON.parse(readFileSync(path, 'utf8'));
    expect(content).toMatchObject({ pid: process.pid, host: hostname() });
    expect(Date.parse(content.started)).toBeGreaterThanOrEqual(before);
    await lock.release();
    expect(names()).toEqual([]);
  });

  it('can be taken again after release, and released again without harm', async () => {
    const first = await acquireLock(folder);
    await first.release();
    const second = await acquireLock(folder);
    await Promise.all([first.release(), first.release()]);
    expect(names()).toEqual(['lock']);
    await second.release();
  });

  it('is not released by whoever lost it', async () => {
    const lock = await acquireLock(folder);
    writeFileSync(path, holder({}));
    await lock.release();
    expect(names()).toEqual(['lock']);
  });

  it('is released in peace when the file is gone', async () => {
    const lock = await acquireLock(folder);
    unlinkSync(path);
    await expect(lock.release()).resolves.toBeUndefined();
  });

  it('names its file as it is told', async () => {
    const locks = await Promise.all([acquireLock(folder, { name: 'a' }), acquireLock(folder, { name: 'b' })]);
    expect(names()).toEqual(['a', 'b']);
    for (const lock of locks) await lock.release();
  });

  it('leaves no listeners behind', async () => {
    const before = process.listenerCount('exit');
    const locks: Lock[] = [];
    for (let i = 0; i < 12; i++) locks.push(await acquireLock(folder, { name: `lock-${i}` }));
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const lock of locks) await lock.release();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('a folder in use', () => {
  it('by this process is refused', async () => {
    const lock = await acquireLock(folder);
    const error = await failure(() => acquireLock(folder));
    expect(error).toMatchObject({ code: 'IN_USE', file: folder });
    expect(error.message).toContain(`this process (${process.pid})`);
    expect(names()).toEqual(['lock']);
    await lock.release();
  });

  it('by another process is refused, with its number, host, time and what to do', async () => {
    const { child, take } = start();
    expect(await take(folder)).toBe('taken');
    const error = await failure(() => acquireLock(folder));
    const { started } = JSON.parse(readFileSync(path, 'utf8'));
    expect(error.code).toBe('IN_USE');
    for (const part of [`process ${child.pid} on ${hostname()}`, started, 'Wait'])
      expect(error.message).toContain(part);
  });

  it('by another host is refused, and the file to remove is named', async () => {
    const content = holder({ pid: await gonePid(), host: 'elsewhere.example' });
    writeFileSync(path, content);
    const error = await failure(() => acquireLock(folder));
    expect(error.code).toBe('IN_USE');
    expect(error.message).toContain('elsewhere.example');
    expect(error.fix).toContain(`remove ${path}`);
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(names()).toEqual(['lock']);
  });

  it('by a worker thread is refused, until the thread exits', async () => {
    const worker = new Worker(PROGRAM, { workerData: folder });
    expect(await once(worker, 'message')).toEqual(['taken']);
    expect((await failure(() => acquireLock(folder))).code).toBe('IN_USE');
    worker.postMessage('exit');
    await once(worker, 'exit');
    expect(names()).toEqual([]);
  });

  it('is refused to a worker thread', async () => {
    const lock = await acquireLock(folder);
    const worker = new Worker(PROGRAM, { workerData: folder });
    expect(await once(worker, 'message')).toEqual(['IN_USE']);
    await worker.terminate();
    await lock.release();
  });

  it('is free once the process has ended by itself', async () => {
    const { child, take } = start();
    await take(folder);
    await end(child);
    expect(names()).toEqual([]);
  });
});

describe('a stale lock', () => {
  const takeOver = async () => {
    const lock = await acquireLock(folder);
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
    expect(names()).toEqual(['lock']);
    await lock.release();
    expect(names()).toEqual([]);
  };

  it('of a killed process is taken over', async () => {
    const { child, take } = start();
    await take(folder);
    await end(child, 'SIGKILL');
    expect(existsSync(path)).toBe(true);
    await takeOver();
  });

  it.skipIf(!linux)('of a process whose number another one has by now is taken over', async () => {
    const lock = await acquireLock(folder);
    const { processStart } = JSON.parse(readFileSync(path, 'utf8'));
    await lock.release();
    expect(processStart).toMatch(/^[-0-9a-f]+\/\d+$/);
    writeFileSync(path, holder({ processStart }));
    expect((await failure(() => acquireLock(folder))).code).toBe('IN_USE');
    writeFileSync(path, holder({ processStart: `${processStart}0` }));
    await takeOver();
  });

  it('of a running process is kept where its start is not known', async () => {
    writeFileSync(path, holder({ processStart: null }));
    expect((await failure(() => acquireLock(folder))).code).toBe('IN_USE');
  });

  it.skipIf(!linux)('of a process that ended and was not waited for is taken over', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30']);
    children.push(parent);
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '));
    writeFileSync(path, holder({ pid }));
    await takeOver();
  });

  it.each([
    ['nothing', ''],
    ['half a lock', '{"pid": 12'],
    ['no lock', '[1, 2]'],
    ['null', 'null'],
    ['a lock without a host', '{"pid": 1, "started": "", "processStart": null, "token": ""}'],
    ['a negative process', holder({ pid: -1 })],
  ])('that holds %s is taken over once it is old', async (_, content) => {
    writeFileSync(path, content);
    const error = await failure(() => acquireLock(folder));
    expect(error.code).toBe('IN_USE');
    expect(error.fix).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(content);
    const old = Date.now() / 1000 - 10;
    utimesSync(path, old, old);
    await takeOver();
  });

  it('with a process number there cannot be is taken over', async () => {
    writeFileSync(path, holder({ pid: 2 ** 40 }));
    await takeOver();
  });

  it('whose successor was killed while it took over is taken over', async () => {
    const pid = await gonePid();
    const name = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 16);
    const [stale, claim, claimOfClaim] = [holder({ pid }), holder({ pid, token: 'b' }), holder({ pid, token: 'c' })];
    writeFileSync(path, stale);
    writeFileSync(`${path}.${name(stale)}`, claim);
    writeFileSync(`${path}.${name(stale)}.${name(claim)}`, claimOfClaim);
    await takeOver();
  });

  it('is taken over with what killed contenders left behind', async () => {
    const digits = '0123456789abcdef';
    const left = [`.eigenview-lock-${digits}.tmp`, `lock.${digits}`, `lock.${digits}.${digits}`];
    const other = ['lock.old', `other.${digits}`, `.eigenview-${digits}.tmp`, `lock.${digits}.csv`];
    for (const name of [...left, ...other]) writeFileSync(join(folder, name), '');
    writeFileSync(path, holder({ pid: await gonePid() }));
    const lock = await acquireLock(folder);
    expect(names()).toEqual(['lock', ...other].sort());
    await lock.release();
  });

  it.each([
    ['link', () => vi.mocked(fs.link)],
    ['rename', () => vi.mocked(fs.rename)],
  ])('is taken over by who finds its own file cleared away before the %s', async (_, mocked) => {
    writeFileSync(path, holder({ pid: await gonePid() }));
    const actual = mocked().getMockImplementation() as typeof fs.link;
    mocked().mockImplementationOnce(async (from, to) => {
      unlinkSync(from as string);
      await actual(from, to);
    });
    await takeOver();
  });

  it('is left alone while another process takes it over', async () => {
    const { child, take } = start();
    const stale = holder({ pid: await gonePid() });
    const other = join(folder, 'other');
    mkdirSync(other);
    expect(await take(other)).toBe('taken');
    writeFileSync(path, stale);
    const claim = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
    writeFileSync(claim, readFileSync(join(other, 'lock')));
    const error = await failure(() => acquireLock(folder));
    expect(error.code).toBe('IN_USE');
    expect(error.message).toContain(`process ${child.pid}`);
    expect(readFileSync(path, 'utf8')).toBe(stale);
  });

  it('is not replaced when another one is in its place by then', async () => {
    writeFileSync(path, holder({ pid: await gonePid() }));
    const link = vi.mocked(fs.link);
    const actual = link.getMockImplementation() as typeof fs.link;
    const successor = holder({ token: 'successor' });
    // The second link is that of the claim: until then somebody else was through.
    link.mockImplementationOnce(actual).mockImplementationOnce(async (from, to) => {
      await actual(from, to);
      writeFileSync(path, successor);
    });
    expect((await failure(() => acquireLock(folder))).code).toBe('IN_USE');
    expect(readFileSync(path, 'utf8')).toBe(successor);
    expect(names()).toEqual(['lock']);
  });

  it('goes to exactly one of several processes', async () => {
    const pid = await gonePid();
    const racers = Array.from({ length: 5 }, start);
    for (let round = 0; round < 25; round++) {
      const where = join(folder, `round-${round}`);
      mkdirSync(where);
      writeFileSync(join(where, 'lock'), holder({ pid, token: `${round}` }));
      const outcomes = await Promise.all(racers.map(({ take }) => take(where)));
      expect(outcomes.sort()).toEqual(['IN_USE', 'IN_USE', 'IN_USE', 'IN_USE', 'taken']);
      expect(readdirSync(where)).toEqual(['lock']);
    }
  });

  it('goes to exactly one of several calls', async () => {
    const pid = await gonePid();
    for (let round = 0; round < 20; round++) {
      writeFileSync(path, holder({ pid, token: `${round}` }));
      const calls = await Promise.allSettled(Array.from({ length: 6 }, () => acquireLock(folder)));
      const locks = calls.filter((call) => call.status === 'fulfilled');
      expect(locks).toHaveLength(1);
      await locks[0]?.value.release();
      expect(names()).toEqual([]);
    }
  });
});

describe('a file system', () => {
  it('without links serves as well', async () => {
    vi.mocked(fs.link).mockRejectedValueOnce(refusal('EPERM')).mockRejectedValueOnce(refusal('ENOTSUP'));
    const lock = await acquireLock(folder);
    expect((await failure(() => acquireLock(folder))).code).toBe('IN_USE');
    await lock.release();
    expect(names()).toEqual([]);
  });

  it.each([
    ['EROFS', 'read-only'],
    ['EACCES', 'permissions'],
    ['ENOSPC', 'space'],
  ])('that refuses with %s is reported', async (code, fix) => {
    vi.mocked(fs.writeFile).mockRejectedValueOnce(refusal(code));
    const error = await failure(() => acquireLock(folder));
    expect(error).toMatchObject({ code: 'FILE_IO', file: folder, cause: { code } });
    expect(error.fix).toContain(fix);
    expect(names()).toEqual([]);
  });

  it('that refuses to replace a stale lock is reported, and keeps it', async () => {
    writeFileSync(path, holder({ pid: await gonePid() }));
    vi.mocked(fs.rename).mockRejectedValueOnce(refusal('EACCES'));
    expect(await failure(() => acquireLock(folder))).toMatchObject({ code: 'FILE_IO', file: folder });
    expect(names()).toEqual(['lock']);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'with a read-only folder is reported',
    async () => {
      chmodSync(folder, 0o500);
      expect(await failure(() => acquireLock(folder))).toMatchObject({ code: 'FILE_IO', file: folder });
      chmodSync(folder, 0o700);
    },
  );

  it('without the folder is reported', async () => {
    const error = await failure(() => acquireLock(join(folder, 'missing')));
    expect(error).toMatchObject({ code: 'FILE_IO', file: join(folder, 'missing') });
    expect(error.fix).toContain('Create');
  });

  it('with a folder in the place of the lock is reported', async () => {
    mkdirSync(path);
    expect(await failure(() => acquireLock(folder))).toMatchObject({ code: 'FILE_IO', file: path });
  });
});

describe('arguments', () => {
  it.each([[''], [5], [undefined], ['a\0']])('refuses %j as a folder', async (value) => {
    const error = await failure(() => acquireLock(value as string));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'folder' });
  });

  it.each([[''], [5], ['../lock'], ['a/b'], ['.'], ['..']])('refuses %j as a name', async (name) => {
    const error = await failure(() => acquireLock(folder, { name: name as string }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'name' });
    expect(names()).toEqual([]);
  });

  it('refuses an option there is not', async () => {
    expect((await failure(() => acquireLock(folder, { file: 'x' } as object))).code).toBe('UNKNOWN_OPTION');
  });
});
