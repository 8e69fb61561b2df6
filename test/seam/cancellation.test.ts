/** Rule 4: waiting work leaves at once; running batches stop between two matrices. */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { eighBatch, Matrix, svd, svdBatch } from '../../src/index.js';
import { loadAddon } from '../../src/runtime/addon.js';
import { lane } from '../../src/runtime/lane.js';
import { plus } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';
import { byName } from './functions.js';

let release: (() => void) | undefined;

/** Fills the lane of this thread until the test ends. */
function occupy(): void {
  lane.run('all', () => new Promise<void>((resolve) => (release = resolve)));
}

afterEach(async () => {
  release?.();
  release = undefined;
  await lane.run('all', async () => {});
});

/** What a promise is rejected with, wrapped: it may be anything. */
async function rejected(promise: unknown): Promise<{ reason: unknown }> {
  try {
    await promise;
  } catch (reason) {
    return { reason };
  }
  throw new Error('expected a rejection');
}

describe('a job that waits', () => {
  test.each(byName)('%s rejects at once, with the very reason', async (_, f) => {
    occupy();
    for (const reason of [new Error('enough'), 'a word', undefined]) {
      const controller = new AbortController();
      const pending = f.later(...f.accepts(f.large), { signal: controller.signal, backend: 'native' });
      expect(lane.waiting).toBe(1);
      controller.abort(reason);
      // The lane is still taken: nothing but the abort can have ended the wait.
      expect((await rejected(pending)).reason).toBe(controller.signal.reason);
      expect([lane.running, lane.waiting]).toEqual([1, 0]);
    }
  });

  test('leaves those beside it in line', async () => {
    occupy();
    const controller = new AbortController();
    const calls = [normals(1, 80, 80), normals(2, 80, 80), normals(3, 80, 80)].map((a, i) =>
      i === 1 ? svd(a, { signal: controller.signal }) : svd(a),
    );
    controller.abort('second');
    expect(await rejected(calls[1])).toEqual({ reason: 'second' });
    release?.();
    const [first, , third] = await Promise.allSettled(calls);
    expect([first?.status, third?.status]).toEqual(['fulfilled', 'fulfilled']);
  });

  test('rejects when its time is up', async () => {
    occupy();
    const pending = svd(normals(1, 80, 80), { signal: AbortSignal.timeout(10) });
    expect((await rejected(pending)).reason).toMatchObject({ name: 'TimeoutError' });
  });
});

describe.each([
  ['svdBatch', svdBatch, (a: Matrix) => a],
  ['eighBatch', eighBatch, (a: Matrix) => plus(a, a.transpose())],
] as const)('a running %s', (name, batch, shaped) => {
  const stack = Array.from({ length: 300 }, (_, i) => shaped(normals(i, 80, 80)));

  test('rejects with the reason, and its native work ends', async () => {
    const start = performance.now();
    await batch(stack);
    const whole = performance.now() - start;

    const controller = new AbortController();
    const reason = new Error('enough');
    const pending = rejected(batch(stack, { signal: controller.signal }));
    await sleep(whole / 20);
    const aborted = performance.now();
    controller.abort(reason);
    expect((await pending).reason).toBe(reason);
    expect(lane.running).toBe(0);
    // One matrix a thread is left to finish, less than a hundredth; the rest is slack for a busy machine.
    expect(performance.now() - aborted).toBeLessThan(whole / 3);
  });

  test('is told so at the time of the abort', async () => {
    const run = vi.spyOn(loadAddon() as unknown as Record<string, () => unknown>, `${name}Async`);
    const controller = new AbortController();
    const pending = rejected(batch(stack.slice(0, 20), { signal: controller.signal }));
    const cancelled = (run.mock.lastCall as unknown[] | undefined)?.at(-1) as Int32Array;
    run.mockRestore();
    expect(cancelled[0]).toBe(0);
    controller.abort('enough');
    expect(cancelled[0]).toBe(1);
    expect(await pending).toEqual({ reason: 'enough' });
  });

  test.each(BACKENDS)('on %s rejects although its work is done by the time of the abort', async (backend) => {
    const controller = new AbortController();
    const pending = rejected(batch(stack.slice(0, 3), { signal: controller.signal, backend }));
    controller.abort('late');
    expect(await pending).toEqual({ reason: 'late' });
  });
});

describe('a signal', () => {
  test.each(byName)('is not listened to after %s has settled', async (_, f) => {
    const { signal } = new AbortController();
    await Promise.all([1, 2].map(() => f.later(...f.accepts(f.large), { signal, backend: 'native' })));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('may be shared by any number of calls, without a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { signal } = new AbortController();
    const stack = [normals(1, 60, 60), normals(2, 60, 60)];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? svd(stack[0] as Matrix, { signal }) : svdBatch(stack, { signal }))),
    );
    await sleep(5);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('aborted after the end changes nothing', async () => {
    const controller = new AbortController();
    const { s } = await svd(Matrix.diagonal([3, 4]), { signal: controller.signal });
    controller.abort();
    expect(s).toEqual(Float64Array.of(4, 3));
  });
});
