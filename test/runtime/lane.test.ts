import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Lane, type Share } from '../../src/runtime/lane.js';
import { setThreads } from '../../src/runtime/threads.js';

const WIDTH = 3;
vi.stubEnv('UV_THREADPOOL_SIZE', String(WIDTH + 1));
setThreads(WIDTH);
// Nothing here takes time: a job that never ends is a failure to report soon.
vi.setConfig({ testTimeout: 2000 });

let lane: Lane;
let log: string[];

/** A job that runs until told to end, and writes its start to the log. */
class Job {
  granted: number | undefined;
  end!: () => void;
  fail!: (error: unknown) => void;
  readonly result: Promise<string>;

  constructor(
    readonly name: string,
    share: Share,
    signal?: AbortSignal,
  ) {
    const work = (threads: number) => {
      this.granted = threads;
      log.push(name);
      return new Promise<string>((resolve, reject) => {
        this.end = () => resolve(name);
        this.fail = reject;
      });
    };
    this.result = lane.run(share, work, signal);
    this.result.catch(() => {});
  }

  get running(): boolean {
    return this.granted !== undefined;
  }
}

beforeEach(() => {
  lane = new Lane();
  log = [];
});

const names = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe('one', () => {
  test('as many run side by side as the lane is wide, first come first served', async () => {
    const jobs = names(7).map((name) => new Job(name, 'one'));
    expect(log).toEqual(['0', '1', '2']);
    expect([lane.running, lane.waiting]).toEqual([WIDTH, 4]);
    jobs[1]?.end();
    await turn();
    expect(log).toEqual(['0', '1', '2', '3']);
    jobs[0]?.end();
    jobs[3]?.end();
    await turn();
    expect(log).toEqual(names(6));
    expect(jobs.slice(0, 6).map((job) => job.granted)).toEqual(Array(6).fill(1));
  });

  test('starts within the call when there is room', () => {
    expect(lane.free('one')).toBe(true);
    expect(new Job('a', 'one').running).toBe(true);
  });
});

describe('all', () => {
  test('waits until it is alone, has every thread, and holds back what came later', async () => {
    const before = new Job('before', 'one');
    const all = new Job('all', 'all');
    const after = new Job('after', 'one');
    expect(lane.free('one')).toBe(false);
    expect(log).toEqual(['before']);
    before.end();
    await turn();
    expect(log).toEqual(['before', 'all']);
    expect(all.granted).toBe(WIDTH);
    expect(lane.free('one')).toBe(false);
    all.end();
    await turn();
    expect(after.running).toBe(true);
  });

  test('two of them run one after the other', async () => {
    const [first, second] = [new Job('1', 'all'), new Job('2', 'all')];
    expect([first.running, second.running]).toEqual([true, false]);
    first.end();
    await turn();
    expect(second.granted).toBe(WIDTH);
  });
});

describe('all-if-idle', () => {
  test('alone, it has every thread and the lane', () => {
    const job = new Job('a', 'all-if-idle');
    expect(job.granted).toBe(WIDTH);
    expect(new Job('b', 'one').running).toBe(false);
  });

  test('beside others, it has one slot', () => {
    new Job('a', 'one');
    expect(new Job('b', 'all-if-idle').granted).toBe(1);
    expect(new Job('c', 'one').running).toBe(true);
  });

  test('of several that wait, only the last can be alone', async () => {
    const jobs = names(4).map((name) => new Job(name, 'all-if-idle'));
    jobs[0]?.end();
    await turn();
    expect(jobs.map((job) => job.granted)).toEqual([WIDTH, 1, 1, 1]);
  });
});

describe('an abort', () => {
  test('before the call: nothing runs', async () => {
    const reason = new Error('no');
    const job = new Job('a', 'one', AbortSignal.abort(reason));
    await expect(job.result).rejects.toBe(reason);
    expect([log, lane.running, lane.waiting]).toEqual([[], 0, 0]);
  });

  test.each([[new Error('stop')], ['a word'], [undefined], [null], [0]])(
    'while it waits: rejects at once with the reason %o',
    async (reason) => {
      new Job('first', 'all');
      const controller = new AbortController();
      const job = new Job('second', 'one', controller.signal);
      controller.abort(reason);
      expect(lane.waiting).toBe(0);
      const outcome = await job.result.catch((error: unknown) => ({ error }));
      expect(outcome).toEqual({ error: controller.signal.reason });
      expect((outcome as { error: unknown }).error).toBe(controller.signal.reason);
      expect(job.running).toBe(false);
    },
  );

  test('of one that held up the rest lets them start', () => {
    new Job('running', 'one');
    const controller = new AbortController();
    new Job('blocker', 'all', controller.signal);
    const [next, other] = [new Job('next', 'one'), new Job('other', 'one')];
    expect(next.running).toBe(false);
    controller.abort();
    expect([next.running, other.running]).toEqual([true, true]);
  });

  test('of several under one signal starts none of them on the way', async () => {
    new Job('running', 'one');
    const controller = new AbortController();
    const jobs = [new Job('a', 'all', controller.signal), new Job('b', 'one', controller.signal)];
    controller.abort();
    await Promise.allSettled(jobs.map((job) => job.result));
    expect(log).toEqual(['running']);
  });

  test('leaves a running job and its slot alone', async () => {
    const controller = new AbortController();
    const job = new Job('a', 'one', controller.signal);
    controller.abort();
    expect(lane.running).toBe(1);
    job.end();
    await expect(job.result).resolves.toBe('a');
    expect(lane.running).toBe(0);
  });

  test('is listened for only while a job waits', async () => {
    const { signal } = new AbortController();
    const first = new Job('first', 'all', signal);
    const rest = names(30).map((name) => new Job(name, 'one', signal));
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    first.end();
    for (const job of rest) {
      await turn();
      job.end();
    }
    await Promise.all(rest.map((job) => job.result));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a failure', () => {
  test('passes through and frees the slot', async () => {
    const error = new Error('kernel');
    const [job, next] = [new Job('a', 'all'), new Job('b', 'all')];
    job.fail(error);
    await expect(job.result).rejects.toBe(error);
    expect(next.running).toBe(true);
  });

  test('thrown before the first await counts the same', async () => {
    const error = new Error('at once');
    const work = () => {
      throw error;
    };
    await expect(lane.run('all', work)).rejects.toBe(error);
    expect(lane.running).toBe(0);
    expect(new Job('b', 'all').running).toBe(true);
  });
});

test('the width follows the number of threads, and leaves one pool thread for files and the network', () => {
  const widths = [1, 2, 3, 64].map((count) => {
    setThreads(count);
    return lane.width;
  });
  setThreads(WIDTH);
  expect(widths).toEqual([1, 2, 3, 3]);
  vi.stubEnv('UV_THREADPOOL_SIZE', '1');
  expect(lane.width).toBe(1);
  vi.stubEnv('UV_THREADPOOL_SIZE', String(WIDTH + 1));
});
