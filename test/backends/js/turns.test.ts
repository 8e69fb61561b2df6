import { afterEach, expect, test, vi } from 'vitest';
import { Pace, turn } from '../../../src/backends/js/turns.js';

afterEach(() => vi.restoreAllMocks());

test('a pause is due after some milliseconds of work, and not right after one', async () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const pace = new Pace(undefined);
  now += 3;
  expect(pace.due()).toBe(false);
  now += 3;
  expect(pace.due()).toBe(true);
  await pace.pause();
  expect(pace.due()).toBe(false);
});

test('a turn lets others run', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('other'));
  await turn(undefined);
  order.push('turn');
  expect(order).toEqual(['other', 'turn']);
});

test('a turn rejects with the reason of a signal aborted meanwhile', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const pending = turn(controller.signal);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});
