import { existsSync, readdirSync, utimesSync } from 'node:fs';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clone } from '../support/clone.js';

let clone: Clone;

beforeEach(() => {
  clone = new Clone();
});

afterEach(() => clone.remove());

const all = ['npm', 'node-gyp', 'tsc', 'rolldown'];
const host = encodeURIComponent(os.hostname());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('two setups at a time', () => {
  it('do the work once', async () => {
    const first = clone.start([], { hold: 'npm' });
    await until(() => clone.has('calls'));
    const second = clone.start();
    let waiting = '';
    second.child.stderr?.on('data', (data: Buffer) => {
      waiting += data.toString();
    });
    await until(() => waiting.includes('Waiting for another setup'));
    clone.write('go', '');
    expect((await first.outcome).code).toBe(0);
    expect((await second.outcome).code).toBe(0);
    expect(clone.calls()).toEqual(all);
  });

  it('do the work once also when they start together', async () => {
    const outcomes = await Promise.all([clone.setup(), clone.setup(), clone.setup()]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(clone.calls()).toEqual(all);
    expect(readdirSync(clone.path('build/setup')).filter((name) => name.startsWith('lock'))).toEqual([]);
  });
});

describe('an interrupted setup', () => {
  it.each(all)('stopped by a signal in %s ends that, and the next one starts it again', async (hold) => {
    const { child, outcome } = clone.start([], { hold });
    await until(() => clone.has('calls') && clone.read('calls').includes(hold));
    child.kill('SIGTERM');
    const { code, output } = await outcome;
    expect({ code, output }).toEqual({ code: 143, output: expect.stringContaining('stopped by SIGTERM') });
    expect(existsSync(clone.path('build/setup/lock'))).toBe(false);
    clone.calls();
    expect((await clone.setup()).code).toBe(0);
    // tsc and rolldown are one step.
    expect(clone.calls()).toEqual(all.slice(all.indexOf(hold === 'rolldown' ? 'tsc' : hold)));
  });

  it('killed outright leaves a command, which the next one waits for before it starts again', async () => {
    const { child, outcome } = clone.start([], { hold: 'node-gyp' });
    await until(() => clone.has('calls') && clone.read('calls').includes('node-gyp'));
    child.kill('SIGKILL');
    await outcome;
    const next = clone.start();
    await sleep(500);
    expect(clone.calls()).toEqual(['npm', 'node-gyp']);
    clone.write('go', '');
    const { code, output } = await next.outcome;
    expect(code).toBe(0);
    expect(output).toMatch(/Waiting for a command that an interrupted setup left running/);
    expect(clone.calls()).toEqual(['node-gyp', 'tsc', 'rolldown']);
  });
});

describe('a lock left behind', () => {
  it.each([
    ['a process that is gone', `process@4194305@123@${host}`],
    ['a process whose number another has now', `process@${process.pid}@1@${host}`],
    ['a command that is gone', `group@4194305@123@${host}`],
    ['nobody, by a damaged name', 'x'],
  ])('by %s is taken over', async (_, name) => {
    clone.write(`build/setup/lock/${name}`, '');
    utimesSync(clone.path(`build/setup/lock/${name}`), 1, 1);
    expect((await clone.setup()).code).toBe(0);
    expect(clone.has('build/setup/lock')).toBe(false);
  });

  it('by another machine is taken over once it is silent', async () => {
    const file = 'build/setup/lock/process@1@1@elsewhere';
    clone.write(file, '');
    const { outcome } = clone.start();
    await sleep(500);
    expect(clone.calls()).toEqual([]);
    utimesSync(clone.path(file), 1, 1);
    expect((await outcome).code).toBe(0);
  });
});
