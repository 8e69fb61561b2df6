import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

type Threads = typeof import('../../src/runtime/threads.js');

/** The module as a process finds it that starts with these variables. */
async function startedWith(variables: Record<string, string | undefined>): Promise<Threads> {
  vi.resetModules();
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return import('../../src/runtime/threads.js');
}

beforeEach(() => {
  vi.stubEnv('EIGENVIEW_THREADS', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('threads', () => {
  test('the cores this process may use, by default', async () => {
    expect((await startedWith({})).threads()).toBe(availableParallelism());
    expect((await startedWith({ EIGENVIEW_THREADS: '' })).threads()).toBe(availableParallelism());
  });

  test.each([
    ['1', 1],
    [' 3 ', 3],
    ['1024', 1024],
  ])('EIGENVIEW_THREADS=%s', async (value, expected) => {
    expect((await startedWith({ EIGENVIEW_THREADS: value })).threads()).toBe(expected);
  });

  test.each([
    ['0', 'OUT_OF_RANGE'],
    ['-1', 'OUT_OF_RANGE'],
    ['1025', 'OUT_OF_RANGE'],
    ['1.5', 'INVALID_ARGUMENT'],
    ['two', 'INVALID_ARGUMENT'],
  ])('EIGENVIEW_THREADS=%s is refused, every time', async (value, code) => {
    const { threads } = await startedWith({ EIGENVIEW_THREADS: value });
    for (const _ of [1, 2]) {
      let error: unknown;
      try {
        threads();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ name: 'EigenviewError', code, argument: 'EIGENVIEW_THREADS' });
      expect((error as Error).message).toContain(value);
    }
  });

  test('setThreads wins over the environment', async () => {
    const { setThreads, threads } = await startedWith({ EIGENVIEW_THREADS: '4' });
    setThreads(2);
    expect(threads()).toBe(2);
  });

  test.each([0, -1, 1.5, 1025, Number.NaN, '2', undefined])(
    'setThreads(%s) is refused and changes nothing',
    async (n) => {
      const { setThreads, threads } = await startedWith({ EIGENVIEW_THREADS: '4' });
      expect(() => setThreads(n as number)).toThrow('threads');
      expect(threads()).toBe(4);
    },
  );
});

// libuv reads the variable with atoi, takes 0 for 1 and stops at 1024.
test.each([
  [undefined, 4],
  ['8', 8],
  ['5 threads', 5],
  ['0', 1],
  ['', 1],
  ['many', 1],
  ['5000', 1024],
])('UV_THREADPOOL_SIZE=%s is a pool of %i', async (value, expected) => {
  expect((await startedWith({ UV_THREADPOOL_SIZE: value })).poolSize()).toBe(expected);
});

describe('a lane under a bad EIGENVIEW_THREADS', () => {
  test('refuses jobs instead of keeping them waiting for each other', async () => {
    const { setThreads } = await startedWith({ EIGENVIEW_THREADS: '-3' });
    const { lane } = await import('../../src/runtime/lane.js');
    for (const share of ['all', 'one', 'all-if-idle', 'all'] as const) {
      await expect(lane.run(share, async () => 1)).rejects.toMatchObject({ argument: 'EIGENVIEW_THREADS' });
    }
    setThreads(2);
    await expect(lane.run('all', async (granted) => granted)).resolves.toBe(2);
  });
});
