import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { turnHasTime } from '../../src/runtime/turn.js';

/** Holds this thread, as work in place does. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a turn has a few milliseconds for work in place, and the next turn has them again', async () => {
  for (const _ of [1, 2]) {
    await turn();
    expect(turnHasTime()).toBe(true);
    spin(6);
    expect(turnHasTime()).toBe(false);
    // Waiting for what is already there does not turn the event loop.
    await Promise.resolve();
    expect(turnHasTime()).toBe(false);
  }
});

test('a loop over await stops being told yes', async () => {
  let calls = 0;
  for (; turnHasTime() && calls < 1e7; calls++) await undefined;
  expect(calls).toBeLessThan(1e7);
});
